/* SPDX-License-Identifier: Apache-2.0 */
#include "token/claims.h"

#include "base/b64.h"
#include "crypto/digest.h"
#include "token/optional_claims.h"

#include <string.h>

enum { CLAIMS_MAX = 2560, PUNCTUATION = 8, CLAIM_NAME_MAX = 256, BACKDATED_SECONDS = 300, RH_TAIL = 5 };

const struct slice claims_graph_id = { "00000003-0000-0000-c000-000000000000", 36 };

static void put_guid(struct json *j, const char *key, struct guid g)
{
    json_cstr(j, key, guid_format(g).c);
}

static void put_b64(struct json *j, const char *key, const void *bytes, size_t n)
{
    char space[128];
    struct buf text;

    buf_init(&text, space, sizeof space);
    b64url_put(&text, bytes, n);
    json_text(j, key, buf_slice(&text));
}

/* Pairwise: the same user is another `sub` for every audience (spec OIDC, 5.2). */
static void put_sub(struct json *j, const struct claims_input *in, const struct vault *v, struct slice audience)
{
    uint8_t mac[VAULT_MAC];
    const struct slice parts[] = { slice_bytes(in->tenant->id.b, sizeof in->tenant->id.b), audience,
                                   slice_bytes(in->user->id.b, sizeof in->user->id.b) };

    vault_mac(v, VAULT_SUBJECT, parts, sizeof parts / sizeof parts[0], mac);
    put_b64(j, "sub", mac, sizeof mac);
}

/* .NET writes the first three parts of a GUID with the low byte first. */
static void put_dotnet_guid(uint8_t *out, struct guid g)
{
    static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

    for (size_t i = 0; i < sizeof order; i++)
        out[i] = g.b[order[i]];
}

/* Opaque to clients, of Entra's shape: "1.", 54 characters, "." (spec OIDC, 5.2). */
static void put_rh(struct json *j, const struct claims_input *in, struct guid audience)
{
    uint8_t raw[3 + 16 + 16 + RH_TAIL] = { 1 };
    char space[64];
    struct buf text;

    put_dotnet_guid(raw + 3, in->tenant->id);
    put_dotnet_guid(raw + 19, audience);
    memcpy(raw + 35, in->session_id.b, RH_TAIL);
    buf_init(&text, space, sizeof space);
    buf_puts(&text, "1.");
    b64url_put(&text, raw, sizeof raw);
    buf_putc(&text, '.');
    json_text(j, "rh", buf_slice(&text));
}

static void put_times(struct json *j, const struct claims_input *in, uint32_t seconds)
{
    json_number(j, "iat", in->now - BACKDATED_SECONDS);
    json_number(j, "nbf", in->now - BACKDATED_SECONDS);
    json_number(j, "exp", in->now + seconds);
}

/* The identity provider where it is not ourselves: a mailbox for one-time passcodes. */
static void put_idp(struct json *j, const struct user *user)
{
    if (user->origin == ORIGIN_EMAIL_OTP)
        json_cstr(j, "idp", "mail");
}

static void put_name(struct json *j, const struct user *user)
{
    json_cstr(j, "name", user->display_name[0] == '\0' ? "unknown" : user->display_name);
}

static void put_tail(struct json *j, const struct claims_input *in, const char *version)
{
    put_guid(j, "tid", in->tenant->id);
    put_b64(j, "uti", in->trace_id.b, sizeof in->trace_id.b);
    json_cstr(j, "ver", version);
}

/* ---- claims of an extension ---- */

/* What we say ourselves nobody else says. */
static bool is_ours(struct slice name)
{
    static const char *const ours[] = {
        "aud",
        "iss",
        "iat",
        "nbf",
        "exp",
        "email",
        "idp",
        "name",
        "nonce",
        "oid",
        "preferred_username",
        "rh",
        "sid",
        "sub",
        "tid",
        "uti",
        "ver",
        "acr",
        "amr",
        "appid",
        "appidacr",
        "app_displayname",
        "azp",
        "scp",
        "jti",
        "roles",
        "groups",
        "wids",
        "idtyp",
        "azpacr",
        "unique_name",
        "family_name",
        "given_name",
        "c_hash",
        "at_hash",
    };

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (slice_eq_nocase(name, slice_of(ours[i])))
            return true;
    return false;
}

