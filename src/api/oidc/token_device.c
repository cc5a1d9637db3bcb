/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with grant_type=urn:ietf:params:oauth:grant-type:device_code: the device asks whether
 * its user has let it go on, and gets tokens once (RFC 8628, 3.4 and 3.5; spec OIDC, 4.1). Asking writes nothing. */
#include "api/endpoints.h"

#include "api/throttle.h"
#include "base/secret.h"

static struct device_work *device_work(struct exchange *x)
{
    return x->work;
}

static err parse(struct exchange *x)
{
    struct device_work *work = device_work(x);
    struct slice code = exchange_require(x, "device_code");

    if (exchange_refused(x))
        return OK;
    if (!x->app->public_client)
        exchange_refuse(x, ERROR_SECRET_MISSING, SLICE_EMPTY);
    else if (!opaque_parse(x->api->vault, OPAQUE_DEVICE, code, &work->id, work->hash))
        exchange_refuse(x, ERROR_DEVICE_CODE_WRONG, SLICE_EMPTY);
    return OK;
}

static err load(struct exchange *x)
{
    struct device_work *work = device_work(x);

    work->facts = (struct device_facts){ .tenant_id = x->tenant->id, .client_id = x->app->client_id, .now = x->now };
    err loaded = store_device_code(x->api->store, work->id, &work->code);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.code = &work->code;
    work->facts.secret_right = secret_eq(work->hash, work->code.hash, sizeof work->hash);
    if (work->code.state != DEVICE_GRANTED)
        return OK;
    loaded = store_user(x->api->store, work->code.tenant_id, work->code.user_id, &work->user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->facts.user = &work->user;
    return OK;
}

static err redeem(struct exchange *x)
{
    struct device_work *work = device_work(x);

    tokens_redeem_scope(x, slice_of(work->code.scope), SCOPE_GRANTED, SCOPE_AT_TOKEN, &work->scope);
    if (exchange_refused(x))
        return OK;
    work->issued = (struct issued){ .scope = &work->scope,
                                    .user = &work->user,
                                    .session_id = work->code.session_id,
                                    .authenticated_at = work->code.authenticated_at,
                                    .proofs = work->code.proofs,
                                    .extra = work->issuance.answer.claims };
    exchange_write(x, WRITE_DEVICE_USE)->id = work->code.id;
    work->grant = (struct grant){ .platform = PLATFORM_PUBLIC_CLIENT };
    return tokens_begin_family(x, &work->issued, &work->grant);
}

static err decide(struct exchange *x)
{
    struct device_work *work = device_work(x);
    enum error_id refusal = device_decide(&work->facts);

    if (refusal == ERROR_DEVICE_PENDING &&
        throttle_device(x->api->throttle, THROTTLE_POLLS_DEVICE, work->id, x->now) > 0)
        refusal = ERROR_DEVICE_SLOW_DOWN;
    if (refusal != ERROR_NONE) {
        exchange_refuse(x, refusal, SLICE_EMPTY);
        return OK;
    }
    bool waits;
    TRY(extension_ask_claims(x, &work->user, &work->issuance, &waits));
    return waits || exchange_refused(x) ? OK : redeem(x);
}

static err issue(struct exchange *x)
{
    struct device_work *work = device_work(x);

    if (exchange_refused(x))
        return OK;
    EMIT(x->api->events, signin_succeeded, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user.id));
    return tokens_sign(x, &work->issued);
}

static err reply(struct exchange *x)
{
    return tokens_reply(x, &device_work(x)->issued);
}

const struct exchange_steps token_device_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = reply
};
