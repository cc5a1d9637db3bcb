/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include "base/limits.h"

enum { BIT_TOKEN = 1, BIT_HOST = 2, LENGTH_DIGITS = 18, CRLF = 2 };

/* A header that changes what a request is, and must therefore stand there once. */
struct single {
    struct slice name;
    enum http_defect defect;
};

static enum http_defect check_target(struct slice target);
static enum http_defect check_field(struct http_field *field);
static enum http_defect check_singles(const struct http_head *head);
static enum http_defect check_length(const struct http_head *head);
static enum http_defect check_host(const struct http_head *head);
static const struct http_field *find(const struct http_head *head, struct slice name);
static struct slice origin_form(struct slice target);

enum http_defect guard_check(struct http_head *head)
{
    enum http_defect defect;

    if (head->method.n > LIMIT_METHOD || !guard_is_token(head->method))
        return HTTP_BAD_METHOD;
    if ((defect = check_target(head->target)) != HTTP_SOUND)
        return defect;
    if (head->overflow || head->count > LIMIT_HEADERS)
        return HTTP_TOO_MANY_HEADERS;
    for (size_t i = 0; i < head->count; i++)
        if ((defect = check_field(&head->fields[i])) != HTTP_SOUND)
            return defect;
    if ((defect = check_singles(head)) != HTTP_SOUND)
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
static unsigned kind(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return BIT_TOKEN | BIT_HOST;
    switch (c) {
    case '-':
    case '.':
    case '_':
        return BIT_TOKEN | BIT_HOST;
    case ':':
    case '[':
    case ']':
        return BIT_HOST;
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '^':
    case '`':
    case '|':
    case '~':
        return BIT_TOKEN;
    default:
        return 0;
    }
}

static bool all_are(struct slice s, unsigned bit)
{
    for (size_t i = 0; i < s.n; i++)
        if ((kind(s.p[i]) & bit) == 0)
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

static enum http_defect check_singles(const struct http_head *head)
{
    static const struct single singles[] = {
        { { "Content-Length", 14 }, HTTP_AMBIGUOUS_LENGTH },
        { { "Transfer-Encoding", 17 }, HTTP_AMBIGUOUS_LENGTH },
        { { "Host", 4 }, HTTP_BAD_HOST },
        { { "Content-Type", 12 }, HTTP_REPEATED_HEADER },
        { { "Authorization", 13 }, HTTP_REPEATED_HEADER },
        { { "Origin", 6 }, HTTP_REPEATED_HEADER },
        { { "client-request-id", 17 }, HTTP_REPEATED_HEADER },
        { { "Expect", 6 }, HTTP_REPEATED_HEADER },
        { { "Access-Control-Request-Method", 29 }, HTTP_REPEATED_HEADER },
        { { "Access-Control-Request-Headers", 30 }, HTTP_REPEATED_HEADER },
    };
    enum { SINGLES = sizeof singles / sizeof singles[0] };
    unsigned seen[SINGLES] = { 0 };

    for (size_t i = 0; i < head->count; i++)
        for (size_t k = 0; k < SINGLES; k++)
            if (slice_eq_nocase(head->fields[i].name, singles[k].name) && seen[k]++ > 0)
                return singles[k].defect;
    return HTTP_SOUND;
}

static enum http_defect check_length(const struct http_head *head)
{
    const struct http_field *length = find(head, SLICE("Content-Length"));
    const struct http_field *encoding = find(head, SLICE("Transfer-Encoding"));
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
    const struct http_field *host = find(head, SLICE("Host"));

    if (host == NULL)
        return slice_eq(head->version, SLICE("HTTP/1.0")) ? HTTP_SOUND : HTTP_BAD_HOST;
    return host->value.n <= LIMIT_HOST && all_are(host->value, BIT_HOST) ? HTTP_SOUND : HTTP_BAD_HOST;
}

static const struct http_field *find(const struct http_head *head, struct slice name)
{
    for (size_t i = 0; i < head->count; i++)
        if (slice_eq_nocase(head->fields[i].name, name))
            return &head->fields[i];
    return NULL;
}