static void put_values(struct json *j, const char *name, const struct claim *claim)
{
    if (!claim->is_list) {
        json_text(j, name, claim->values.items[0]);
        return;
    }
    json_array(j, name);
    for (size_t i = 0; i < claim->values.n; i++)
        json_text(j, NULL, claim->values.items[i]);
    json_end(j);
}

static void put_extra(struct json *j, const struct claims_input *in, enum token_kind kind)
{
    char name[CLAIM_NAME_MAX];

    for (size_t i = 0; i < in->extra.n; i++)
        if (!is_ours(in->extra.items[i].name) && !optional_claims_have(in, kind, in->extra.items[i].name) &&
            slice_to_cstr(in->extra.items[i].name, name, sizeof name))
            put_values(j, name, &in->extra.items[i]);
}

/* Twice the text, as each character may have to be escaped; what needs more is refused for want of room. */
static size_t extra_room(const struct claim_list *extra)
{
    size_t room = 0;

    for (size_t i = 0; i < extra->n; i++) {
        room += 2 * extra->items[i].name.n + PUNCTUATION;
        for (size_t k = 0; k < extra->items[i].values.n; k++)
            room += 2 * extra->items[i].values.items[k].n + PUNCTUATION;
    }
    return room;
}

static size_t roles_room(const struct slices *roles)
{
    size_t room = 0;

    for (size_t i = 0; i < roles->n; i++)
        room += 2 * roles->items[i].n + PUNCTUATION;
    return room;
}

static struct json begin(struct buf *claims, const struct claims_input *in, struct arena *scratch)
{
    struct json j;

    buf_init_arena(claims, scratch,
                   CLAIMS_MAX + extra_room(&in->extra) + roles_room(&in->client_roles) + roles_room(&in->api_roles));
    json_start(&j, claims);
    json_object(&j, NULL);
    return j;
}

/* A v1.0 token's header names the certificate too (spec OIDC, 5.1). */
static err sign(const struct claims_input *in, const struct keyring *ring, bool with_x5t, struct buf *claims,
                struct arena *arena, struct slice *token)
{
    struct buf text;

    ENSURE(buf_ok(claims), FULL);
    struct slice payload = buf_close_arena(claims, arena);
    buf_init_arena(&text, arena, LIMIT_TOKEN + payload.n * 4 / 3);
    TRY((with_x5t ? keyring_sign_v1 : keyring_sign)(ring, in->application->signing_alg, payload, &text));
    *token = buf_close_arena(&text, arena);
    return OK;
}

/* Half of the text's hash, by the hash of the signature's algorithm (OpenID Connect Core, 3.1.3.6). */
static void put_half_hash(struct json *j, const char *key, struct slice text, enum signing_alg alg)
{
    uint8_t hash[DIGEST_SHA512];

    if (text.n == 0)
        return;
    if (alg == ALG_EDDSA)
        digest_sha512(text, hash);
    else
        digest_sha256(text, hash);
    put_b64(j, key, hash, alg == ALG_EDDSA ? DIGEST_SHA512 / 2 : DIGEST_SHA256 / 2);
}

static void put_roles(struct json *j, const struct slices *roles)
{
    if (roles->n == 0)
        return;
    json_array(j, "roles");
    for (size_t i = 0; i < roles->n; i++)
        json_text(j, NULL, roles->items[i]);
    json_end(j);
}

err claims_id_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                    struct arena *arena, struct slice *token)
{
    struct guid_text client_id = guid_format(in->application->client_id);
    struct buf claims;
    struct json j = begin(&claims, in, arena);

    json_cstr(&j, "aud", client_id.c);
    json_text(&j, "iss", in->issuer);
    put_times(&j, in, in->id_token_seconds);
    if (in->auth_time)
        json_number(&j, "auth_time", in->authenticated_at);
    put_half_hash(&j, "c_hash", in->code, in->application->signing_alg);
    put_half_hash(&j, "at_hash", in->access_token, in->application->signing_alg);
    if (in->scope->email)
        json_cstr(&j, "email", in->user->email);
    put_idp(&j, in->user);
    put_name(&j, in->user);
    if (in->nonce.n > 0)
        json_text(&j, "nonce", in->nonce);
    put_guid(&j, "oid", in->user->id);
    json_cstr(&j, "preferred_username", in->user->email);
    put_rh(&j, in, in->application->client_id);
    put_roles(&j, &in->client_roles);
    put_guid(&j, "sid", in->session_id);
    put_sub(&j, in, v, slice_of(client_id.c));
    optional_claims_put(&j, in, TOKEN_ID);
    put_extra(&j, in, TOKEN_ID);
    put_tail(&j, in, "2.0");
    json_end(&j);
    return sign(in, ring, false, &claims, arena, token);
}

