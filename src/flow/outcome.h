/* SPDX-License-Identifier: Apache-2.0 */
/* outcome.h: what a flow decided. A refusal is an answer, not a fault. The api carries it out: writes first
 * (one transaction), then mail, tokens and the reply. */
#ifndef DOORCODE_FLOW_OUTCOME_H
#define DOORCODE_FLOW_OUTCOME_H

#include "flow/continuation.h"
#include "model/passcode.h"
#include "wire/error.h"

enum outcome_kind {
    OUTCOME_REFUSE,    /* `refusal`; a passcode write may go with it (a counted attempt) */
    OUTCOME_REDIRECT,  /* web fallback with `reason` */
    OUTCOME_CONTINUE,  /* `next` alone */
    OUTCOME_CHALLENGE, /* `next`, after a code was sent */
    OUTCOME_TOKENS     /* signed in */
};

struct outcome {
    enum outcome_kind kind;
    enum error_id refusal;
    int64_t wait_seconds; /* for refusals that name a time */
    const char *reason;   /* static text for developers */
    struct continuation next;
    bool write_passcode;
    bool send_mail;
    bool locks_user;          /* this wrong code was one too many */
    struct passcode passcode; /* to be swapped in if the row still has this version */
};

#endif
