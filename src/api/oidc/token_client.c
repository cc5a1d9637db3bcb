/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with grant_type=client_credentials: an application without a user (spec OIDC, 4.1; RFC
 * 6749, 4.4). It must prove who it is; there is no refresh token, as it can always prove it again. */
#include "api/endpoints.h"

#include "api/tokens.h"
#include "token/claims.h"
#include "wire/native_out.h"

enum { TOKEN_SECONDS = 3600 };

static struct client_work *client_work(struct exchange *x)
{
    return x->work;
}

static err parse(struct exchange *x)
{
    (void)exchange_require(x, "scope");
    client_proof_read(x, "scope", &client_work(x)->proof);
    return OK;
}

static err decide(struct exchange *x)
{
    struct client_work *work = client_work(x);

    if (work->proof.method == CLIENT_NONE)
        exchange_refuse(x, ERROR_CREDENTIALS_MISSING_FOR_ITSELF, SLICE_EMPTY);
    client_proof_check(x, &work->proof, PLATFORM_WEB);
    client_proof_write(x, &work->proof);
    if (exchange_refused(x))
        return OK;
    enum error_id wrong = app_access_decide(x->directory, x->app, form_get(&x->form, SLICE("scope")), &work->access);
    if (wrong == ERROR_NONE && !slice_to_cstr(work->access.resource, work->scope.resource, sizeof work->scope.resource))
        wrong = ERROR_SCOPE_INVALID;
    if (wrong != ERROR_NONE)
        exchange_refuse(x, wrong, SLICE_EMPTY);
    return OK;
}

static uint32_t seconds_of(const struct exchange *x)
{
    if (x->app->access_token_seconds > 0)
        return x->app->access_token_seconds;
    return x->api->policy->access_token_seconds > 0 ? x->api->policy->access_token_seconds : TOKEN_SECONDS;
}

static err issue(struct exchange *x)
{
    struct client_work *work = client_work(x);

    if (exchange_refused(x))
        return OK;
    work->expires_in = seconds_of(x);
    const struct claims_input in = { .tenant = x->tenant,
                                     .application = x->app,
                                     .issuer = tokens_issuer(x->api, x->tenant, &x->call->arena),
                                     .trace_id = x->trace_id,
                                     .scope = &work->scope,
                                     .api = work->access.api,
                                     .client_acr = client_method_acr(work->proof.method),
                                     .api_roles = { work->access.roles, work->access.role_count },
                                     .now = x->now,
                                     .access_token_seconds = work->expires_in };
    struct keyring *ring = api_keyring(x->api);
    err signed_now = claims_application_token(&in, x->api->vault, ring, &x->call->arena, &work->access_token);
    keyring_release(ring);
    EMIT(x->api->events, application_token_given, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id));
    return signed_now;
}

static err reply(struct exchange *x)
{
    const struct client_work *work = client_work(x);

    native_tokens(&(struct native_tokens){ .expires_in = work->expires_in, .access_token = work->access_token },
                  &x->body);
    return OK;
}

const struct exchange_steps token_client_steps = { .parse = parse, .decide = decide, .issue = issue, .reply = reply };
