/* SPDX-License-Identifier: Apache-2.0 */
/* GET /{tenant}/v2.0/.well-known/openid-configuration (spec OIDC, 1.2). Lists what is really served, in the order of Entra's
 * document; addresses come from the configured origin and the tenant's id, never from the request. */
#include "api/endpoints.h"

#include "api/router.h"
#include "api/tokens.h"
#include "wire/json_out.h"

static void put_url(struct json *j, const char *key, struct exchange *x, const char *path)
{
    struct buf url;

    buf_init_arena(&url, &x->call->arena, x->api->origin.n + GUID_TEXT + 64);
    buf_put(&url, x->api->origin);
    buf_fmt(&url, "/%s%s", guid_format(x->tenant->id).c, path);
    json_text(j, key, buf_slice(&url));
}

/* At the root of the server. */
static void put_root_url(struct json *j, const char *key, struct exchange *x, const char *path)
{
    struct buf url;

    buf_init_arena(&url, &x->call->arena, x->api->origin.n + 64);
    buf_put(&url, x->api->origin);
    buf_puts(&url, path);
    json_text(j, key, buf_slice(&url));
}

/* Items are separated by `mark`, as some hold blanks. */
static void put_list(struct json *j, const char *key, char mark, const char *items)
{
    struct slice rest = slice_of(items);

    json_array(j, key);
    while (rest.n > 0)
        json_text(j, NULL, slice_cut(rest, mark, &rest));
    json_end(j);
}

static void put_words(struct json *j, const char *key, const char *words)
{
    put_list(j, key, ' ', words);
}

/* What Entra's document has. */
static void put_usual(struct json *j, struct exchange *x)
{
    put_url(j, "token_endpoint", x, "/oauth2/v2.0/token");
    put_words(j, "token_endpoint_auth_methods_supported",
              "client_secret_post private_key_jwt client_secret_basic none");
    put_url(j, "jwks_uri", x, "/discovery/v2.0/keys");
    put_words(j, "response_modes_supported", "query fragment form_post");
    put_words(j, "subject_types_supported", "pairwise");
    put_words(j, "id_token_signing_alg_values_supported", "RS256 ES256 EdDSA");
    put_list(j, "response_types_supported", ',', "code,id_token,code id_token,id_token token");
    put_words(j, "scopes_supported", "openid profile email offline_access");
    json_text(j, "issuer", tokens_issuer(x->api, x->tenant, &x->call->arena));
    json_flag(j, "request_uri_parameter_supported", false);
    put_root_url(j, "userinfo_endpoint", x, USERINFO_PATH);
    put_url(j, "authorization_endpoint", x, AUTHORIZE_PATH);
    put_url(j, "device_authorization_endpoint", x, DEVICE_CODE_PATH);
    json_flag(j, "http_logout_supported", true);
    json_flag(j, "frontchannel_logout_supported", true);
    put_url(j, "end_session_endpoint", x, LOGOUT_PATH);
    put_words(j, "claims_supported",
              "sub iss aud exp nbf iat auth_time nonce preferred_username name given_name family_name tid ver at_hash "
              "c_hash email idp oid rh roles sid uti");
    json_raw(j, "tenant_region_scope", SLICE("null")); /* a server stands where its operator put it */
    json_text(j, "cloud_instance_name", api_host(x->api));
    json_text(j, "msgraph_host", api_host(x->api));
}

/* What generic clients switch features on by. */
static void put_more(struct json *j)
{
    json_flag(j, "frontchannel_logout_session_supported", true);
    put_words(j, "code_challenge_methods_supported", "S256 plain");
    put_words(j, "grant_types_supported",
              "authorization_code implicit refresh_token client_credentials " DEVICE_CODE_GRANT " oob");
    json_flag(j, "authorization_response_iss_parameter_supported", true);
    json_flag(j, "request_parameter_supported", false);
    put_words(j, "prompt_values_supported", "none login select_account consent create");
}

static err reply(struct exchange *x)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    put_usual(&j, x);
    put_more(&j);
    json_end(&j);
    return OK;
}

const struct exchange_steps discovery_steps = { .reply = reply };
