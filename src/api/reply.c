/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"

#include "api/router.h"
#include "flow/redirect_uri.h"
#include "http/cors.h"

#include <stdio.h>

enum { RETRY_SECONDS = 1, NUMBER_TEXT = 24 };

/* Pages of single-page applications redeem codes and refresh tokens (spec OIDC, 4.3). */
static bool is_spa_origin(const struct exchange *x, const struct application *app, struct slice origin)
{
    return x->endpoint != NULL && slice_eq(slice_of(x->endpoint->path), SLICE(TOKEN_PATH)) &&
           redirect_uri_is_spa_origin(app, origin);
}

static bool is_spa_origin_of_tenant(const struct exchange *x, struct slice origin)
{
    const struct directory *d = x->directory;

    for (size_t i = 0; x->tenant != NULL && i < d->application_count; i++)
        if (guid_eq(d->applications[i].tenant_id, x->tenant->id) && is_spa_origin(x, &d->applications[i], origin))
            return true;
    return false;
}

/* Whether a page of this origin may read the answer: the application's origins, and before it is known, those of its
 * tenant's applications (spec V1, 1.7). */
static bool origin_allowed(void *ctx, struct slice origin)
{
    const struct exchange *x = ctx;

    if (x->app == NULL)
        return directory_allows_origin(x->directory, x->tenant, origin) || is_spa_origin_of_tenant(x, origin);
    return slices_have(&x->app->allowed_origins, origin) || is_spa_origin(x, x->app, origin);
}

/* The same for everybody, and may be kept. */
static bool is_public(const struct endpoint *e)
{
    return e->kind == ENDPOINT_TENANT || e->kind == ENDPOINT_OPEN;
}

static bool is_open_to_all(const struct exchange *x)
{
    return x->endpoint != NULL && (is_public(x->endpoint) || x->endpoint->kind == ENDPOINT_BEARER);
}

static const char *methods_of(const struct endpoint *e)
{
    if (e != NULL && e->kind == ENDPOINT_BEARER)
        return "GET, POST, OPTIONS";
    return e != NULL && e->method == HTTP_GET ? "GET, OPTIONS" : "POST, OPTIONS";
}

static struct cors cors_of(struct exchange *x)
{
    return (struct cors){
        .methods = methods_of(x->endpoint), .any = is_open_to_all(x), .allowed = origin_allowed, .ctx = x
    };
}

static void put_cors(struct exchange *x)
{
    const struct cors cors = cors_of(x);

    cors_reply(&cors, x->call);
}

