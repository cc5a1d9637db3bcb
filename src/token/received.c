/* SPDX-License-Identifier: Apache-2.0 */
#include "token/received.h"

#include "token/claims.h"
#include "wire/json_in.h"

static struct guid guid_claim(const struct json_t *claims, const char *name)
{
    struct slice text;
    struct guid id;

    return err_is_ok(json_in_text(claims, name, &text)) && guid_parse(text, &id) ? id : GUID_NIL;
}

static struct slice text_claim(const struct json_t *claims, const char *name, struct arena *arena)
{
    struct slice text;

    return err_is_ok(json_in_text(claims, name, &text)) ? arena_copy(arena, text) : SLICE_EMPTY;
}

static instant time_claim(const struct json_t *claims, const char *name)
{
    int64_t at;

    return err_is_ok(json_in_number(claims, name, &at)) ? at : 0;
}

static void read_claims(const struct json_t *claims, struct arena *arena, struct access_token *out)
{
    struct slice audience;

    *out = (struct access_token){
        .for_graph = err_is_ok(json_in_text(claims, "aud", &audience)) && slice_eq(audience, claims_graph_id),
        .tenant_id = guid_claim(claims, "tid"),
        .client_id = guid_claim(claims, "appid"),
        .user_id = guid_claim(claims, "oid"),
        .issuer = text_claim(claims, "iss", arena),
        .scp = text_claim(claims, "scp", arena),
        .not_before = time_claim(claims, "nbf"),
        .expires_at = time_claim(claims, "exp"),
    };
}

/* The caller frees the claims. */
static err verify(const struct keyring *ring, struct slice token, struct arena *arena, struct json_t **claims)
{
    struct buf payload;

    ENSURE(token.n <= LIMIT_BEARER, FORMAT);
    buf_init_arena(&payload, arena, token.n);
    TRY(keyring_verify(ring, token, &payload));
    return json_in_parse(buf_slice(&payload), token.n, claims);
}

err received_access_token(const struct keyring *ring, struct slice token, struct arena *arena, struct access_token *out)
{
    struct json_t *claims;

    TRY(verify(ring, token, arena, &claims));
    read_claims(claims, arena, out);
    json_in_free(claims);
    ENSURE(!arena->full, FULL);
    return OK;
}

/* Access tokens name the application that they were given to; id tokens are for it (spec OIDC, 5.2 to 5.4). */
static bool is_access_token(const struct json_t *claims)
{
    struct slice text;

    return err_is_ok(json_in_text(claims, "azp", &text)) || err_is_ok(json_in_text(claims, "appid", &text));
}

err received_id_token(const struct keyring *ring, struct slice token, struct arena *arena, struct id_token *out)
{
    struct json_t *claims;

    TRY(verify(ring, token, arena, &claims));
    bool fits = !is_access_token(claims);
    *out = (struct id_token){ .tenant_id = guid_claim(claims, "tid"),
                              .client_id = guid_claim(claims, "aud"),
                              .user_id = guid_claim(claims, "oid"),
                              .session_id = guid_claim(claims, "sid") };
    json_in_free(claims);
    ENSURE(fits && !guid_is_nil(out->client_id), FORMAT);
    return OK;
}
