/* SPDX-License-Identifier: Apache-2.0 */
/* guard.h: what a request's head must be before its body is read (RFC 9112, 2.2, 3.2, 5, 6). Pure; knows no engine.
 * It is stricter than the engine, which lets through what two readers of one stream could understand differently. */
#ifndef DOORCODE_HTTP_GUARD_H
#define DOORCODE_HTTP_GUARD_H

#include "http/http.h"

struct http_field {
    struct slice name;
    struct slice value; /* without blanks around it after guard_check */
};

/* The headers this server reads. */
enum http_known {
    KNOWN_CONTENT_LENGTH,
    KNOWN_TRANSFER_ENCODING,
    KNOWN_HOST,
    KNOWN_CONTENT_TYPE,
    KNOWN_AUTHORIZATION,
    KNOWN_ORIGIN,
    KNOWN_CLIENT_REQUEST_ID,
    KNOWN_EXPECT,
    KNOWN_REQUEST_METHOD,
    KNOWN_REQUEST_HEADERS,
    KNOWN_ACCEPT_LANGUAGE,
    KNOWN_FORWARDED_FOR,
    KNOWN_COOKIE,
    KNOWN_FETCH_SITE,
    KNOWN_HEADERS
};

struct http_head {
    struct slice method;
    struct slice target;  /* as sent, with the query */
    struct slice version; /* "HTTP/1.1" */
    struct http_field *fields;
    size_t count;
    bool overflow;                                 /* there were more fields than the array could hold */
    const struct http_field *known[KNOWN_HEADERS]; /* set by guard_check: the first of that name, or NULL */
};

/* The empty slice where there is no such header. */
static inline struct slice head_value(const struct http_head *head, enum http_known known)
{
    return head->known[known] != NULL ? head->known[known]->value : SLICE_EMPTY;
}

/* The first defect of the head, or HTTP_SOUND. Trims the values and finds the known headers. */
enum http_defect guard_check(struct http_head *head);

/* Whether the pieces lie in one buffer exactly as "METHOD SP TARGET SP VERSION CRLF (NAME : VALUE CRLF)* CRLF" would,
 * `end` being the byte after the last CRLF. The engine cuts the head in place, so whatever it dropped or moved (a NUL and
 * what follows it, folded lines, a bare LF, blanks in the request line) leaves a gap here. Before guard_check, which
 * trims. */
enum http_defect guard_seams(const struct http_head *head, const char *end);

/* RFC 9110, 5.6.2. */
bool guard_is_token(struct slice s);

/* The path of a target that passed guard_check: without scheme and authority, without the query. */
struct slice guard_path(struct slice target);

#endif
