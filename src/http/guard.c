/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include "base/limits.h"

#include <string.h>

enum { BIT_TOKEN = 1, BIT_HOST = 2, LENGTH_DIGITS = 18, CRLF = 2 };

/* The headers of enum http_known. A `repeated` one changes what the request is and must stand there once; HTTP_SOUND: a
 * list that may be spread over several lines. */
static const struct {
    struct slice name;
    enum http_defect repeated;
} known_headers[KNOWN_HEADERS] = {
    [KNOWN_CONTENT_LENGTH] = { { "Content-Length", 14 }, HTTP_AMBIGUOUS_LENGTH },
    [KNOWN_TRANSFER_ENCODING] = { { "Transfer-Encoding", 17 }, HTTP_AMBIGUOUS_LENGTH },
    [KNOWN_HOST] = { { "Host", 4 }, HTTP_BAD_HOST },
    [KNOWN_CONTENT_TYPE] = { { "Content-Type", 12 }, HTTP_REPEATED_HEADER },
    [KNOWN_AUTHORIZATION] = { { "Authorization", 13 }, HTTP_REPEATED_HEADER },
    [KNOWN_ORIGIN] = { { "Origin", 6 }, HTTP_REPEATED_HEADER },
    [KNOWN_CLIENT_REQUEST_ID] = { { "client-request-id", 17 }, HTTP_REPEATED_HEADER },
    [KNOWN_EXPECT] = { { "Expect", 6 }, HTTP_REPEATED_HEADER },
    [KNOWN_REQUEST_METHOD] = { { "Access-Control-Request-Method", 29 }, HTTP_REPEATED_HEADER },
    [KNOWN_REQUEST_HEADERS] = { { "Access-Control-Request-Headers", 30 }, HTTP_REPEATED_HEADER },
    [KNOWN_ACCEPT_LANGUAGE] = { { "Accept-Language", 15 }, HTTP_SOUND },
    [KNOWN_FORWARDED_FOR] = { { "X-Forwarded-For", 15 }, HTTP_SOUND },
    [KNOWN_COOKIE] = { { "Cookie", 6 }, HTTP_REPEATED_HEADER },
    [KNOWN_FETCH_SITE] = { { "Sec-Fetch-Site", 14 }, HTTP_REPEATED_HEADER },
};

static enum http_defect check_target(struct slice target);
static enum http_defect check_field(struct http_field *field);
static enum http_defect check_repetition(struct http_head *head, const struct http_field *field);
static enum http_defect check_length(const struct http_head *head);
static enum http_defect check_host(const struct http_head *head);
static struct slice origin_form(struct slice target);

enum http_defect guard_check(struct http_head *head)
{
    enum http_defect defect;

    memset(head->known, 0, sizeof head->known);
    if (head->method.n > LIMIT_METHOD || !guard_is_token(head->method))
        return HTTP_BAD_METHOD;
    if ((defect = check_target(head->target)) != HTTP_SOUND)
        return defect;
    if (head->overflow || head->count > LIMIT_HEADERS)
        return HTTP_TOO_MANY_HEADERS;
    for (size_t i = 0; i < head->count; i++)
        if ((defect = check_field(&head->fields[i])) != HTTP_SOUND)
            return defect;
    for (size_t i = 0; i < head->count; i++)
        if ((defect = check_repetition(head, &head->fields[i])) != HTTP_SOUND)
            return defect;
    if ((defect = check_length(head)) != HTTP_SOUND)
        return defect;
    return check_host(head);
}

enum http_defect guard_seams(const struct http_head *head, const char *end)
{
    const char *at = head->method.p + head->method.n + 1;

    if (head->target.p != at)
        return HTTP_BAD_FRAMING;
    at += head->target.n + 1;
    if (head->version.p != at)
        return HTTP_BAD_FRAMING;
    at += head->version.n + CRLF;
    for (size_t i = 0; i < head->count; i++) {
        if (head->fields[i].name.p != at)
            return HTTP_BAD_FRAMING;
        at = head->fields[i].value.p + head->fields[i].value.n + CRLF;
    }
    return head->overflow || at + CRLF == end ? HTTP_SOUND : HTTP_BAD_FRAMING;
}

struct slice guard_path(struct slice target)
{
    struct slice query;
    struct slice path = slice_cut(origin_form(target), '?', &query);

    return path.n > 0 && path.p[0] == '/' ? path : SLICE("/");
}

