/* SPDX-License-Identifier: Apache-2.0 */
/* native_work.h: what a call of native authentication carries through its steps, and the steps, which all its endpoints
 * share. An endpoint is its own PARSE: which request of the flow table it is, and which parameters it reads.
 * LOAD (native_load.c), DECIDE with the writes (native_decide.c), ISSUE and REPLY (native_reply.c). */
#ifndef DOORCODE_API_NATIVE_NATIVE_WORK_H
#define DOORCODE_API_NATIVE_NATIVE_WORK_H

#include "api/exchange.h"
#include "api/extensions.h"
#include "api/tokens.h"
#include "crypto/passwords.h"
#include "flow/attributes.h"
#include "flow/flow.h"
#include "wire/email.h"

struct native_work {
    enum flow_request request;
    struct flow_facts facts;
    struct outcome outcome;
    struct continuation at;
    struct email email;
    char target[LIMIT_EMAIL + 1];
    char code[LIMIT_CODE + 1]; /* challenge: the fresh one; else the given one */
    uint8_t mac[PASSCODE_MAC];
    struct user user;
    struct passcode passcode;
    struct passcode user_row; /* reset: the user's own */
    struct signup signup;
    char *signup_space; /* its attributes */
    struct method methods[LIMIT_METHODS];
    struct method method;         /* to be stored */
    struct attributes given;      /* of this request */
    struct slices invalid;        /* names of attributes that break their rules */
    struct attributes attributes; /* handed in now and before */
    struct attributes defaults;   /* that an extension set for those not handed in */
    struct slice packed;          /* both as JSON */
    struct slice new_password;    /* to be held against the policy; empty: none */
    char given_password[LIMIT_PASSWORD + 1];
    struct password_job password;
    struct extension_question attributes_start;
    struct extension_question attributes_submit;
    struct extension_question issuance;
    bool asked; /* the job was handed over */
    char fresh_hash[LIMIT_PASSWORD_HASH];
    char checked_hash[LIMIT_PASSWORD_HASH]; /* that facts.password_check is about */
    struct mail mail;
    struct scope_grant scope;
    struct grant grant;
    struct issued issued;
};

struct native_work *native_work(struct exchange *x);

/* ---- PARSE: each reads its parameter into the work; after a refusal they do nothing ---- */

/* The application may use native authentication; `not_public` is the endpoint's error for one that may not use public
 * flows (spec V1, 3.0 E4 and 3.4 T15). */
void native_check_application(struct exchange *x, enum error_id not_public);
/* `username`, which must be an address. */
void native_parse_address(struct exchange *x);
/* A start: username, challenge_type, capabilities. */
void native_parse_start(struct exchange *x);
/* A later step: continuation_token (bound to tenant and application) and, where it may stand, challenge_type. */
void native_parse_step(struct exchange *x);
/* `username` where it may be left out. */
void native_parse_username(struct exchange *x);
void native_parse_code(struct exchange *x);
/* A password that exists: only its length counts. */
void native_parse_password(struct exchange *x, const char *name);
/* A password to be: LOAD holds it against the policy. */
void native_parse_new_password(struct exchange *x, const char *name);
/* JSON; empty: none. */
void native_parse_attributes(struct exchange *x, struct slice text);
/* `id`: a second factor; what is no id names none. */
void native_parse_method(struct exchange *x);
/* The contact that shall be a second factor; facts.target stays NULL where it is no contact of its channel. */
void native_parse_contact(struct exchange *x, struct slice channel_name, struct slice target);
/* The request that `grant_type` means at this endpoint (requests.def); REQUESTS, with a refusal recorded, if none. */
enum flow_request native_parse_grant(struct exchange *x, enum error_id unknown);

/* ---- the steps ---- */

err native_load(struct exchange *x);
err native_decide(struct exchange *x);
/* The same, with another end of the flow: what is written when the user has proved who she is (`redeem`). */
typedef err native_redeem_fn(struct exchange *x, bool *waits);
err native_decide_with(struct exchange *x, native_redeem_fn *redeem);
/* ISSUE's first half: what was decided becomes events, the mailer is told, secrets are wiped. */
void native_tell(struct exchange *x);
err native_issue(struct exchange *x);
err native_reply(struct exchange *x);
/* The address or number that a code goes to, masked; in the arena. */
struct slice native_mask(struct exchange *x, enum channel channel, const char *target);

/* Finds out what the outcome needs, on threads of its own; the exchange waits (native_needs.c). */
err native_find_out(struct exchange *x);
/* Turns what was found out into facts. */
err native_found_out(struct exchange *x);

/* What extensions said (native_extensions.c): as facts, and the questions themselves. */
void native_extension_facts(struct exchange *x);
err native_ask_attributes(struct exchange *x, enum extension_event event);

/* Attributes and the user of a sign-up (native_signup.c). */
err native_pack_attributes(struct exchange *x);                       /* again, after a change */
err native_merge_attributes(struct exchange *x, struct slice before); /* LOAD: with those handed in before */
err native_put_signup(struct exchange *x);                            /* DECIDE: keeps what was handed in */
err native_add_user(struct exchange *x);                              /* DECIDE: the user is made of it */
err native_name_attributes(struct exchange *x);                       /* ISSUE: those that the refusal is about */

/* The steps of an endpoint with this PARSE. */
#define NATIVE_STEPS(parse_step)                                                                    \
    {                                                                                               \
        .parse = (parse_step), .load = native_load, .decide = native_decide, .issue = native_issue, \
        .reply = native_reply                                                                       \
    }

/* The keyed MAC of a code for a subject's challenge. */
void native_code_mac(struct exchange *x, struct guid subject, uint64_t challenge_id, struct slice code,
                     uint8_t out[PASSCODE_MAC]);

#endif
