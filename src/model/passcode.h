/* SPDX-License-Identifier: Apache-2.0 */
/* passcode.h: all that is remembered of the proofs of one subject: one row each. It holds the newest challenge (an
 * older code is dead by being overwritten), how far its flow came, the attempts, and the counters over time. The row is
 * changed only by comparing its version (store.h: store_passcode swap), which is what makes a proof usable once.
 * A subject is a user (sign-in with code or password), or a made-up id that is the same for the same thing every time:
 * an address that signs up, a password reset, a second factor, a contact to register (api/native/subject.h). */
#ifndef DOORCODE_MODEL_PASSCODE_H
#define DOORCODE_MODEL_PASSCODE_H

#include "base/clock.h"
#include "base/guid.h"

enum { PASSCODE_MAC = 32 };

enum passcode_state {
    PASSCODE_NONE,
    PASSCODE_OPEN,      /* the challenge can be answered */
    PASSCODE_TAKEN,     /* it was answered: what it proves may be used */
    PASSCODE_COMPLETED, /* what it was for is written: the user, the password, the method */
    PASSCODE_REDEEMED   /* tokens were given */
};

enum { PASSCODE_WRONG_KEPT = 3, PASSCODE_ENDED_KEPT = 4 };

struct passcode {
    struct guid user_id; /* the subject */
    int64_t version;     /* 0: there is no row yet */
    enum passcode_state state;
    uint64_t challenge_id;     /* of the newest challenge; also in its continuation token */
    uint64_t flow_serial;      /* of the sign-in the newest challenge belongs to */
    uint64_t asked_with;       /* serial of the continuation token that asked for it (repeats, spec V1, 6.10) */
    uint8_t mac[PASSCODE_MAC]; /* keyed MAC over user, challenge and digits; the digits are nowhere */
    instant issued_at;
    instant expires_at;
    instant changed_at; /* when `state` last moved on; continuation tokens of that step are made from it */
    uint32_t attempts;  /* on this challenge */
    /* Wrong answers that are counted in what is stored before they are given; `attempts` and `failures` are without them.
     * In a row that is read: those that are left, to be given without a write (store_count_ahead). */
    uint32_t ahead;
    uint32_t ahead_read; /* the same, kept for the swap: it conflicts where one was given since. The store's own */
    /* codes sent to this address */
    uint32_t sent;
    instant sent_since; /* start of the counting window */
    /* wrong codes or passwords over time, across challenges */
    /* keyed hashes of the last wrong passwords: each counts once (spec V1, 4.11) */
    uint64_t wrong[PASSCODE_WRONG_KEPT];
    uint32_t failures;
    instant failures_since;
    uint32_t lockouts; /* in a row; each doubles the time */
    instant locked_until;
    /* serials of the youngest flows that came to their end here, youngest first: their tokens, and those of all flows
     * before the last of them, stay spent when another flow has the row */
    uint64_t ended[PASSCODE_ENDED_KEPT];
};

#endif
