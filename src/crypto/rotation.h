/* SPDX-License-Identifier: Apache-2.0 */
/* rotation.h: when keys are made, promoted and removed; pure arithmetic over the rows (spec OIDC, 1.5). */
#ifndef DOORCODE_CRYPTO_ROTATION_H
#define DOORCODE_CRYPTO_ROTATION_H

#include "model/key.h"

struct rotation_policy {
    int64_t signing_seconds; /* how long a key signs (default 90 days) */
    int64_t publish_seconds; /* a next key is published at least this long before it signs (24 h) */
    int64_t retire_seconds;  /* a retired key stays published this long (24 h + longest token lifetime) */
};

extern const struct rotation_policy rotation_default;

enum rotation_step {
    ROTATION_NOTHING,
    ROTATION_CREATE_CURRENT, /* no key at all: make one and sign with it at once */
    ROTATION_CREATE_NEXT,
    ROTATION_PROMOTE, /* next becomes current, current becomes retired */
    ROTATION_REMOVE   /* rows[*index] may go */
};

/* The next thing to do for `alg`, one at a time: call again after it is done. `now` flag: an operator asked for an
 * immediate roll (promote as soon as there is a next key, however young). *index is the row concerned, if any. */
enum rotation_step rotation_next(const struct key *rows, size_t n, enum signing_alg alg,
                                 const struct rotation_policy *policy, instant now, bool immediately, size_t *index);
/* Applies PROMOTE to the rows (states and times), given the index of the next key. */
void rotation_promote(struct key *rows, size_t n, size_t next, instant now);

#endif
