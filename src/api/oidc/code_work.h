/* SPDX-License-Identifier: Apache-2.0 */
/* code_work.h: what the redemption of an authorization code carries through its steps. */
#ifndef DOORCODE_API_OIDC_CODE_WORK_H
#define DOORCODE_API_OIDC_CODE_WORK_H

#include "api/extensions.h"
#include "api/oidc/client_proof.h"
#include "api/tokens.h"
#include "flow/code.h"

struct code_work {
    struct client_proof proof;
    uint64_t id; /* of the given code */
    uint8_t hash[AUTHORIZATION_CODE_HASH];
    char verifier_hashed[B64URL_LENGTH(32) + 1];
    struct code_facts facts;
    struct code_outcome outcome;
    struct authorization_code code;
    struct user user;
    bool persistent; /* the session shall last */
    struct scope_grant scope;
    struct grant grant;
    struct issued issued;
    struct extension_question issuance;
};

#endif
