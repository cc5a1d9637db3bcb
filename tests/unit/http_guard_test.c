/* SPDX-License-Identifier: Apache-2.0 */
/* The guard over heads written as text: one row, one thing that is wrong (RFC 9112, 2.2, 3.2, 5, 6). */
#include "base/limits.h"
#include "http/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FIELDS = 80, HEAD = 32768 };

struct head_text {
    char bytes[HEAD];
    struct http_field fields[FIELDS];
    struct http_head head;
    const char *end;
};

/* Cuts a well-formed head into its pieces, in place, as the engine does. */
static void cut(struct head_text *t, const char *text, size_t n)
{
    struct slice rest = { t->bytes, n };
    struct slice line;

    assert_true(n <= sizeof t->bytes);
    memcpy(t->bytes, text, n);
    line = slice_cut(rest, '\n', &rest);
    line.n--;
    t->head = (struct http_head){ .fields = t->fields };
    t->head.method = slice_cut(line, ' ', &line);
    t->head.target = slice_cut(line, ' ', &t->head.version);
    for (;;) {
        line = slice_cut(rest, '\n', &rest);
        if (line.n == 0 || line.n == 1)
            break;
        line.n -= line.p[line.n - 1] == '\r';
        struct http_field *f = &t->fields[t->head.count++];
        f->name = slice_cut(line, ':', &f->value);
        f->value.p = f->name.p + f->name.n + 1; /* also where it is empty */
        while (f->value.n > 0 && (f->value.p[0] == ' ' || f->value.p[0] == '\t'))
            f->value = (struct slice){ f->value.p + 1, f->value.n - 1 };
    }
    t->end = t->bytes + n;
}

#define POST "POST /t/x?a=b HTTP/1.1\r\nHost: login.example\r\n"

