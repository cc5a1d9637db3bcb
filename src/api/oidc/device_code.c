/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/devicecode: a device without a browser asks for a code that its user can type in one
 * (RFC 8628, 3.1 and 3.2; spec OIDC, 4.1). */
#include "api/endpoints.h"

#include "api/router.h"
#include "token/user_code.h"
#include "wire/json_out.h"

static struct device_work *device_work(struct exchange *x)
{
    return x->work;
}

static err parse(struct exchange *x)
{
    if (!x->app->public_client)
        exchange_refuse(x, ERROR_SECRET_MISSING, SLICE_EMPTY);
    tokens_parse_scope(x, true, &device_work(x)->scope);
    return OK;
}

/* Where the user code is taken, the exchange comes back here and makes another. */
static err decide(struct exchange *x)
{
    struct device_work *work = device_work(x);
    struct device_code *code = &work->code;

    *code = (struct device_code){ .id = store_next_id(x->api->store),
                                  .tenant_id = x->tenant->id,
                                  .client_id = x->app->client_id,
                                  .state = DEVICE_PENDING,
                                  .issued_at = x->now,
                                  .expires_at = x->now + x->api->policy->device_code_seconds };
    ENSURE(slice_to_cstr(slice_of(work->scope.granted), code->scope, sizeof code->scope), FULL);
    user_code_make(x->api->rng, code->user_code);
    opaque_make(x->api->vault, x->api->rng, OPAQUE_DEVICE, code->id, &work->code_text, code->hash);
    exchange_write(x, WRITE_DEVICE_ADD)->device = code;
    return OK;
}

static err issue(struct exchange *x)
{
    EMIT(x->api->events, device_code_given, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id));
    return OK;
}

static err reply(struct exchange *x)
{
    const struct device_work *work = device_work(x);
    struct buf uri, message;
    struct json j;

    buf_init_arena(&uri, &x->call->arena, x->api->origin.n + sizeof DEVICE_LOGIN_PATH);
    buf_put(&uri, x->api->origin);
    buf_puts(&uri, DEVICE_LOGIN_PATH);
    buf_init_arena(&message, &x->call->arena, uri.n + 128);
    buf_fmt(&message, "To sign in, open %.*s in a web browser and enter the code %s.", SLICE_ARGS(buf_slice(&uri)),
            work->code.user_code);
    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_cstr(&j, "user_code", work->code.user_code);
    json_cstr(&j, "device_code", work->code_text.c);
    json_text(&j, "verification_uri", buf_slice(&uri));
    json_number(&j, "expires_in", x->api->policy->device_code_seconds);
    json_number(&j, "interval", DEVICE_POLL_SECONDS);
    json_text(&j, "message", buf_slice(&message));
    json_end(&j);
    return OK;
}

const struct exchange_steps device_code_steps = { .parse = parse, .decide = decide, .issue = issue, .reply = reply };
