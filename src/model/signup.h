/* SPDX-License-Identifier: Apache-2.0 */
/* signup.h: what somebody who signs up has handed in before she is a user. The address and the progress are in her
 * continuation token; only what is too large or too secret for it is kept, in one row that dies with the flow. */
#ifndef DOORCODE_MODEL_SIGNUP_H
#define DOORCODE_MODEL_SIGNUP_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"

struct signup {
    uint64_t id; /* the flow's serial */
    struct guid tenant_id;
    instant expires_at;
    char password_hash[LIMIT_PASSWORD_HASH]; /* empty: none yet */
    struct slice attributes;                 /* compact JSON object (flow/attributes.h); empty: none yet */
};

#endif
