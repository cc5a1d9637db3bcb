/* SPDX-License-Identifier: Apache-2.0 */
/* passcode.h: all that is remembered of a user's one-time passcodes: one row per user. It holds the newest
 * challenge (an older code is dead by being overwritten), the attempts on it, and the counters over time. The row is
 * changed only by comparing its version (store.h: store_passcode swap), which is what makes a code usable once. */
#ifndef DOORCODE_MODEL_PASSCODE_H
#define DOORCODE_MODEL_PASSCODE_H

#include "base/clock.h"
#include "base/guid.h"

enum { PASSCODE_MAC = 32 };

enum passcode_state { PASSCODE_NONE, PASSCODE_OPEN, PASSCODE_TAKEN };

struct passcode {
    struct guid user_id;
    int64_t version; /* 0: there is no row yet */
    enum passcode_state state;
    uint64_t challenge_id;     /* of the newest challenge; also in its continuation token */
    uint64_t flow_serial;      /* of the sign-in the newest challenge belongs to */
    uint64_t asked_with;       /* serial of the continuation token that asked for it (repeats, spec V1, 6.10) */
    uint8_t mac[PASSCODE_MAC]; /* keyed MAC over user, challenge and digits; the digits are nowhere */
    instant issued_at;
    instant expires_at;
    uint32_t attempts; /* on this challenge */
    /* codes sent to this address */
    uint32_t sent;
    instant sent_since; /* start of the counting window */
    /* wrong codes over time, across challenges */
    uint32_t failures;
    instant failures_since;
    uint32_t lockouts; /* in a row; each doubles the time */
    instant locked_until;
};

#endif
