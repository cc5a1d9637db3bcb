/* SPDX-License-Identifier: Apache-2.0 */
/* The api's door: a complete HTTP request becomes an exchange. The checks run in a fixed order, so that answers are
 * deterministic (spec V1, 3.0): path, method, content type, size, tenant, form, client_id, application, throttle. */
#include "api/exchange.h"

#include "api/reply.h"
#include "api/router.h"
#include "wire/basic.h"

static enum error_id error_of_defect(enum http_defect defect)
{
    switch (http_defect_status(defect)) {
    case 413:
        return ERROR_BODY_TOO_LARGE;
    case 431:
        return ERROR_HEADERS_TOO_LARGE;
    case 503:
        return ERROR_SERVER_BUSY;
    default:
        return ERROR_REQUEST_MALFORMED;
    }
}

static void check_defect(struct exchange *x)
{
    enum http_defect defect = x->call->request.defect;

    if (defect != HTTP_SOUND)
        exchange_refuse(x, error_of_defect(defect), slice_of(http_defect_text(defect)));
}

static void check_route(struct exchange *x, const struct route *route)
{
    x->endpoint = route->endpoint;
    if (exchange_refused(x))
        return;
    if (route->endpoint == NULL)
        exchange_refuse(x, ERROR_PATH_UNKNOWN, SLICE_EMPTY);
    else if (!route->method_fits && x->call->request.method != HTTP_OPTIONS)
        exchange_refuse(x, ERROR_METHOD_NOT_ALLOWED, slice_of(method_name(route->endpoint->method)));
}

static void check_tenant(struct exchange *x, struct slice segment)
{
    if (!endpoint_has_tenant(x->endpoint))
        return;
    x->tenant = segment.n > LIMIT_TENANT_SEGMENT ? NULL : directory_tenant(x->directory, segment);
    if (x->tenant == NULL)
        exchange_refuse(x, x->endpoint->kind == ENDPOINT_FORM ? ERROR_TENANT_UNKNOWN : ERROR_TENANT_INVALID,
                        SLICE_EMPTY);
}

/* The same name twice is a mistake or an attack (RFC 6749, 3.2). */
static struct slice repeated_name(const struct form *form)
{
    for (size_t i = 0; i < form->n; i++)
        if (form_repeated(form, form->fields[i].name))
            return form->fields[i].name;
    return SLICE_EMPTY;
}

/* In the body; in the query where the method has no body. */
static void check_form(struct exchange *x)
{
    struct http_request *request = &x->call->request;
    bool in_body = x->endpoint->method == HTTP_POST;

    if (in_body && !form_is_type(request->content_type))
        exchange_refuse(x, ERROR_CONTENT_TYPE, SLICE_EMPTY);
    else if (!err_is_ok(form_parse(in_body ? request->body : request->query, &x->call->arena, &x->form)))
        exchange_refuse(x, ERROR_REQUEST_MALFORMED, in_body ? SLICE("the body is not a form") : SLICE("the query"));
}

static void check_repeated(struct exchange *x)
{
    struct slice name = repeated_name(&x->form);

    if (name.n > 0)
        exchange_refuse(x, ERROR_PARAMETER_REPEATED, name);
}

/* In the body; else in the Authorization header, where a client may authenticate itself (RFC 6749, 2.3.1). */
static struct slice client_id_of(struct exchange *x)
{
    struct slice named = form_get(&x->form, SLICE("client_id"));
    struct basic basic;

    if (named.n > 0 || !err_is_ok(basic_parse(x->call->request.authorization, &x->call->arena, &basic)))
        return named;
    return basic.id;
}

static void check_application(struct exchange *x)
{
    struct guid client_id;

    if (!guid_parse(client_id_of(x), &client_id)) {
        exchange_refuse(x, ERROR_CLIENT_ID_INVALID, SLICE_EMPTY);
        return;
    }
    x->app = directory_application(x->directory, x->tenant->id, client_id);
    if (x->app == NULL)
        exchange_refuse(x, ERROR_CLIENT_UNKNOWN, SLICE_EMPTY);
}

/* A page of another site can make a visitor's browser post to this machine: only pages of this machine may. (The only
 * posts without tenant are the development mode's.) */