/* Tokens for Graph, and for APIs that ask for it, have the names of v1.0 (spec OIDC, 5.4). */
static bool is_v1(const struct claims_input *in)
{
    return in->scope->resource[0] == '\0' || (in->api != NULL && in->api->access_token_version == 1);
}

/* An API's audience is its application id, where the directory or the resource's name tells it (spec OIDC, 5.3). */
static struct slice audience_of(const struct claims_input *in, struct guid *id, struct guid_text *space)
{
    struct slice resource = slice_of(in->scope->resource);

    *id = GUID_NIL;
    if (in->api != NULL) {
        *id = in->api->client_id;
        *space = guid_format(*id);
        return slice_of(space->c);
    }
    if (resource.n == 0)
        resource = claims_graph_id;
    if (slice_starts(resource, SLICE("api://")) && guid_parse(slice_from(resource, 6), id))
        return slice_from(resource, 6);
    (void)guid_parse(resource, id);
    return resource;
}

/* RFC 8176: how the user proved who she is. */
static void put_amr(struct json *j, uint8_t proofs)
{
    json_array(j, "amr");
    if ((proofs & PROVED_PASSWORD) != 0)
        json_cstr(j, NULL, "pwd");
    if ((proofs & PROVED_CODE) != 0)
        json_cstr(j, NULL, "otp");
    if ((proofs & PROVED_FACTOR) != 0)
        json_cstr(j, NULL, "mfa");
    json_end(j);
}

/* Graph gets v1.0 names, an API v2.0 names (spec OIDC, 5.3 and 5.4). */
static void put_client_v1(struct json *j, const struct claims_input *in)
{
    json_cstr(j, "acr", "1");
    put_amr(j, in->proofs);
    put_guid(j, "appid", in->application->client_id);
    json_cstr(j, "appidacr", in->client_acr);
    json_text(j, "app_displayname", in->application->name);
    if (in->user->surname[0] != '\0')
        json_cstr(j, "family_name", in->user->surname);
    if (in->user->given_name[0] != '\0')
        json_cstr(j, "given_name", in->user->given_name);
    json_cstr(j, "idtyp", "user");
    json_cstr(j, "unique_name", in->user->email);
}

static void put_client_v2(struct json *j, const struct claims_input *in)
{
    put_guid(j, "azp", in->application->client_id);
    json_cstr(j, "azpacr", in->client_acr);
    json_cstr(j, "preferred_username", in->user->email);
}

/* `scp` of a token that was asked for with OpenID scopes alone is what Graph's userinfo needs. */
static void put_scp(struct json *j, const struct scope_grant *scope)
{
    char space[LIMIT_SCOPE + 32];
    struct buf text;

    buf_init(&text, space, sizeof space);
    if (scope->resource[0] == '\0') {
        buf_puts(&text, scope->openid ? "openid " : "");
        buf_puts(&text, scope->profile ? "profile " : "");
        buf_puts(&text, scope->email ? "email " : "");
    }
    buf_puts(&text, scope->scp);
    json_text(j, "scp", slice_trim(buf_slice(&text)));
}