/* RFC 9110, 5.6.2 and, for BIT_HOST, the bytes of a name or address with a port. */
static const uint8_t kinds[256] = {
    ['a' ... 'z'] = BIT_TOKEN | BIT_HOST,
    ['A' ... 'Z'] = BIT_TOKEN | BIT_HOST,
    ['0' ... '9'] = BIT_TOKEN | BIT_HOST,
    ['-'] = BIT_TOKEN | BIT_HOST,
    ['.'] = BIT_TOKEN | BIT_HOST,
    ['_'] = BIT_TOKEN | BIT_HOST,
    [':'] = BIT_HOST,
    ['['] = BIT_HOST,
    [']'] = BIT_HOST,
    ['!'] = BIT_TOKEN,
    ['#'] = BIT_TOKEN,
    ['$'] = BIT_TOKEN,
    ['%'] = BIT_TOKEN,
    ['&'] = BIT_TOKEN,
    ['\''] = BIT_TOKEN,
    ['*'] = BIT_TOKEN,
    ['+'] = BIT_TOKEN,
    ['^'] = BIT_TOKEN,
    ['`'] = BIT_TOKEN,
    ['|'] = BIT_TOKEN,
    ['~'] = BIT_TOKEN,
};

static bool all_are(struct slice s, unsigned bit)
{
    for (size_t i = 0; i < s.n; i++)
        if ((kinds[(unsigned char)s.p[i]] & bit) == 0)
            return false;
    return s.n > 0;
}

bool guard_is_token(struct slice s)
{
    return all_are(s, BIT_TOKEN);
}

static enum http_defect check_target(struct slice target)
{
    if (target.n > LIMIT_TARGET)
        return HTTP_TARGET_TOO_LONG;
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.p[i];
        if (c <= ' ' || c >= 0x7f || c == '#')
            return HTTP_BAD_TARGET;
    }
    struct slice path = origin_form(target);
    return path.n > 0 && (path.p[0] == '/' || path.p[0] == '?') ? HTTP_SOUND : HTTP_BAD_TARGET;
}

/* The absolute form must be understood too (RFC 9112, 3.2.2). Its authority means nothing to us: the issuer is
 * configured. "http://host" alone leaves nothing, which is no target we have. */
static struct slice origin_form(struct slice target)
{
    static const struct slice schemes[] = { { "http://", 7 }, { "https://", 8 } };

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        struct slice start = { target.p, schemes[i].n };
        if (target.n < start.n || !slice_eq_nocase(start, schemes[i]))
            continue;
        struct slice rest = slice_from(target, start.n);
        size_t n = 0;
        while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
            n++;
        return slice_from(rest, n);
    }
    return target;
}

static enum http_defect check_field(struct http_field *field)
{
    if (!guard_is_token(field->name))
        return HTTP_BAD_HEADER;
    field->value = slice_trim(field->value);
    for (size_t i = 0; i < field->value.n; i++) {
        unsigned char c = (unsigned char)field->value.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return HTTP_BAD_HEADER;
    }
    return HTTP_SOUND;
}

static enum http_defect check_repetition(struct http_head *head, const struct http_field *field)
{
    for (enum http_known k = 0; k < KNOWN_HEADERS; k++) {
        if (field->name.n != known_headers[k].name.n || !slice_eq_nocase(field->name, known_headers[k].name))
            continue;
        if (head->known[k] != NULL)
            return known_headers[k].repeated;
        head->known[k] = field;
        break;
    }
    return HTTP_SOUND;
}

static enum http_defect check_length(const struct http_head *head)
{
    const struct http_field *length = head->known[KNOWN_CONTENT_LENGTH];
    const struct http_field *encoding = head->known[KNOWN_TRANSFER_ENCODING];
    uint64_t n;

    if (length != NULL &&
        (encoding != NULL || length->value.n > LENGTH_DIGITS || !slice_to_u64(length->value, UINT64_MAX, &n)))
        return HTTP_AMBIGUOUS_LENGTH;
    if (encoding == NULL)
        return HTTP_SOUND;
    bool chunked = slice_eq_nocase(encoding->value, SLICE("chunked")) && !slice_eq(head->version, SLICE("HTTP/1.0"));
    return chunked ? HTTP_SOUND : HTTP_BAD_ENCODING;
}

static enum http_defect check_host(const struct http_head *head)
{
    const struct http_field *host = head->known[KNOWN_HOST];

    if (host == NULL)
        return slice_eq(head->version, SLICE("HTTP/1.0")) ? HTTP_SOUND : HTTP_BAD_HOST;
    return host->value.n <= LIMIT_HOST && all_are(host->value, BIT_HOST) ? HTTP_SOUND : HTTP_BAD_HOST;
}
