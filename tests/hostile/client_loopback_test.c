/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever finds the port that waits for the browser: it gets nothing, and the sign-in goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http.h"
#include "support/web_visit.h"

#define TOKENS_OF_ID                                                                                  \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"expires_in\":4199,\"access_token\":\"a.b.c\"," \
    "\"refresh_token\":\"1.r\",\"id_token\":\"@ID_TOKEN@\"}"

/* The linker leads the port's looks at the clock here (--wrap). */
static int64_t ahead;

int64_t __real_http_ticks(void);
int64_t __wrap_http_ticks(void);

int64_t __wrap_http_ticks(void)
{
    return __real_http_ticks() + ahead;
}

/* The time of all who are connected by now is over. */
static void pass_time(struct doorcode_web *web)
{
    for (int i = 0; i < 4; i++)
        doorcode_web_step(web); /* takes in who waits outside, and what they said */
    ahead += CLIENT_VISITOR_MS;
    doorcode_web_step(web);
}

/* The good answer is still taken. */
static void then_it_ends_well(struct web_session *s)
{
    assert_int_equal(doorcode_web_state(s->web), DOORCODE_WEB_OPEN);
    assert_int_equal(web_visit(s->web, "/?code=c&state={state}", NULL), 200);
    assert_int_equal(web_finish(s->web), DOORCODE_WEB_COMPLETED);
    web_end(s, 1);
}

static void begin(struct web_session *s)
{
    static const struct answer answers[] = { YES(TOKENS_OF_ID) };
    ahead = 0;
    web_begin(s, answers, 1, NULL);
}

/* `{state}` is filled in. Who waits says no more, and his time passes. */
static int visit_bytes(struct web_session *s, const char *bytes, size_t n, bool waits, char page[4096])
{
    char state[64];
    char request[1024];
    web_param(s->web, "state", state, sizeof state);
    const char *place = memmem(bytes, n, "{state}", 7);
    size_t before = place != NULL ? (size_t)(place - bytes) : n;
    memcpy(request, bytes, before);
    size_t size = before;
    if (place != NULL) {
        memcpy(request + size, state, strlen(state));
        size += strlen(state);
        memcpy(request + size, place + 7, n - before - 7);
        size += n - before - 7;
    }
    int fd = web_connect(AF_INET, web_port(s->web));
    assert_true(fd >= 0);
    if (!waits)
        return web_visit_raw(s->web, fd, request, size, page);
    assert_int_equal(send(fd, request, size, MSG_NOSIGNAL), size);
    pass_time(s->web);
    return web_visit_raw(s->web, fd, "", 0, page);
}

#define RAW(text) (text), sizeof(text) - 1
#define HOST "Host: localhost\r\n\r\n"

/* Instead of a status. STAYS: refused or not, it is not closed before its time is over. */
enum { REFUSED = -1, STAYS = -2 };

static const struct {
    const char *bytes;
    size_t n;
    int status;
} rows[] = {
    { RAW("POST /?code=c&state={state} HTTP/1.1\r\nContent-Length: 0\r\n" HOST), 405 },
    { RAW("POST / HTTP/1.1\r\nContent-Length: 60\r\n" HOST "code=c&state={state}"), 405 },
    { RAW("HEAD /?code=c&state={state} HTTP/1.1\r\n" HOST), 405 },
    { RAW("PUT /?code=c&state={state} HTTP/1.1\r\nContent-Length: 0\r\n" HOST), 405 },
    { RAW("OPTIONS * HTTP/1.1\r\n" HOST), 405 },
    { RAW("CONNECT example.org:443 HTTP/1.1\r\n" HOST), 405 },
    { RAW("get /?code=c&state={state} HTTP/1.1\r\n" HOST), 405 },
    { RAW("GET http://localhost/?code=c&state={state} HTTP/1.1\r\n" HOST), 404 },
    { RAW("GET ?code=c&state={state} HTTP/1.1\r\n" HOST), REFUSED },
    { RAW("GET /\0?code=c&state={state} HTTP/1.1\r\n" HOST), REFUSED },
    { RAW("GET /../?code=c&state={state} HTTP/1.1\r\n" HOST), 404 },
    { RAW("GET /?code=c&state={state}\r\n\r\n"), REFUSED },
    { RAW("GET /?code=c&state={state} HTTP/9.9\r\n" HOST), REFUSED },
    { RAW("GET /?code=%63%00&state=x HTTP/1.1\r\n" HOST), 400 },
    { RAW("GET /?state=%7Bstate%7D HTTP/1.1\r\n" HOST), 400 },
    { RAW("GET / HTTP/1.1\r\n" HOST "GET /?code=c&state={state} HTTP/1.1\r\n" HOST), 400 }, /* closed after one */
    { RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of a TLS greeting\r\n\r\n"), REFUSED },
    { RAW("\r\n\r\n\r\n\0\0\0\r\n\r\n"), STAYS },
    { RAW("nonsense\r\n\r\n"), REFUSED },
};

static void each_odd_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct web_session s;
        char page[4096];
        begin(&s);
        int status = visit_bytes(&s, rows[i].bytes, rows[i].n, rows[i].status == STAYS, page);
        bool refused = rows[i].status >= 0 ? status == rows[i].status : status == 0 || status >= 400;
        if (!refused)
            fail_msg("%s: %d", rows[i].bytes, status);
        assert_null(strstr(page, "You can close this window"));
        then_it_ends_well(&s);
    }
}