err claims_access_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                        struct arena *arena, struct slice *token)
{
    struct guid audience_id;
    struct guid_text space;
    struct slice audience = audience_of(in, &audience_id, &space);
    bool as_named = is_v1(in) && in->api != NULL; /* the audience, as the client named it */
    enum token_kind kind = is_v1(in) ? TOKEN_ACCESS_V1 : TOKEN_ACCESS;
    struct buf claims;
    struct json j = begin(&claims, in, arena);

    json_text(&j, "aud", as_named ? slice_of(in->scope->resource) : audience);
    json_text(&j, "iss", in->issuer);
    put_times(&j, in, in->access_token_seconds);
    if (is_v1(in))
        put_client_v1(&j, in);
    else
        put_client_v2(&j, in);
    put_idp(&j, in->user);
    put_name(&j, in->user);
    put_guid(&j, "oid", in->user->id);
    put_rh(&j, in, audience_id);
    put_roles(&j, &in->api_roles);
    put_scp(&j, in->scope);
    put_guid(&j, "sid", in->session_id);
    put_sub(&j, in, v, audience);
    optional_claims_put(&j, in, kind);
    put_extra(&j, in, kind);
    put_tail(&j, in, is_v1(in) ? "1.0" : "2.0");
    json_end(&j);
    return sign(in, ring, is_v1(in), &claims, arena, token);
}

/* ---- without a user ---- */

/* The application's own id in this tenant: the same for ever, and nobody else's. */
static struct guid service_principal(const struct claims_input *in, const struct vault *v)
{
    const struct slice parts[] = { SLICE("service principal"), slice_bytes(in->tenant->id.b, sizeof in->tenant->id.b),
                                   slice_bytes(in->application->client_id.b, sizeof in->application->client_id.b) };
    uint8_t mac[VAULT_MAC];
    struct guid id;

    vault_mac(v, VAULT_SUBJECT_ROW, parts, sizeof parts / sizeof parts[0], mac);
    memcpy(id.b, mac, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40); /* version 4 of RFC 9562 */
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

static bool wants_idtyp(const struct claims_input *in)
{
    return (in->api != NULL && slices_have(&in->api->access_token_claims, SLICE("idtyp"))) || is_v1(in);
}

err claims_application_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                             struct arena *arena, struct slice *token)
{
    struct guid principal = service_principal(in, v);
    struct guid audience_id;
    struct guid_text space;
    struct slice audience = audience_of(in, &audience_id, &space);
    bool v1 = is_v1(in);
    struct buf claims;
    struct json j = begin(&claims, in, arena);

    json_text(&j, "aud", v1 && in->api != NULL ? slice_of(in->scope->resource) : audience);
    json_text(&j, "iss", in->issuer);
    put_times(&j, in, in->access_token_seconds);
    put_guid(&j, v1 ? "appid" : "azp", in->application->client_id);
    json_cstr(&j, v1 ? "appidacr" : "azpacr", in->client_acr);
    if (v1)
        json_text(&j, "app_displayname", in->application->name);
    if (wants_idtyp(in))
        json_cstr(&j, "idtyp", "app");
    put_guid(&j, "oid", principal);
    put_rh(&j, in, audience_id);
    put_roles(&j, &in->api_roles);
    put_guid(&j, "sub", principal);
    put_tail(&j, in, v1 ? "1.0" : "2.0");
    json_end(&j);
    return sign(in, ring, v1, &claims, arena, token);
}

/* ---- userinfo ---- */

static void put_if_any(struct json *j, const char *key, const char *value)
{
    if (value[0] != '\0')
        json_cstr(j, key, value);
}

void claims_userinfo(const struct claims_input *in, const struct vault *v, struct buf *out)
{
    struct guid_text client_id = guid_format(in->application->client_id);
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    put_sub(&j, in, v, slice_of(client_id.c));
    if (in->scope->profile) {
        put_if_any(&j, "name", in->user->display_name);
        put_if_any(&j, "family_name", in->user->surname);
        put_if_any(&j, "given_name", in->user->given_name);
    }
    if (in->scope->email)
        put_if_any(&j, "email", in->user->email);
    json_end(&j);
}

void claims_client_info(struct guid oid, struct guid tid, struct buf *out)
{
    char space[128];
    struct buf json_text_space;
    struct json j;

    buf_init(&json_text_space, space, sizeof space);
    json_start(&j, &json_text_space);
    json_object(&j, NULL);
    put_guid(&j, "uid", oid);
    put_guid(&j, "utid", tid);
    json_end(&j);
    b64url_put(out, space, json_text_space.n);
}
