/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h: what an extension answered (spec OIDC, 11.2 to 11.5). Types are compared in any case, with or without "#". */
#ifndef DOORCODE_HOOK_ANSWER_H
#define DOORCODE_HOOK_ANSWER_H

#include "base/arena.h"
#include "base/buf.h"
#include "hook/failure.h"
#include "model/claim.h"

enum hook_action {
    HOOK_CONTINUE, /* go on as if there were no extension */
    HOOK_CLAIMS,   /* token issuance: `claims` */
    HOOK_VALUES,   /* attributes: `values` are set (start) or changed (submit) */
    HOOK_BLOCK,    /* attributes: the sign-up ends */
    HOOK_REFUSE    /* attributes: `names` are not valid */
};

enum hook_value_kind { HOOK_TEXT, HOOK_NUMBER, HOOK_FLAG };

struct hook_value {
    struct slice name;
    enum hook_value_kind kind; /* as it came: the type that the attribute was sent with, if the extension is right */
    struct slice text;         /* numbers and booleans as their text */
};

struct hook_answer {
    enum hook_action action;
    struct claim_list claims;        /* HOOK_CLAIMS; those with null are left out */
    const struct hook_value *values; /* HOOK_VALUES; HOOK_REFUSE: what is wrong with each; null is left out */
    size_t value_count;
    struct slices names;  /* HOOK_REFUSE: the names of `values` */
    struct slice title;   /* of a block page; empty: none */
    struct slice message; /* of a block page or a validation error; empty: none. From outside: escape it */
};

/* A reply's body of LIMIT_HOOK_REPLY bytes at most; *out is whole where HOOK_FINE comes back. Everything is copied into the
 * arena: the texts, and up to 120 bytes for each member. Failures that a body can show: BAD_BODY, NO_CLAIMS, SCHEMA (type of `data`), ACTION_COUNT,
 * ACTION_TYPE, ANSWER_SIZE (no room), CLAIMS_SIZE, CLAIM_KEY. Pure, any thread. */
enum hook_failure hook_answer_read(enum extension_event event, struct slice json, struct arena *a,
                                   struct hook_answer *out);

/* Appends the answer that lets everything go on as if there were no extension. */
void hook_answer_default(enum extension_event event, struct buf *out);

#endif
