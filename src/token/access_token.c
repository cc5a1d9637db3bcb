/* SPDX-License-Identifier: Apache-2.0 */
#include "token/access_token.h"

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

err access_token_read(const struct keyring *ring, struct slice token, struct arena *arena, struct access_token *out)
{
    struct json_t *claims;
    struct buf payload;

    ENSURE(token.n <= LIMIT_BEARER, FORMAT);
    buf_init_arena(&payload, arena, token.n);
    TRY(keyring_verify(ring, token, &payload));
    TRY(json_in_parse(buf_slice(&payload), token.n, &claims));
    read_claims(claims, arena, out);
    json_in_free(claims);
    ENSURE(!arena->full, FULL);
    return OK;
}
