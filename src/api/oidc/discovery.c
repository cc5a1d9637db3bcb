/* SPDX-License-Identifier: Apache-2.0 */
/* GET /{tenant}/v2.0/.well-known/openid-configuration (spec OIDC, 1.2). Lists what is really served; addresses come from
 * the configured origin and the tenant's id, never from the request. */
#include "api/endpoints.h"

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

static void put_list(struct json *j, const char *key, const char *words)
{
    struct slice list = slice_of(words);

    json_array(j, key);
    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list))
        json_text(j, NULL, word);
    json_end(j);
}

static err reply(struct exchange *x)
{
    struct json j;

    json_start(&j, &x->body);
    json_object(&j, NULL);
    put_url(&j, "token_endpoint", x, "/oauth2/v2.0/token");
    put_list(&j, "token_endpoint_auth_methods_supported", "none");
    put_url(&j, "jwks_uri", x, "/discovery/v2.0/keys");
    put_list(&j, "response_modes_supported", "query fragment form_post");
    put_list(&j, "subject_types_supported", "pairwise");
    put_list(&j, "id_token_signing_alg_values_supported", "RS256 ES256 EdDSA");
    put_list(&j, "response_types_supported", "code");
    put_list(&j, "scopes_supported", "openid profile email offline_access");
    json_text(&j, "issuer", tokens_issuer(x->api, x->tenant, &x->call->arena));
    json_flag(&j, "request_uri_parameter_supported", false);
    put_url(&j, "authorization_endpoint", x, "/oauth2/v2.0/authorize");
    put_list(&j, "grant_types_supported", "refresh_token oob");
    put_list(&j, "claims_supported",
             "sub iss aud exp nbf iat idp name oid preferred_username rh sid tid uti ver email");
    json_end(&j);
    return OK;
}

const struct exchange_steps discovery_steps = { .reply = reply };