static const struct {
    const char *text;
    enum http_defect defect;
} rows[] = {
    { POST "\r\n", HTTP_SOUND },
    { POST "Content-Length: 0\r\n\r\n", HTTP_SOUND },
    { POST "Content-Length:3\r\n\r\n", HTTP_SOUND },
    { POST "Content-Length: 3  \r\n\r\n", HTTP_SOUND },
    { POST "Transfer-Encoding: chunked\r\n\r\n", HTTP_SOUND },
    { POST "transfer-encoding: Chunked\r\n\r\n", HTTP_SOUND },
    { POST "x-client-OS:\r\nx-client-CPU: \r\n\r\n", HTTP_SOUND },
    { POST "Accept-Language: de\r\nAccept-Language: en\r\n\r\n", HTTP_SOUND },
    { POST "x-name: J\xc3\xbcrgen\r\n\r\n", HTTP_SOUND },
    { POST "x-tab: a\tb\r\n\r\n", HTTP_SOUND },
    { "GET / HTTP/1.0\r\n\r\n", HTTP_SOUND },
    { "GET http://a.example/b?c HTTP/1.1\r\nHost: a.example\r\n\r\n", HTTP_SOUND },
    { "GET HTTPS://a.example?c HTTP/1.1\r\nHost: a.example\r\n\r\n", HTTP_SOUND },
    { "GET /%00/../a HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n", HTTP_SOUND },

    { "PO(ST / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_METHOD },
    { "P\x01ST / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_METHOD },
    { "P\xc3\x96ST / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_METHOD },
    { " / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_METHOD },
    { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_METHOD },

    { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET ftp://a.example/ HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },
    { "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD_TARGET },

    { POST "Content-Length : 3\r\n\r\n", HTTP_BAD_HEADER },
    { POST "Content Length: 3\r\n\r\n", HTTP_BAD_HEADER },
    { POST ": empty\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x-\xc3\xa9: 3\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x\x01y: 3\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x(y): 3\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x: a\x01z\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x: a\rb\r\n\r\n", HTTP_BAD_HEADER },
    { POST "x: a\x7fz\r\n\r\n", HTTP_BAD_HEADER },

    { POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 3\r\ncontent-length: 4\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: +3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: -3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 0x3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 3 3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 3,3\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length:\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 18446744073709551616\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },
    { POST "Content-Length: 0000000000000000003\r\n\r\n", HTTP_AMBIGUOUS_LENGTH },

    { POST "Transfer-Encoding: gzip\r\n\r\n", HTTP_BAD_ENCODING },
    { POST "Transfer-Encoding: gzip, chunked\r\n\r\n", HTTP_BAD_ENCODING },
    { POST "Transfer-Encoding: chunked, identity\r\n\r\n", HTTP_BAD_ENCODING },
    { POST "Transfer-Encoding: \"chunked\"\r\n\r\n", HTTP_BAD_ENCODING },
    { POST "Transfer-Encoding:\r\n\r\n", HTTP_BAD_ENCODING },
    { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD_ENCODING },

    { "GET / HTTP/1.1\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", HTTP_BAD_HOST },
    { "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", HTTP_BAD_HOST },

    { POST "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "Authorization: a\r\nauthorization: b\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "Origin: https://a\r\nOrigin: https://b\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "client-request-id: 1\r\nClient-Request-Id: 2\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "Expect: 100-continue\r\nExpect: x\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "Access-Control-Request-Method: A\r\nAccess-Control-Request-Method: B\r\n\r\n", HTTP_REPEATED_HEADER },
    { POST "Access-Control-Request-Headers: a\r\nAccess-Control-Request-Headers: b\r\n\r\n", HTTP_REPEATED_HEADER },
};

static void every_row_has_its_defect(void **state)
{
    static struct head_text t;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cut(&t, rows[i].text, strlen(rows[i].text));
        enum http_defect defect = guard_check(&t.head);
        if (defect != rows[i].defect)
            fail_msg("%s: %s, expected: %s", rows[i].text, http_defect_text(defect), http_defect_text(rows[i].defect));
    }
}

static void values_are_trimmed(void **state)
{
    static struct head_text t;
    static const char text[] = POST "client-request-id: \t abc \t\r\n\r\n";

    (void)state;
    cut(&t, text, sizeof text - 1);
    assert_int_equal(guard_check(&t.head), HTTP_SOUND);
    assert_true(slice_eq(t.fields[1].value, SLICE("abc")));
}

static void headers_are_counted(void **state)
{
    static struct head_text t;
    static const char text[] = POST "\r\n";

    (void)state;
    cut(&t, text, sizeof text - 1);
    while (t.head.count < LIMIT_HEADERS)
        t.fields[t.head.count++] = (struct http_field){ SLICE("x"), SLICE("y") };
    assert_int_equal(guard_check(&t.head), HTTP_SOUND);
    t.head.overflow = true;
    assert_int_equal(guard_check(&t.head), HTTP_TOO_MANY_HEADERS);
    t.head.overflow = false;
    t.fields[t.head.count++] = (struct http_field){ SLICE("x"), SLICE("y") };
    assert_int_equal(guard_check(&t.head), HTTP_TOO_MANY_HEADERS);
}

static void targets_and_hosts_are_bounded(void **state)
{
    static struct head_text t;
    static char text[LIMIT_TARGET + 100];
    static char host[LIMIT_HOST + 1];

    (void)state;
    memset(host, 'h', sizeof host);
    for (int over = 0; over <= 1; over++) {
        int n = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: a\r\n\r\n", LIMIT_TARGET - 1 + over, 0);
        cut(&t, text, (size_t)n);
        assert_int_equal(guard_check(&t.head), over ? HTTP_TARGET_TOO_LONG : HTTP_SOUND);

        cut(&t, POST "\r\n", sizeof POST + 1);
        t.fields[0].value = (struct slice){ host, (size_t)(LIMIT_HOST + over) };
        assert_int_equal(guard_check(&t.head), over ? HTTP_BAD_HOST : HTTP_SOUND);
    }
}

/* Every head of the table that is well framed has no gap; each way to break the framing leaves one. */
static void seams_are_closed(void **state)
{
    static struct head_text t;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cut(&t, rows[i].text, strlen(rows[i].text));
        assert_int_equal(guard_seams(&t.head, t.end), HTTP_SOUND);
        assert_int_equal(guard_seams(&t.head, t.end + 1), HTTP_BAD_FRAMING);
        assert_int_equal(guard_seams(&t.head, t.end - 1), HTTP_BAD_FRAMING);
    }
}

static void gaps_are_found(void **state)
{
    static struct head_text t;
    static const char text[] = POST "x: abc\r\ny: def\r\n\r\n";
    struct slice *const pieces[] = {
        &t.head.method, &t.head.target, &t.head.version, &t.fields[0].value, &t.fields[1].value, &t.fields[2].value,
    };

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        cut(&t, text, sizeof text - 1);
        assert_int_equal(guard_seams(&t.head, t.end), HTTP_SOUND);
        pieces[i]->n--; /* as if a NUL, or a bare LF, had cut it */
        assert_int_equal(guard_seams(&t.head, t.end), HTTP_BAD_FRAMING);
    }
    cut(&t, text, sizeof text - 1);
    t.fields[1].name.p = "x"; /* moved elsewhere, as folding makes the engine do */
    assert_int_equal(guard_seams(&t.head, t.end), HTTP_BAD_FRAMING);
}

static void bare_line_feeds_leave_a_gap(void **state)
{
    static struct head_text t;
    static const char *const texts[] = {
        POST "x: abc\ny: def\r\n\r\n",
        POST "x: abc\r\ny: def\n\r\n",
        POST "x: abc\r\ny: def\r\n\n",
        "GET  /two/blanks HTTP/1.1\r\nHost: a\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        cut(&t, texts[i], strlen(texts[i]));
        assert_int_equal(guard_seams(&t.head, t.end), HTTP_BAD_FRAMING);
    }
    cut(&t, texts[3], strlen(texts[3]));
    t.head.target = (struct slice){ t.bytes + 5, 11 }; /* the engine skips blanks */
    assert_int_equal(guard_seams(&t.head, t.end), HTTP_BAD_FRAMING);
}

static void paths(void **state)
{
    static const char *const pairs[][2] = {
        { "/a/b", "/a/b" },
        { "/a?b?c", "/a" },
        { "/", "/" },
        { "?x", "/" },
        { "http://h/p?q", "/p" },
        { "https://h:1?q", "/" },
        { "HTTP://h//p", "//p" },
        { "/http://x/", "/http://x/" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_true(slice_eq(guard_path(slice_of(pairs[i][0])), slice_of(pairs[i][1])));
}

static void every_defect_has_a_status_and_a_text(void **state)
{
    (void)state;
    for (enum http_defect d = HTTP_SOUND + 1; d < HTTP_DEFECTS; d++) {
        assert_in_range(http_defect_status(d), 400, 599);
        assert_non_null(http_defect_text(d));
    }
    assert_int_equal(http_defect_status(HTTP_SOUND), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_defect),
        cmocka_unit_test(values_are_trimmed),
        cmocka_unit_test(headers_are_counted),
        cmocka_unit_test(targets_and_hosts_are_bounded),
        cmocka_unit_test(seams_are_closed),
        cmocka_unit_test(gaps_are_found),
        cmocka_unit_test(bare_line_feeds_leave_a_gap),
        cmocka_unit_test(paths),
        cmocka_unit_test(every_defect_has_a_status_and_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