/* A head that is larger than a visitor's memory, as address or as header, and an address that is too long for us. */
static void what_is_too_large(void **state)
{
    (void)state;
    static const struct {
        size_t target;
        size_t header;
        int status;
    } sizes[] = {
        { 100, 0, 400 },        { 100, 20000, 400 },      { 8000, 0, 400 },        { 12000, 0, 400 },
        { 100000, 0, REFUSED }, { 100, 100000, REFUSED }, { 1000000, 0, REFUSED }, { 100, 1000000, REFUSED }
    };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct web_session s;
        size_t cap = sizes[i].target + sizes[i].header + 256;
        char *request = malloc(cap);
        begin(&s);
        size_t n = (size_t)snprintf(request, cap, "GET /?code=");
        memset(request + n, 'a', sizes[i].target);
        n += sizes[i].target;
        n += (size_t)snprintf(request + n, cap - n, " HTTP/1.1\r\nHost: localhost\r\nCookie: ");
        memset(request + n, 'b', sizes[i].header);
        n += sizes[i].header;
        n += (size_t)snprintf(request + n, cap - n, "\r\n\r\n");
        int fd = web_connect(AF_INET, web_port(s.web));
        int status = web_visit_raw(s.web, fd, request, n, NULL);
        if (sizes[i].status >= 0 ? status != sizes[i].status : status != 0 && status < 400)
            fail_msg("%zu + %zu bytes: %d", sizes[i].target, sizes[i].header, status);
        free(request);
        then_it_ends_well(&s);
    }
}

static void both_addresses(void **state)
{
    (void)state;
    static const char nothing[] = "GET / HTTP/1.1\r\n" HOST;
    struct web_session s;
    begin(&s);
    int fd = web_connect(AF_INET6, web_port(s.web));
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    bool has_v6 = probe >= 0 && bind(probe, (const struct sockaddr *)&any, sizeof any) == 0;
    assert_int_equal(fd >= 0, has_v6); /* wherever this machine has one */
    if (fd >= 0)
        assert_int_equal(web_visit_raw(s.web, fd, nothing, sizeof nothing - 1, NULL), 400);
    if (probe >= 0)
        close(probe);
    then_it_ends_well(&s);
}

/* Two browsers with the same answer at once: one of them is heard, and the code is redeemed once. */
static void a_second_hit(void **state)
{
    (void)state;
    struct web_session s;
    char own[64];
    char request[256];
    char page[4096];
    int fds[2];
    begin(&s);
    web_param(s.web, "state", own, sizeof own);
    int n = snprintf(request, sizeof request, "GET /?code=c&state=%s HTTP/1.1\r\n" HOST, own);
    for (size_t i = 0; i < 2; i++) {
        fds[i] = web_connect(AF_INET, web_port(s.web));
        assert_int_equal(send(fds[i], request, (size_t)n, 0), n);
    }
    int statuses[2];
    for (size_t i = 0; i < 2; i++)
        statuses[i] = web_visit_raw(s.web, fds[i], "", 0, page);
    /* The other one is told so, or finds the port closed. */
    assert_true((statuses[0] == 200) != (statuses[1] == 200));
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    web_end(&s, 1);
}

/* Somebody who knows nothing but the port asks as fast as he can. */
static void a_guesser(void **state)
{
    (void)state;
    struct web_session s;
    begin(&s);
    for (int i = 0; i < 500; i++) {
        char target[128];
        snprintf(target, sizeof target, "/?code=evil&state=%043d", i);
        assert_int_equal(web_visit(s.web, target, NULL), 400);
    }
    then_it_ends_well(&s);
}

/* More silent visitors than there are places, some of them in the middle of a request: they are shut out after their time,
 * and whoever waits outside gets in. */
static void silent_visitors(void **state)
{
    (void)state;
    struct web_session s;
    int fds[CLIENT_VISITORS / 2 + 8];
    begin(&s);
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = web_connect(AF_INET, web_port(s.web));
        if (fds[i] >= 0 && i % 2 == 0)
            send(fds[i], "GET /?co", 8, MSG_NOSIGNAL);
        doorcode_web_step(s.web);
    }
    pass_time(s.web);
    then_it_ends_well(&s);
    for (size_t i = 0; i < COUNT(fds); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

/* A byte now and then keeps no place for ever: a tenth of the time goes by with each. */
static void a_slow_visitor(void **state)
{
    (void)state;
    static const char request[] = "GET /?code=c&state=x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    struct web_session s;
    int bytes = 0;
    char byte;
    begin(&s);
    int fd = web_connect(AF_INET, web_port(s.web));
    assert_true(send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0);
    do {
        assert_in_range(++bytes, 1, 12);
        doorcode_web_step(s.web);
        doorcode_web_step(s.web);
        ahead += CLIENT_VISITOR_MS / 10;
    } while (send(fd, "a", 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) < 0);
    close(fd);
    then_it_ends_well(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_odd_request), cmocka_unit_test(what_is_too_large), cmocka_unit_test(both_addresses),
        cmocka_unit_test(a_second_hit),     cmocka_unit_test(a_guesser),         cmocka_unit_test(silent_visitors),
        cmocka_unit_test(a_slow_visitor),
    };
    return cmocka_run_group_tests_name("client: the browser's port", tests, NULL, NULL);
}
