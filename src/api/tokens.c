/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tokens.h"

#include "token/claims.h"
#include "wire/native_out.h"

enum { CLIENT_INFO_MAX = 160 };

void tokens_parse_scope(struct exchange *x, bool needed, struct scope_grant *scope)
{
    struct slice requested = form_get(&x->form, SLICE("scope"));

    if (exchange_refused(x))
        return;
    if (requested.n == 0 && needed)
        exchange_refuse(x, ERROR_PARAMETER_MISSING, SLICE("scope"));
    else if (scope_parse(requested, x->app, scope) != SCOPE_OK)
        exchange_refuse(x, ERROR_SCOPE_INVALID, SLICE_EMPTY);
}

err tokens_add_refresh(struct exchange *x, struct issued *issued, uint64_t grant_id)
{
    struct refresh_token *row = &issued->refresh;

    *row = (struct refresh_token){
        .id = store_next_id(x->api->store),
        .grant_id = grant_id,
        .issued_at = x->now,
        .expires_at = x->now + x->api->policy->refresh_token_seconds,
    };
    opaque_make(x->api->vault, x->api->rng, OPAQUE_REFRESH, row->id, &issued->refresh_text, row->hash);
    exchange_write(x, WRITE_REFRESH_ADD)->refresh = row;
    return OK;
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

static err sign_with(struct exchange *x, struct issued *issued, const struct keyring *ring)
{
    struct claims_input in = {
        .tenant = x->tenant,
        .application = x->app,
        .user = issued->user,
        .issuer = tokens_issuer(x->api, x->tenant, &x->call->arena),
        .session_id = issued->session_id,
        .trace_id = x->trace_id,
        .scope = issued->scope,
        .proofs = issued->proofs,
        .extra = issued->extra,
        .now = x->now,
        .id_token_seconds = x->api->policy->id_token_seconds,
        .access_token_seconds = issued->expires_in,
    };

    TRY(claims_access_token(&in, x->api->vault, ring, &x->call->arena, &issued->access_token));
    if (!issued->scope->openid)
        return OK;
    return claims_id_token(&in, x->api->vault, ring, &x->call->arena, &issued->id_token);
}

err tokens_sign(struct exchange *x, struct issued *issued)
{
    struct keyring *ring = api_keyring(x->api);

    issued->expires_in = access_token_seconds(x);
    err result = sign_with(x, issued, ring);
    keyring_release(ring);
    return result;
}

/* Only when asked for, as "1" or "true" in any case (spec V1, 6.31). */
static bool wants_client_info(struct exchange *x)
{
    struct slice value = form_get(&x->form, SLICE("client_info"));

    return slice_eq(value, SLICE("1")) || slice_eq_nocase(value, SLICE("true"));
}

err tokens_reply(struct exchange *x, const struct issued *issued)
{
    struct buf client_info;

    buf_init_arena(&client_info, &x->call->arena, CLIENT_INFO_MAX);
    if (wants_client_info(x))
        claims_client_info(issued->user->id, x->tenant->id, &client_info);
    native_tokens(
        &(struct native_tokens){
            .scope = slice_of(issued->scope->granted),
            .expires_in = issued->expires_in,
            .access_token = issued->access_token,
            .refresh_token = issued->refresh.id == 0 ? SLICE_EMPTY : slice_of(issued->refresh_text.c),
            .id_token = issued->id_token,
            .client_info = buf_slice(&client_info),
        },
        &x->body);
    return OK;
}
