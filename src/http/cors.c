/* SPDX-License-Identifier: Apache-2.0 */
#include "http/cors.h"

#include "base/buf.h"
#include "base/limits.h"
#include "http/guard.h"

enum { LIMIT_ORIGIN = LIMIT_HOST + 16 /* and the scheme */ };

static bool allow_origin(const struct cors *cors, struct http_call *call);
static const char *asked_headers(struct http_call *call);

bool cors_is_preflight(const struct http_request *request)
{
    return request->method == HTTP_OPTIONS && request->origin.n > 0 && request->request_method.n > 0;
}

void cors_preflight(const struct cors *cors, struct http_call *call)
{
    struct http_reply *reply = &call->reply;

    reply->status = 204;
    reply->body = SLICE_EMPTY;
    if (!allow_origin(cors, call))
        return;
    http_header(reply, "Access-Control-Allow-Methods", cors->methods);
    const char *headers = asked_headers(call);
    if (headers != NULL)
        http_header(reply, "Access-Control-Allow-Headers", headers);
    http_header(reply, "Access-Control-Max-Age", "86400");
}

void cors_reply(const struct cors *cors, struct http_call *call)
{
    if (allow_origin(cors, call))
        http_header(&call->reply, "Access-Control-Expose-Headers", "x-ms-request-id, client-request-id, Retry-After");
}

/* A copy with a NUL; NULL once the arena is full. */
static const char *copy(struct http_call *call, struct slice s)
{
    char *p = arena_take(&call->arena, s.n + 1);

    return p != NULL && slice_to_cstr(s, p, s.n + 1) ? p : NULL;
}

/* An origin is serialised as scheme, host and port, or "null": no blanks, nothing beyond ASCII. */
static bool is_origin(struct slice origin)
{
    for (size_t i = 0; i < origin.n; i++) {
        unsigned char c = (unsigned char)origin.p[i];
        if (c <= ' ' || c >= 0x7f)
            return false;
    }
    return origin.n > 0 && origin.n <= LIMIT_ORIGIN;
}

static bool allow_origin(const struct cors *cors, struct http_call *call)
{
    struct slice origin = call->request.origin;

    if (cors->any) {
        http_header(&call->reply, "Access-Control-Allow-Origin", "*");
        return true;
    }
    http_header(&call->reply, "Vary", "Origin");
    if (cors->allowed == NULL || !is_origin(origin) || !cors->allowed(cors->ctx, origin))
        return false;
    const char *value = copy(call, origin);
    if (value != NULL)
        http_header(&call->reply, "Access-Control-Allow-Origin", value);
    return value != NULL;
}

/* The names asked for, if each is a token: application-made headers cannot be known beforehand (client requirements, 2). */
static const char *asked_headers(struct http_call *call)
{
    struct slice list = call->request.request_headers;
    struct slice rest = list;

    if (list.n == 0 || list.n > LIMIT_CORS_HEADERS)
        return NULL;
    do {
        if (!guard_is_token(slice_trim(slice_cut(rest, ',', &rest))))
            return NULL;
    } while (rest.n > 0);
    return copy(call, list);
}