static void put_common_headers(struct exchange *x)
{
    struct http_reply *reply = &x->call->reply;

    x->correlation_text = guid_format(x->correlation_id);
    http_header(reply, "x-ms-request-id", x->correlation_text.c);
    http_header(reply, "client-request-id", x->correlation_text.c);
    http_header(reply, "X-Content-Type-Options", "nosniff");
    if (x->call->request.tls)
        http_header(reply, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

static void put_no_store(struct http_reply *reply)
{
    http_header(reply, "Cache-Control", "no-store");
    http_header(reply, "Pragma", "no-cache");
}

static bool has_content_type(const struct http_reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (slice_eq(slice_of(reply->headers[i].name), SLICE("Content-Type")))
            return true;
    return false;
}

static void put_json_type(struct http_reply *reply)
{
    if (!has_content_type(reply))
        http_header(reply, "Content-Type", "application/json; charset=utf-8");
}

static bool is_page(const struct exchange *x)
{
    return x->endpoint != NULL && (x->endpoint->kind == ENDPOINT_PAGE || x->endpoint->kind == ENDPOINT_ROOT_PAGE);
}

/* What is in x->body, with the headers that all answers have. */
static void put_body(struct exchange *x)
{
    struct http_reply *reply = &x->call->reply;

    if (reply->status == 0)
        reply->status = 200;
    reply->body = buf_slice(&x->body);
    put_json_type(reply);
    put_common_headers(x);
    if (is_public(x->endpoint))
        http_header(reply, "Cache-Control", "max-age=86400, private");
    else
        put_no_store(reply);
    if (!is_page(x))
        put_cors(x);
}

void reply_body(struct exchange *x)
{
    struct http_reply *reply = &x->call->reply;

    if (!buf_ok(&x->body)) {
        reply_fault(x, FAIL(FULL));
        return;
    }
    put_body(x);
    EMIT(x->api->events, request_done, &x->correlation_id, field_endpoint(x->endpoint->name),
         field_status(reply->status));
}

/* As the endpoint tells it; false: it has no way of its own, or could not. */
static bool put_own_error(struct exchange *x, enum error_id id)
{
    const struct endpoint *e = x->endpoint;

    if (e == NULL || e->steps->refuse == NULL)
        return false;
    x->refusal = id;
    x->call->reply = (struct http_reply){ .status = error_row(id)->status };
    if (!err_is_ok(e->steps->refuse(x)) || !buf_ok(&x->body))
        return false;
    put_body(x);
    return true;
}

/* False: the body has no room. */
static bool put_error(struct exchange *x, enum error_id id)
{
    struct http_reply *reply = &x->call->reply;
    struct buf body;

    if (put_own_error(x, id))
        return true;
    *reply = (struct http_reply){ .status = error_row(id)->status };
    if (x->refusal_extra.attributes_name != NULL)
        buf_init_arena(&body, &x->call->arena, LIMIT_ATTRIBUTES_REPLY);
    else
        buf_init(&body, x->error_space, sizeof x->error_space);
    error_body(id,
               &(struct error_facts){ .detail = x->refusal_detail,
                                      .extra = x->refusal_extra,
                                      .origin = x->api->origin,
                                      .trace_id = x->trace_id,
                                      .correlation_id = x->correlation_id,
                                      .now = x->now },
               &body);
    reply->body = buf_slice(&body);
    put_json_type(reply);
    put_common_headers(x);
    put_no_store(reply);
    put_cors(x);
    return buf_ok(&body);
}

static void put_retry_after(struct exchange *x, int64_t seconds)
{
    char *text = arena_take(&x->call->arena, NUMBER_TEXT);

    if (text == NULL)
        return;
    snprintf(text, NUMBER_TEXT, "%lld", (long long)seconds);
    http_header(&x->call->reply, "Retry-After", text);
}

void reply_refusal(struct exchange *x)
{
    if (!put_error(x, x->refusal)) {
        reply_fault(x, FAIL(FULL));
        return;
    }
    if (x->refusal == ERROR_METHOD_NOT_ALLOWED)
        http_header(&x->call->reply, "Allow", x->endpoint->method == HTTP_GET ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
    if (x->retry_after > 0)
        put_retry_after(x, x->retry_after);
    EMIT(x->api->events, request_refused, &x->correlation_id,
         field_endpoint(x->endpoint == NULL ? "none" : x->endpoint->name), field_status(error_row(x->refusal)->status),
         field_code(error_row(x->refusal)->code), field_reason(error_row(x->refusal)->name),
         field_client_address(slice_of(x->call->request.client_address)));
    if (x->refusal == ERROR_THROTTLED)
        EMIT(x->api->events, throttled, &x->correlation_id,
             field_client_address(slice_of(x->call->request.client_address)));
}

/* Clients repeat a 5xx, so it is said only where repeating can help or the fault is ours. */
static enum error_id error_of_fault(err fault)
{
    switch (fault.code) {
    case ERR_NO_MEMORY:
    case ERR_FULL:
    case ERR_TIMEOUT:
    case ERR_STOPPING:
        return ERROR_SERVER_BUSY;
    default:
        return ERROR_SERVER_FAULT;
    }
}

void reply_fault(struct exchange *x, err fault)
{
    enum error_id id = error_of_fault(fault);

    x->refusal_detail = SLICE_EMPTY;
    x->refusal_extra = (struct error_extra){ .attributes_name = NULL };
    (void)put_error(x, id);
    if (id == ERROR_SERVER_BUSY)
        put_retry_after(x, RETRY_SECONDS);
    EMIT(x->api->events, request_failed, &x->correlation_id,
         field_endpoint(x->endpoint == NULL ? "none" : x->endpoint->name), field_status(error_row(id)->status),
         field_reason(err_text(fault)));
}

void reply_preflight(struct exchange *x)
{
    const struct cors cors = cors_of(x);

    cors_preflight(&cors, x->call);
    http_header(&x->call->reply, "Allow", cors.methods);
    put_common_headers(x);
}
