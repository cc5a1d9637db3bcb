/* SPDX-License-Identifier: Apache-2.0 */
/* outcome.h: what a flow decided. A refusal is an answer, not a fault. The api carries it out: writes first (one
 * transaction), then mail, tokens and the reply. */
#ifndef DOORCODE_FLOW_OUTCOME_H
#define DOORCODE_FLOW_OUTCOME_H

#include "flow/continuation.h"
#include "model/passcode.h"
#include "wire/error.h"

enum outcome_kind {
    OUTCOME_REFUSE,      /* `refusal`; a passcode write may go with it (a counted attempt) */
    OUTCOME_NEEDS,       /* nothing is decided yet: find out what `need` says and ask again */
    OUTCOME_INTERRUPT,   /* `refusal`, with `next` as a step of the flow: mfa_required, credential_required, … */
    OUTCOME_REDIRECT,    /* web fallback with `reason` */
    OUTCOME_CONTINUE,    /* `next` alone */
    OUTCOME_CODE,        /* `next`, after a code was sent: challenge_type oob */
    OUTCOME_PASSWORD,    /* `next`: challenge_type password */
    OUTCOME_PREVERIFIED, /* `next`: challenge_type preverified */
    OUTCOME_FACTORS,     /* `next` and the user's second factors */
    OUTCOME_REGISTRABLE, /* `next` and what may be registered */
    OUTCOME_SUBMITTED,   /* `next`: poll with it */
    OUTCOME_SUCCEEDED,   /* `next`: the poll's good end */
    OUTCOME_TOKENS       /* signed in */
};

/* Facts that take long to find out, so they are found only for a decision that depends on them. */
enum flow_need {
    NEED_VERIFY,           /* whether the given password is the user's */
    NEED_HASH,             /* the hash of the given password */
    NEED_ATTRIBUTES_START, /* what the extension says before attributes are asked for */
    NEED_ATTRIBUTES_SUBMIT /* what it says of those handed in */
};

/* Why a code is sent: it chooses the text. */
enum code_purpose { CODE_SIGNIN, CODE_SIGNUP, CODE_RESET, CODE_FACTOR, CODE_REGISTER, CODE_ACCOUNT_EXISTS };

struct outcome {
    enum outcome_kind kind;
    enum error_id refusal;
    enum flow_need need;
    int64_t wait_seconds; /* for refusals that name a time */
    const char *reason;   /* static text for developers */
    struct continuation next;
    uint8_t proofs; /* with TOKENS: set of PROVED_… */
    /* writes, all or nothing */
    bool write_passcode;
    struct passcode passcode; /* to be swapped in if the row still has this version */
    bool counts_ahead;        /* instead: one of the wrong answers that the row counts ahead is given */
    bool unlock_user;         /* reset: the user's own row forgets failures and lock */
    bool add_user;            /* of this sign-up, with id facts.new_id */
    bool set_password;        /* facts.password_hash becomes the user's */
    bool end_sessions;        /* refresh tokens given before now are void */
    bool add_method;          /* next.channel and next.target, with id facts.new_id */
    bool put_signup;          /* what was handed in */
    bool delete_signup;
    /* afterwards */
    bool send_code;      /* to send_to, or next.target, or the account's own address */
    const char *send_to; /* borrowed from the facts; NULL: what the token says */
    enum code_purpose purpose;
    bool locks_user; /* this wrong answer was one too many */
};

#endif
