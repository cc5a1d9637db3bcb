/* SPDX-License-Identifier: Apache-2.0 */
/* refresh_work.h: what a refresh carries through its steps. */
#ifndef DOORCODE_API_OIDC_REFRESH_WORK_H
#define DOORCODE_API_OIDC_REFRESH_WORK_H

#include "api/extensions.h"
#include "api/oidc/client_proof.h"
#include "api/tokens.h"
#include "flow/refresh.h"

struct refresh_work {
    struct client_proof proof;
    uint64_t id; /* of the given token */
    uint8_t hash[REFRESH_HASH];
    struct refresh_facts facts;
    struct refresh_outcome outcome;
    struct refresh_token token;
    struct grant grant;
    struct user user;
    struct scope_grant scope;
    struct issued issued;
    struct extension_question issuance;
};

#endif
