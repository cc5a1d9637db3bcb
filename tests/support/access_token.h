/* SPDX-License-Identifier: Apache-2.0 */
/* access_token.h: access tokens as a tenant of the tests gives them for its API. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_ACCESS_TOKEN_H
#define DOORCODE_TESTS_ACCESS_TOKEN_H

#include "support/tenant.h"

#define PETS_API "a3e584b7-f692-45ad-9284-de91a6bfc3e9"
#define OTHER_TENANT "1d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5f"

/* What a good one of a user says, version 2.0. */
static inline json_t *access_claims(const char *issuer, int64_t now)
{
    json_t *claims = tenant_claims(issuer, now);
    json_object_set_new(claims, "aud", json_string(PETS_API));
    json_object_set_new(claims, "azp", json_string(TENANT_CLIENT));
    json_object_set_new(claims, "tid", json_string(TENANT_ID));
    json_object_set_new(claims, "ver", json_string("2.0"));
    json_object_set_new(claims, "scp", json_string("Pets.Read Pets.Write"));
    json_object_set_new(claims, "roles", json_pack("[s, s]", "Pets.Admin", "Pets.Read.All"));
    return claims;
}

/* The same with a claim that is other JSON; NULL takes it away. */
static inline void access_change(json_t *claims, const char *name, const char *json)
{
    if (json != NULL)
        json_object_set_new(claims, name, json_loads(json, JSON_DECODE_ANY, NULL));
    else
        json_object_del(claims, name);
}

#endif
