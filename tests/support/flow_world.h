/* SPDX-License-Identifier: Apache-2.0 */
/* flow_world.h: facts for each state in which every request that has a cell goes well; a case changes one thing.
 * For the tests of src/flow; included by one file each. */
#ifndef DOORCODE_TESTS_FLOW_WORLD_H
#define DOORCODE_TESTS_FLOW_WORLD_H

#include "flow/flow.h"
#include "wire/native_in.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1800000000 };

#define SAM "Sam@example.org"

static const uint8_t fresh_mac[PASSCODE_MAC] = { 7, 7, 7 };

struct world {
    struct tenant tenant;
    struct application application;
    struct user_flow user_flow;
    bool no_user_flow; /* none is linked */
    struct policy policy;
    struct user user;
    struct passcode row;
    struct signup signup;
    struct method methods[LIMIT_METHODS];
    size_t method_count;
    struct continuation at;
    struct flow_facts facts;
    struct outcome out;
};

static bool is_between(enum flow_state state, enum flow_state first, enum flow_state last)
{
    return state >= first && state <= last;
}

/* Sign-ups have no user yet; second factors and resets are for those with a password. */
static void put_user(struct world *w, enum flow_state state)
{
    if (is_between(state, STATE_SIGNUP_STARTED, STATE_SIGNUP_ATTRIBUTES))
        return;
    w->user = (struct user){ .id = { { 2 } },
                             .tenant_id = w->tenant.id,
                             .origin = state <= STATE_SIGNIN_CODE_SENT ? ORIGIN_EMAIL_OTP : ORIGIN_EMAIL_PASSWORD,
                             .enabled = true,
                             .email = SAM,
                             .identity = "sam@example.org" };
}

static void put_methods(struct world *w, enum flow_state state)
{
    if (!is_between(state, STATE_MFA_REQUIRED, STATE_MFA_CODE_SENT))
        return;
    w->methods[0] = (struct method){
        .id = { { 5 } }, .user_id = w->user.id, .channel = CHANNEL_SMS, .target = "+4790000007", .created_at = NOW - 9
    };
    w->method_count = 1;
}

/* How far the row of a state came. */
static enum passcode_state row_state(enum flow_state state)
{
    switch (state) {
    case STATE_SIGNIN_CODE_SENT:
    case STATE_MFA_CODE_SENT:
    case STATE_REGISTER_CODE_SENT:
    case STATE_SIGNUP_CODE_SENT:
    case STATE_RESET_CODE_SENT:
        return PASSCODE_OPEN;
    case STATE_SIGNUP_CREDENTIAL:
    case STATE_SIGNUP_PASSWORD:
    case STATE_SIGNUP_ATTRIBUTES:
    case STATE_RESET_VERIFIED:
        return PASSCODE_TAKEN;
    case STATE_REGISTER_DONE:
    case STATE_SIGNUP_DONE:
    case STATE_RESET_POLLING:
    case STATE_RESET_DONE:
        return PASSCODE_COMPLETED;
    default:
        return PASSCODE_NONE;
    }
}

static void put_row(struct world *w, enum flow_state state)
{
    if (row_state(state) == PASSCODE_NONE)
        return;
    w->at.serial = 200;
    w->at.challenge_id = 200;
    w->row = (struct passcode){ .user_id = w->at.subject,
                                .version = 3,
                                .state = row_state(state),
                                .challenge_id = 200,
                                .flow_serial = 100,
                                .asked_with = 100,
                                .issued_at = NOW - 60,
                                .changed_at = NOW - 60,
                                .expires_at = NOW + 540,
                                .sent = 1,
                                .sent_since = NOW - 60 };
}

static struct world good_world(enum flow_state state)
{
    struct world w;

    memset(&w, 0, sizeof w);
    w.policy = policy_default;
    w.tenant.id = (struct guid){ { 1 } };
    w.tenant.password_reset = true;
    w.tenant.second_factors = FACTOR_EMAIL | FACTOR_SMS;
    w.user_flow = (struct user_flow){ .tenant_id = w.tenant.id, .sign_up = true };
    if (state == STATE_SIGNUP_CREDENTIAL || state == STATE_SIGNUP_PASSWORD)
        w.user_flow.identity_provider = PROVIDER_EMAIL_PASSWORD;
    put_user(&w, state);
    put_methods(&w, state);
    w.at = (struct continuation){ .state = state,
                                  .challenge_types = CHALLENGE_OOB | CHALLENGE_PASSWORD | CHALLENGE_REDIRECT,
                                  .subject = { { 2 } },
                                  .user = w.user.id,
                                  .serial = 100,
                                  .flow_serial = 100,
                                  .started_at = NOW - 60,
                                  .issued_at = NOW - 60,
                                  .username = SAM };
    put_row(&w, state);
    if (state == STATE_MFA_CODE_SENT)
        w.at.method = w.methods[0].id;
    w.facts.now = NOW;
    w.facts.username = SAM;
    w.facts.identity = "sam@example.org";
    w.facts.challenge_types = state == STATE_NONE ? w.at.challenge_types : 0;
    w.facts.channel = CHANNEL_EMAIL;
    w.facts.target = "strong@example.org";
    w.facts.code_well_formed = true;
    w.facts.password_check = PASSWORD_RIGHT;
    w.facts.password_hash = "$argon2id$fresh";
    w.facts.attributes_start = EXTENSION_GO_ON;
    w.facts.attributes_submit = EXTENSION_GO_ON;
    w.facts.subject = w.at.subject;
    w.facts.serial = 300;
    w.facts.fresh_mac = fresh_mac;
    w.facts.decoy = (struct guid){ { 9 } };
    w.facts.new_id = (struct guid){ { 8 } };
    return w;
}

static inline void no_user(struct world *w)
{
    w->user.id = GUID_NIL;
}

static struct outcome *decide(struct world *w, enum flow_request request)
{
    w->facts.policy = &w->policy;
    w->facts.tenant = &w->tenant;
    w->facts.application = &w->application;
    w->facts.user_flow = w->no_user_flow ? NULL : &w->user_flow;
    w->facts.user = w->user.id.b[0] == 0 ? NULL : &w->user;
    w->facts.passcode = &w->row;
    w->facts.methods = w->methods;
    w->facts.method_count = w->method_count;
    w->facts.at = w->at.state == STATE_NONE ? NULL : &w->at;
    flow_decide(request, &w->facts, &w->out);
    return &w->out;
}

#endif
