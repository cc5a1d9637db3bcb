/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tokens.h"

#include "token/claims.h"
#include "wire/native_out.h"

enum { CLIENT_INFO_MAX = 160 };

static struct scope_rules rules_of(const struct exchange *x)
{
    return (struct scope_rules){ .app = x->app, .directory = x->directory };
}

void tokens_parse_scope(struct exchange *x, bool needed, struct scope_grant *scope)
{
    const struct scope_rules rules = rules_of(x);
    struct slice requested = form_get(&x->form, SLICE("scope"));

    if (exchange_refused(x))
        return;
    if (requested.n == 0 && needed)
        exchange_refuse(x, ERROR_PARAMETER_MISSING, SLICE("scope"));
    else if (scope_read(&rules, requested, SCOPE_ONE, scope) != SCOPE_OK)
        exchange_refuse(x, ERROR_SCOPE_INVALID, SLICE_EMPTY);
}

/* A code's scope of several resources gives a token for the first, and so does a refresh (spec OIDC, 4.6). */
void tokens_redeem_scope(struct exchange *x, struct slice before, enum scope_reading how, enum scope_place place,
                         struct scope_grant *scope)
{
    const struct scope_rules rules = rules_of(x);
    struct slice asked = slice_trim(form_get(&x->form, SLICE("scope")));
    enum scope_reading asked_how = place == SCOPE_AT_CODE ? SCOPE_ONE : SCOPE_FIRST;

    if (exchange_refused(x))
        return;
    if (asked.n == 0 && place == SCOPE_AT_CODE && form_has(&x->form, SLICE("scope"))) {
        exchange_refuse(x, ERROR_SCOPE_EMPTY, SLICE_EMPTY);
        return;
    }
    enum scope_result result =
        asked.n > 0 ? scope_read(&rules, asked, asked_how, scope) : scope_read(&rules, before, how, scope);
    if (result != SCOPE_OK)
        exchange_refuse(x, scope_refusal(result, place), SLICE_EMPTY);
}

/* The write of a new refresh token. */
static void add_refresh(struct exchange *x, struct issued *issued, uint64_t grant_id)
{
    struct refresh_token *row = &issued->refresh;
    instant ends_at = x->now + x->api->policy->refresh_token_seconds;

    if (issued->ends_at != 0 && issued->ends_at < ends_at)
        ends_at = issued->ends_at;
    *row = (struct refresh_token){
        .id = store_next_id(x->api->store), .grant_id = grant_id, .issued_at = x->now, .expires_at = ends_at
    };
    opaque_make(x->api->vault, x->api->rng, OPAQUE_REFRESH, row->id, &issued->refresh_text, row->hash);
    exchange_write(x, WRITE_REFRESH_ADD)->refresh = row;
}

err tokens_begin_family(struct exchange *x, struct issued *issued, struct grant *grant)
{
    if (!issued->scope->offline_access)
        return OK;
    if (grant->id == 0)
        grant->id = store_next_id(x->api->store);
    add_refresh(x, issued, grant->id);
    grant->tenant_id = x->tenant->id;
    grant->client_id = x->app->client_id;
    grant->user_id = issued->user->id;
    grant->session_id = issued->session_id;
    grant->authenticated_at = issued->authenticated_at;
    grant->proofs = issued->proofs;
    grant->ends_at = issued->ends_at;
    grant->serves_until = issued->refresh.expires_at;
    ENSURE(slice_to_cstr(slice_of(issued->scope->granted), grant->scope, sizeof grant->scope), FULL);
    exchange_write(x, WRITE_GRANT_ADD)->grant = grant;
    return OK;
}

void tokens_go_on_family(struct exchange *x, struct issued *issued, uint64_t grant_id)
{
    add_refresh(x, issued, grant_id);
    struct store_write *write = exchange_write(x, WRITE_GRANT_SERVE);
    write->id = grant_id;
    write->at = issued->refresh.expires_at;
}

struct slice tokens_issuer(const struct api *api, const struct tenant *tenant, struct arena *arena)
{
    struct buf issuer;

    if (tenant->issuer.n > 0)
        return tenant->issuer;
    buf_init_arena(&issuer, arena, api->origin.n + GUID_TEXT + 8);
    buf_put(&issuer, api->origin);
    buf_fmt(&issuer, "/%s/v2.0", guid_format(tenant->id).c);
    return buf_slice(&issuer);
}

