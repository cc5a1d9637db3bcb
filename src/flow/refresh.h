/* SPDX-License-Identifier: Apache-2.0 */
/* refresh.h: whether a refresh token is redeemed, decided (spec V1, 2.9; spec OIDC, 4.1 and 6). Pure, any thread. */
#ifndef DOORCODE_FLOW_REFRESH_H
#define DOORCODE_FLOW_REFRESH_H

#include "model/directory.h"
#include "model/grant.h"
#include "model/policy.h"
#include "model/user.h"
#include "wire/error.h"

struct refresh_facts {
    const struct policy *policy;
    const struct tenant *tenant;
    struct guid client_id;
    instant now;
    const struct refresh_token *token; /* NULL: there is no such row */
    const struct grant *grant;         /* of the token */
    const struct user *user;           /* NULL: gone */
    bool secret_right;                 /* the given secret makes the row's hash */
};

struct refresh_outcome {
    enum error_id refusal; /* ERROR_NONE: redeem */
    bool mark_used;        /* write: first use of this token */
    bool only_once;        /* the first use must be ours, else decide again (strict mode) */
    bool revoke_family;    /* write: the grant and so all its tokens */
    bool reused;           /* a spent token came back */
};

void refresh_decide(const struct refresh_facts *facts, struct refresh_outcome *out);

#endif