static void check_page(struct exchange *x)
{
    static const char *const own[] = { "http://localhost", "https://localhost", "http://127.0.0.1",
                                       "https://127.0.0.1" };
    struct slice origin = x->call->request.origin;
    struct slice port;

    if (x->endpoint->kind != ENDPOINT_PLAIN || x->endpoint->method != HTTP_POST || origin.n == 0)
        return;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        struct slice host = slice_of(own[i]);
        port = slice_from(origin, host.n);
        if (slice_starts(origin, host) && (port.n == 0 || port.p[0] == ':'))
            return;
    }
    exchange_refuse(x, ERROR_REQUEST_MALFORMED, SLICE("a page of another site may not do this"));
}

/* What an endpoint of each kind needs before its own PARSE; stops at the first refusal. */
static void check_request(struct exchange *x, struct slice tenant_segment)
{
    typedef void check_fn(struct exchange * x);
    static check_fn *const of_forms[] = { check_form, check_repeated, check_application, exchange_throttle, NULL };
    static check_fn *const of_pages[] = { check_form, exchange_throttle, NULL };
    static check_fn *const none[] = { NULL };
    static check_fn *const *const checks[] = {
        [ENDPOINT_FORM] = of_forms,      [ENDPOINT_TENANT] = none, [ENDPOINT_OPEN] = none, [ENDPOINT_PAGE] = of_pages,
        [ENDPOINT_ROOT_PAGE] = of_pages, [ENDPOINT_BEARER] = none, [ENDPOINT_PLAIN] = none
    };

    check_tenant(x, tenant_segment);
    check_page(x);
    for (check_fn *const *check = checks[x->endpoint->kind]; *check != NULL && !exchange_refused(x); check++)
        (*check)(x);
}

/* The caller's id if it is one (spec V1, 1.5), else a new one. */
static void set_ids(struct exchange *x)
{
    if (!guid_parse(x->call->request.client_request_id, &x->correlation_id))
        x->correlation_id = guid_new(x->api->rng);
    x->trace_id = guid_new(x->api->rng);
}

static struct exchange *begin(struct api *api, struct http_call *call)
{
    struct exchange *x = arena_take(&call->arena, sizeof *x);

    ASSERT(x != NULL); /* the first bytes of an empty arena */
    x->magic = EXCHANGE_MAGIC;
    x->api = api;
    x->call = call;
    x->began_us = clock_now_us(&clock_system);
    x->now = clock_now(api->clock);
    x->directory = api_directory(api);
    x->at = AT_PARSE;
    call->state = x;
    set_ids(x);
    return x;
}

static void prepare(struct exchange *x, struct slice tenant_segment)
{
    check_request(x, tenant_segment);
    x->steps = x->endpoint->steps;
    if (x->endpoint->work_size > 0)
        x->work = arena_take(&x->call->arena, x->endpoint->work_size);
    buf_init_arena(&x->body, &x->call->arena, x->endpoint->reply_size);
}

static enum http_step handle(void *ctx, struct http_call *call)
{
    struct api *api = ctx;

    if (call->state != NULL)
        return exchange_run(exchange_of(call));
    struct exchange *x = begin(api, call);
    struct route route = route_find(call->request.method, call->request.path, api->dev != NULL);
    check_defect(x);
    check_route(x, &route);
    if (exchange_refused(x)) {
        reply_refusal(x);
        return HTTP_DONE;
    }
    if (!route.method_fits) {
        x->tenant = directory_tenant(x->directory, route.tenant);
        reply_preflight(x);
        return HTTP_DONE;
    }
    prepare(x, route.tenant);
    if (!exchange_refused(x))
        return exchange_run(x);
    reply_refusal(x);
    return HTTP_DONE;
}

static void finish(void *ctx, struct http_call *call)
{
    (void)ctx;
    if (call->state != NULL)
        exchange_finish(exchange_of(call));
}

/* The same for every method of a path, so that a wrong method is told as such. */
static size_t body_limit(void *ctx, enum http_method method, struct slice path)
{
    const struct api *api = ctx;

    (void)method;
    if (slice_ends(path, SLICE(INTERACT_PATH)) || slice_ends(path, SLICE(AUTHORIZE_PATH)))
        return LIMIT_BODY_PAGE;
    return api->dev != NULL && slice_eq(path, SLICE("/dev/hook")) ? LIMIT_HOOK_BODY : LIMIT_BODY;
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){ body_limit, handle, finish, api };
}
