/* SPDX-License-Identifier: Apache-2.0 */
/* continuation.h: what a continuation token says; how it is sealed is api/continuation_token.h. A token is bound to
 * tenant, application, flow and stage, and lives by the policy's times (spec V1, 1.10). Pure, any thread. */
#ifndef DOORCODE_FLOW_CONTINUATION_H
#define DOORCODE_FLOW_CONTINUATION_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/guid.h"
#include "base/limits.h"
#include "flow/states.h"
#include "model/grant.h"
#include "model/method.h"
#include "model/policy.h"

struct continuation {
    enum flow_state state;
    bool decoy; /* the user does not exist: hide_unknown_users (spec V1, 6.14) */
    uint8_t challenge_types;
    uint8_t capabilities;
    uint8_t proofs; /* set of PROVED_… */
    enum channel channel;
    struct guid tenant_id;
    struct guid client_id;
    struct guid subject;   /* whose row holds the proof (model/passcode.h) */
    struct guid user;      /* zero: there is none yet; made up for a decoy */
    struct guid method;    /* second factor that the challenge went to; zero: none */
    uint64_t serial;       /* of this token; a challenge's token has the challenge's id */
    uint64_t flow_serial;  /* of the flow's first token */
    uint64_t challenge_id; /* 0 before the first challenge */
    instant started_at;
    instant issued_at;
    char username[LIMIT_EMAIL + 1]; /* as typed: the masked label is made from it */
    char target[LIMIT_EMAIL + 1];   /* where the code went, if not to the username; "" */
};

enum { CONTINUATION_MAX = 136 + 2 * LIMIT_EMAIL };

/* Fixed-width fields, then the two texts with their lengths. */
NODISCARD err continuation_pack(const struct continuation *c, struct buf *out);
NODISCARD err continuation_unpack(struct slice bytes, struct continuation *out); /* FORMAT */
/* At most token_seconds old, in a flow at most flow_seconds old; not from the future by more than a minute. */
bool continuation_expired(const struct continuation *c, const struct policy *policy, instant now);
/* Seconds that it is still good for: the token's own, or what is left of the flow, whichever ends first; 0: none. */
int64_t continuation_left(const struct continuation *c, const struct policy *policy, instant now);

#endif
