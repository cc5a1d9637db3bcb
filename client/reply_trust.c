/* SPDX-License-Identifier: Apache-2.0 */
/* What a tenant tells of itself, and its keys (spec OIDC, 1.2 and 1.4). */
#include "client_limits.h"
#include "reply_parts.h"

const char *reply_parse_metadata(const json_t *root, struct reply *out)
{
    struct metadata *metadata = &out->metadata;
    metadata->issuer = json_copy_text(root, "issuer", &out->memory, CLIENT_URL - 1);
    metadata->authorization_endpoint = json_copy_text(root, "authorization_endpoint", &out->memory, CLIENT_URL - 1);
    metadata->token_endpoint = json_copy_text(root, "token_endpoint", &out->memory, CLIENT_URL - 1);
    metadata->jwks_uri = json_copy_text(root, "jwks_uri", &out->memory, CLIENT_URL - 1);
    metadata->end_session_endpoint = json_copy_text(root, "end_session_endpoint", &out->memory, CLIENT_URL - 1);
    metadata->names_issuer = json_is_true(json_object_get(root, "authorization_response_iss_parameter_supported"));
    bool whole = metadata->issuer[0] != '\0' && metadata->authorization_endpoint[0] != '\0' &&
                 metadata->token_endpoint[0] != '\0' && metadata->jwks_uri[0] != '\0';
    if (!whole)
        return "the answer does not name issuer, authorization_endpoint, token_endpoint and jwks_uri";
    out->kind = REPLY_METADATA;
    return NULL;
}

const char *reply_parse_keys(const json_t *root, struct reply *out)
{
    out->keys = jwks_make(root);
    if (out->keys == NULL || jwks_count(out->keys) == 0)
        return "the answer has no key that signatures could be checked with";
    out->kind = REPLY_KEYS;
    return NULL;
}