static uint32_t access_token_seconds(struct exchange *x)
{
    if (x->app->access_token_seconds > 0)
        return x->app->access_token_seconds;
    if (x->api->policy->access_token_seconds > 0)
        return x->api->policy->access_token_seconds;
    return 3600 + rng_below(x->api->rng, 1801); /* 60 to 90 minutes, spec OIDC, 4.5 */
}

/* ---- tokens ---- */

/* The user's roles of an application, if it has any to give. */
static err load_roles(struct exchange *x, const struct user *user, const struct application *app, struct slices *out)
{
    *out = (struct slices){ NULL, 0 };
    if (app == NULL || app->role_count == 0)
        return OK;
    size_t n = LIMIT_ROLES;
    struct slice *items = arena_take(&x->call->arena, LIMIT_ROLES * sizeof *items);
    char *space = arena_take_raw(&x->call->arena, LIMIT_ROLES_TEXT);
    ENSURE(items != NULL && space != NULL, FULL);
    TRY(store_user_roles(x->api->store, user->id, app->client_id, space, LIMIT_ROLES_TEXT, items, &n));
    *out = (struct slices){ items, n };
    return OK;
}

static err sign_with(struct exchange *x, struct issued *issued, unsigned which, const struct keyring *ring)
{
    struct slice resource = slice_of(issued->scope->resource);
    struct claims_input in = {
        .tenant = x->tenant,
        .application = x->app,
        .user = issued->user,
        .issuer = tokens_issuer(x->api, x->tenant, &x->call->arena),
        .session_id = issued->session_id,
        .trace_id = x->trace_id,
        .scope = issued->scope,
        .api = directory_api(x->directory, x->tenant->id, resource),
        .client_acr = client_method_acr(issued->method),
        .nonce = issued->nonce,
        .code = issued->code,
        .authenticated_at = issued->authenticated_at,
        .auth_time = issued->auth_time,
        .client_address = slice_of(x->call->request.client_address),
        .persistent = issued->persistent,
        .proofs = issued->proofs,
        .extra = issued->extra,
        .now = x->now,
        .id_token_seconds = x->api->policy->id_token_seconds,
        .access_token_seconds = issued->expires_in,
    };

    TRY(load_roles(x, issued->user, x->app, &in.client_roles));
    TRY(load_roles(x, issued->user, in.api, &in.api_roles));
    if ((which & ISSUE_ACCESS_TOKEN) != 0)
        TRY(claims_access_token(&in, x->api->vault, ring, &x->call->arena, &issued->access_token));
    if ((which & ISSUE_ID_TOKEN) == 0)
        return OK;
    if (issued->bound)
        in.access_token = issued->access_token;
    return claims_id_token(&in, x->api->vault, ring, &x->call->arena, &issued->id_token);
}

err tokens_sign_some(struct exchange *x, struct issued *issued, unsigned which)
{
    struct keyring *ring = api_keyring(x->api);

    issued->expires_in = access_token_seconds(x);
    err result = sign_with(x, issued, which, ring);
    keyring_release(ring);
    return result;
}

err tokens_sign(struct exchange *x, struct issued *issued)
{
    return tokens_sign_some(x, issued, ISSUE_ACCESS_TOKEN | (issued->scope->openid ? ISSUE_ID_TOKEN : 0U));
}

struct slice tokens_client_info(struct exchange *x, struct guid user)
{
    struct buf text;

    buf_init_arena(&text, &x->call->arena, CLIENT_INFO_MAX);
    claims_client_info(user, x->tenant->id, &text);
    return buf_slice(&text);
}

err tokens_reply(struct exchange *x, const struct issued *issued)
{
    bool wants_info = form_wants(&x->form, SLICE("client_info"));

    native_tokens(
        &(struct native_tokens){
            .scope = slice_of(issued->scope->granted),
            .expires_in = issued->expires_in,
            .access_token = issued->access_token,
            .refresh_expires_in = issued->ends_at == 0 ? 0 : (uint32_t)(issued->refresh.expires_at - x->now),
            .refresh_token = issued->refresh.id == 0 ? SLICE_EMPTY : slice_of(issued->refresh_text.c),
            .id_token = issued->id_token,
            .client_info = wants_info ? tokens_client_info(x, issued->user->id) : SLICE_EMPTY,
        },
        &x->body);
    return OK;
}
