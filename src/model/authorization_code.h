/* SPDX-License-Identifier: Apache-2.0 */
/* authorization_code.h: what a browser carries from the authorization endpoint to the application (spec OIDC, 2.2 and
 * 4.1): good once, for ten minutes, bound to all that was asked and proved. */
#ifndef DOORCODE_MODEL_AUTHORIZATION_CODE_H
#define DOORCODE_MODEL_AUTHORIZATION_CODE_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"
#include "model/directory.h"

enum { AUTHORIZATION_CODE_HASH = 32, CODE_CHALLENGE_MAX = 128 };

struct authorization_code {
    uint64_t id;                           /* time-ordered */
    uint8_t hash[AUTHORIZATION_CODE_HASH]; /* of the secret part; the secret is nowhere */
    struct guid tenant_id;
    struct guid client_id;
    struct guid user_id;
    struct guid session_id;
    uint64_t grant_id; /* that its redemption begins; what a second redemption revokes */
    enum platform_type platform;
    char redirect_uri[LIMIT_REDIRECT_URI + 1]; /* as it was sent; empty: none was */
    char scope[LIMIT_SCOPE];                   /* as asked, NUL-terminated */
    char nonce[LIMIT_NONCE + 1];
    char code_challenge[CODE_CHALLENGE_MAX + 1]; /* RFC 7636; empty: none */
    bool challenge_is_plain;
    bool auth_time; /* the id token shall say when the user proved who she is */
    uint8_t proofs; /* set of PROVED_… (model/grant.h) */
    instant authenticated_at;
    instant issued_at;
    instant expires_at;
    instant used_at; /* 0: not yet */
};

#endif
