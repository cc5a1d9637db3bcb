/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h: native authentication, decided (spec V1, section 2). One table of state × request (cells.def); an empty cell
 * is the documented error. Facts in, outcome out: no clock, no socket, no lock. Pure, any thread. */
#ifndef DOORCODE_FLOW_FLOW_H
#define DOORCODE_FLOW_FLOW_H

#include "flow/outcome.h"
#include "model/directory.h"
#include "model/signup.h"
#include "model/user.h"

enum password_check { PASSWORD_UNCHECKED, PASSWORD_RIGHT, PASSWORD_WRONG };

/* What an extension said of attributes (spec OIDC, 11.3 and 11.4). */
enum extension_says {
    EXTENSION_NOT_ASKED,
    EXTENSION_GO_ON,
    EXTENSION_SETS_VALUES, /* before attributes are asked for: defaults, to be kept */
    EXTENSION_BLOCKS,
    EXTENSION_REFUSES,
    EXTENSION_FAILED
};

/* All that a decision may know. Pointers are borrowed. */
struct flow_facts {
    const struct policy *policy;
    const struct tenant *tenant;
    const struct application *application;
    const struct user_flow *user_flow; /* NULL: none is linked */
    instant now;
    bool on_web; /* on the hosted pages, where nothing falls back to the web */
    /* from the request */
    const char *username;    /* as typed, an e-mail address; NULL: not given */
    const char *identity;    /* its canonical form */
    uint8_t challenge_types; /* 0: not given */
    uint8_t capabilities;
    bool method_given; /* challenge: `id` */
    struct guid method;
    enum channel channel;  /* register/challenge */
    const char *target;    /* register/challenge: the contact; NULL: not valid */
    bool code_well_formed; /* digits only, of the policy's length */
    bool password_given;
    enum error_id password_refusal; /* of a new one, by the password policy */
    bool attributes_given;
    enum error_id attributes_refusal;
    /* loaded */
    const struct continuation *at;   /* NULL for the starts */
    const struct user *user;         /* of the token, or of the name where there is none yet; NULL: there is none */
    const struct passcode *passcode; /* the subject's row; version 0 where there is none */
    const struct signup *signup;     /* what was handed in so far; NULL: nothing */
    const struct method *methods;    /* the user's, oldest first */
    size_t method_count;
    bool code_right;         /* the given digits make the row's MAC */
    bool attributes_missing; /* required ones, with all that was handed in */
    bool superseded;         /* a code went to another second factor of this flow since */
    bool address_over_quota; /* client address or tenant may cause no more codes now */
    /* found out when an outcome needed it */
    enum password_check password_check;
    bool password_stale;       /* right, but its parameters are old */
    const char *password_hash; /* of the given password; NULL: not made */
    uint64_t password_mark;    /* keyed hash of the given password: the same wrong one counts once */
    enum extension_says attributes_start;
    enum extension_says attributes_submit;
    /* fresh, used only where the decision needs it */
    struct guid subject;      /* of the row above; for the starts, of the flow that begins */
    struct guid decoy;        /* id for an unknown user */
    struct guid new_id;       /* for a user or method */
    uint64_t serial;          /* unique, for the next token or challenge */
    const uint8_t *fresh_mac; /* challenge: MAC of the fresh code; PASSCODE_MAC bytes */
};

/* Decides `request` in the state of facts->at (STATE_NONE without one). */
void flow_decide(enum flow_request request, const struct flow_facts *facts, struct outcome *out);

/* Whose row a request works on: the subject's id is a keyed hash of it, so that a row's counters outlast the flow. */
enum subject_of {
    SUBJECT_TOKEN,   /* the one in the token; for first factors that is the user herself */
    SUBJECT_ADDRESS, /* the address that signs up */
    SUBJECT_RESET,   /* the user's password reset */
    SUBJECT_METHOD,  /* her chosen second factor */
    SUBJECT_CONTACT  /* her contact to be registered */
};
enum subject_of flow_subject(enum flow_request request, const struct continuation *at);

/* Whether a code of a second factor is handed in. */
bool flow_redeems_factor(enum flow_request request, const struct continuation *at);

/* Whether a second factor may follow what the token says was proved. */
bool flow_method_usable(const struct flow_facts *facts, const struct method *method);

/* The second factor that a challenge goes to: by id, or the only one; NULL: none. */
const struct method *flow_chosen_method(const struct flow_facts *facts);

/* The error of a request whose token is no token, or does not fit. */
enum error_id flow_unfit(enum flow_request request);
/* The error of a request whose token is another application's of the tenant. */
enum error_id flow_stranger(enum flow_request request);

/* For documentation and tests: names; the decision of a cell, "" where it is empty. */
const char *flow_cell(enum flow_state state, enum flow_request request);
const char *flow_state_name(enum flow_state state);
const char *flow_state_meaning(enum flow_state state);
const char *flow_request_endpoint(enum flow_request request);
const char *flow_request_grant(enum flow_request request);

#endif
