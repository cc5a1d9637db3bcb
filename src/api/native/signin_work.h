/* SPDX-License-Identifier: Apache-2.0 */
/* signin_work.h: what the three calls of a sign-in carry through their steps, and the parts they share. */
#ifndef DOORCODE_API_NATIVE_SIGNIN_WORK_H
#define DOORCODE_API_NATIVE_SIGNIN_WORK_H

#include "api/exchange.h"
#include "api/tokens.h"
#include "flow/signin.h"
#include "wire/email.h"

struct signin_work {
    enum signin_request request;
    struct signin_facts facts;
    struct outcome outcome;
    struct continuation at;
    struct email email;
    struct user user;
    struct passcode passcode;
    char code[LIMIT_CODE + 1]; /* challenge: the fresh one; token: the given one */
    uint8_t mac[PASSCODE_MAC];
    struct mail mail;
    struct scope_grant scope;
    struct grant grant;
    struct issued issued;
};

struct signin_work *signin_work(struct exchange *x);

/* PARSE: the application may use native authentication; `not_public` is the endpoint's error for one that may not use
 * public flows (spec V1, 3.0 E4 and 3.4 T15). */
void signin_check_application(struct exchange *x, enum error_id not_public);
/* PARSE: `challenge_type`, needed or not, into facts.challenge_types. */
void signin_parse_challenge_types(struct exchange *x, bool needed);
/* PARSE: `continuation_token` into at, bound to this tenant and application. */
void signin_parse_continuation(struct exchange *x);
/* LOAD: user and passcode row of the token's subject. */
err signin_load_subject(struct exchange *x);
/* DECIDE: runs the flow's table and turns the outcome into a refusal or writes. */
err signin_decide_step(struct exchange *x);
/* REPLY: a token alone, a challenge, or the web fallback. */
err signin_reply(struct exchange *x);
/* The keyed MAC of a code for a subject's challenge. */
void signin_code_mac(struct exchange *x, struct guid subject, uint64_t challenge_id, struct slice code,
                     uint8_t out[PASSCODE_MAC]);

#endif
