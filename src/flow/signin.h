/* SPDX-License-Identifier: Apache-2.0 */
/* signin.h: sign-in with an e-mail one-time passcode, decided (spec V1, 2.1, 3.1, 3.2, 3.4, 4.11, 4.12, 6). A table of
 * state × request; an empty cell is the documented error (continuation token not valid here). Pure, any thread. */
#ifndef DOORCODE_FLOW_SIGNIN_H
#define DOORCODE_FLOW_SIGNIN_H

#include "flow/outcome.h"
#include "model/directory.h"
#include "model/user.h"

enum signin_state {
    SIGNIN_NONE,      /* no token yet */
    SIGNIN_STARTED,   /* initiate succeeded */
    SIGNIN_CODE_SENT, /* a challenge was issued */
    SIGNIN_STATES
};

enum signin_request {
    SIGNIN_INITIATE,
    SIGNIN_CHALLENGE,
    SIGNIN_TOKEN_OOB,          /* token, grant_type=oob */
    SIGNIN_TOKEN_PASSWORD,     /* token, grant_type=password */
    SIGNIN_TOKEN_CONTINUATION, /* token, grant_type=continuation_token */
    SIGNIN_TOKEN_MFA_OOB,      /* token, grant_type=mfa_oob */
    SIGNIN_REQUESTS
};

/* All that a decision may know. Pointers are borrowed. */
struct signin_facts {
    const struct policy *policy;
    const struct tenant *tenant;
    struct guid client_id;
    instant now;
    /* from the request */
    const char *username;    /* initiate: as typed, an e-mail address */
    uint8_t challenge_types; /* 0: not given */
    uint8_t capabilities;
    bool method_id_given; /* challenge: `id`, which belongs to a second factor */
    /* loaded */
    const struct continuation *at;   /* NULL for initiate */
    const struct user *user;         /* NULL: there is none */
    const struct passcode *passcode; /* the subject's row; version 0 where there is none */
    bool code_right;                 /* token: the given digits make the row's MAC */
    bool code_well_formed;           /* digits only, of the policy's length */
    bool address_over_quota;         /* client address or tenant may cause no more codes now */
    /* fresh, used only where the decision needs it */
    struct guid decoy;        /* subject for an unknown user */
    uint64_t serial;          /* unique, for the next token or challenge */
    const uint8_t *fresh_mac; /* challenge: MAC of the fresh code; PASSCODE_MAC bytes */
};

/* Decides. `request` in the state of facts->at (SIGNIN_NONE without one). */
void signin_decide(enum signin_request request, const struct signin_facts *facts, struct outcome *out);

/* For documentation and tests: the name of the decision in a cell, "" where it is empty. */
const char *signin_cell(enum signin_state state, enum signin_request request);
const char *signin_state_name(enum signin_state state);
const char *signin_request_name(enum signin_request request);

#endif
