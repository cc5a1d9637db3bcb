/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h: what an extension answered (spec OIDC, 11.2 to 11.5). Types are compared in any case, with or without "#". */
#ifndef DOORCODE_HOOK_ANSWER_H
#define DOORCODE_HOOK_ANSWER_H

#include "base/arena.h"
#include "hook/failure.h"
#include "model/claim.h"

enum hook_action {
    HOOK_CONTINUE, /* go on as if there were no extension */
    HOOK_CLAIMS,   /* token issuance: `claims` */
    HOOK_VALUES,   /* attributes: `values` are set (start) or changed (submit) */
    HOOK_BLOCK,    /* attributes: the sign-up ends */
    HOOK_REFUSE    /* attributes: `names` are not valid */
};

struct hook_value {
    struct slice name;
    struct slice text; /* numbers and booleans as their text */
};

struct hook_answer {
    enum hook_action action;
    struct claim_list claims;
    const struct hook_value *values;
    size_t value_count;
    struct slices names;
    struct slice message; /* of a block page or a validation error; for logs */
};

/* Everything is copied into the arena. Pure, any thread. */
enum hook_failure hook_answer_read(enum extension_event event, struct slice json, struct arena *a,
                                   struct hook_answer *out);

#endif
