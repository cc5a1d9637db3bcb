/* SPDX-License-Identifier: Apache-2.0 */
/* world_flows.h: leads a flow of the running world to any state, over the wire, the way that spec V1, section 2 says.
 * Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_WORLD_FLOWS_H
#define DOORCODE_TESTS_WORLD_FLOWS_H

#include "support/world.h"

#include "flow/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOW_FORM = 4096, FLOW_TOKEN = 1100 };

/* A flow as its client knows it. */
struct flow {
    struct world *world;
    const char *tenant;
    const char *app;
    char user[64];
    bool nobody; /* no mail comes */
    uint64_t mail_before;
    char token[FLOW_TOKEN];
    char code[16];
    const char *refresh; /* borrowed */
    char method[40];     /* id of the first second factor */
    struct world_reply reply;
};

/* The step to a state: from where, and with what beside client_id and token. $u is the user, $c the code that came last, $m
 * her second factor, $l a password that is too long, $r a refresh token. */
struct flow_step {
    enum flow_state from;
    const char *path;
    const char *form;
};

#define FLOW_LONG_64 "Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-Aa1-"
#define FLOW_LONG_PASSWORD FLOW_LONG_64 FLOW_LONG_64 FLOW_LONG_64 FLOW_LONG_64 "x"
#define FLOW_LIST "&challenge_type=oob+password+redirect"
#define FLOW_CAPABLE "&capabilities=mfa_required+registration_required"
#define FLOW_ATTRIBUTES \
    "%7B%22displayName%22%3A%22Eve%22%2C%22extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize%22%3A%2242%22%7D"

static const struct flow_step flow_steps[STATES] = {
    [STATE_SIGNIN_STARTED] = { STATE_NONE, "/oauth2/v2.0/initiate", "&username=$u" FLOW_LIST FLOW_CAPABLE },
    [STATE_SIGNIN_CODE_SENT] = { STATE_SIGNIN_STARTED, "/oauth2/v2.0/challenge", "" },
    [STATE_SIGNIN_PASSWORD] = { STATE_SIGNIN_STARTED, "/oauth2/v2.0/challenge", "" },
    [STATE_MFA_REQUIRED] = { STATE_SIGNIN_PASSWORD, "/oauth2/v2.0/token",
                             "&grant_type=password&scope=openid&password=" WORLD_PASSWORD },
    [STATE_MFA_METHODS] = { STATE_MFA_REQUIRED, "/oauth2/v2.0/introspect", "" },
    [STATE_MFA_CODE_SENT] = { STATE_MFA_METHODS, "/oauth2/v2.0/challenge", "&id=$m" },
    [STATE_REGISTER_REQUIRED] = { STATE_SIGNIN_PASSWORD, "/oauth2/v2.0/token",
                                  "&grant_type=password&scope=openid&password=" WORLD_PASSWORD },
    [STATE_REGISTER_METHODS] = { STATE_REGISTER_REQUIRED, "/register/v1.0/introspect", "" },
    [STATE_REGISTER_CODE_SENT] = { STATE_REGISTER_METHODS, "/register/v1.0/challenge",
                                   "&challenge_type=oob&challenge_channel=email&challenge_target=strong.$u" },
    [STATE_REGISTER_DONE] = { STATE_REGISTER_CODE_SENT, "/register/v1.0/continue", "&grant_type=oob&oob=$c" },
    [STATE_SIGNUP_STARTED] = { STATE_NONE, "/signup/v1.0/start", "&username=$u" FLOW_LIST FLOW_CAPABLE },
    [STATE_SIGNUP_CODE_SENT] = { STATE_SIGNUP_STARTED, "/signup/v1.0/challenge", "" },
    [STATE_SIGNUP_CREDENTIAL] = { STATE_SIGNUP_CODE_SENT, "/signup/v1.0/continue", "&grant_type=oob&oob=$c" },
    [STATE_SIGNUP_PASSWORD] = { STATE_SIGNUP_CREDENTIAL, "/signup/v1.0/challenge", "" },
    [STATE_SIGNUP_ATTRIBUTES] = { STATE_SIGNUP_CODE_SENT, "/signup/v1.0/continue", "&grant_type=oob&oob=$c" },
    [STATE_SIGNUP_DONE] = { STATE_SIGNUP_PASSWORD, "/signup/v1.0/continue",
                            "&grant_type=password&password=" WORLD_PASSWORD },
    [STATE_RESET_STARTED] = { STATE_NONE, "/resetpassword/v1.0/start", "&username=$u" FLOW_LIST FLOW_CAPABLE },
    [STATE_RESET_CODE_SENT] = { STATE_RESET_STARTED, "/resetpassword/v1.0/challenge", "" },
    [STATE_RESET_VERIFIED] = { STATE_RESET_CODE_SENT, "/resetpassword/v1.0/continue", "&grant_type=oob&oob=$c" },
    [STATE_RESET_POLLING] = { STATE_RESET_VERIFIED, "/resetpassword/v1.0/submit", "&new_password=" WORLD_PASSWORD },
    [STATE_RESET_DONE] = { STATE_RESET_POLLING, "/resetpassword/v1.0/poll_completion", "" },
};

/* What stands behind a letter of a form. */
static inline const char *flow_value(const struct flow *f, char letter)
{
    switch (letter) {
    case 'u':
        return f->user;
    case 'm':
        return f->method;
    case 'l':
        return FLOW_LONG_PASSWORD;
    case 'r':
        return f->refresh;
    default:
        return f->code;
    }
}

static inline void flow_fill(struct flow *f, const char *form, char *out, size_t n)
{
    for (; *form != '\0'; form++) {
        const char *value = *form == '$' ? flow_value(f, *++form) : NULL;
        int put = value == NULL ? snprintf(out, n, "%c", *form) : snprintf(out, n, "%s", value);
        assert_true(put >= 0 && (size_t)put < n);
        out += put;
        n -= (size_t)put;
    }
}

/* One request: client_id, the token where there is one, and the form. */
static inline int flow_post(struct flow *f, const char *path, const char *form)
{
    char whole[FLOW_FORM], target[128];
    int n = snprintf(whole, sizeof whole, "client_id=%s%s%s", f->app,
                     f->token[0] == '\0' ? "" : "&continuation_token=", f->token);

    flow_fill(f, form, whole + n, sizeof whole - (size_t)n);
    snprintf(target, sizeof target, "/%s%s", f->tenant, path);
    world_post(f->world, target, "", whole, &f->reply);
    return f->reply.status;
}

/* Of the answer: the token, the code that was sent, the first second factor. Each mail is read before the next is sent. */
static inline void flow_keep(struct flow *f)
{
    const char *id = strstr(f->reply.body, "\"id\":\"");

    world_member(&f->reply, "continuation_token", f->token, sizeof f->token);
    if (strstr(f->reply.body, "\"binding_method\":\"prompt\"") != NULL && !f->nobody)
        assert_true(world_code(f->world, "", f->mail_before, f->code, &f->mail_before));
    if (id != NULL)
        snprintf(f->method, sizeof f->method, "%.36s", id + 6);
}

/* From where the flow stands (STATE_NONE: nowhere) to the state; what does not lead on is a failure. */
static inline void flow_lead(struct flow *f, enum flow_state to)
{
    const struct flow_step *step = &flow_steps[to];

    if (to == STATE_NONE)
        return;
    flow_lead(f, step->from);
    (void)flow_post(f, step->path, step->form);
    flow_keep(f);
    if (f->token[0] == '\0')
        fail_msg("%s %s: %s", step->path, f->user, f->reply.body);
}

static inline void flow_begin(struct flow *f, struct world *w, const char *tenant, const char *app, const char *user)
{
    struct inbox_mail newest;

    memset(f, 0, sizeof *f);
    f->world = w;
    f->tenant = tenant;
    f->app = app;
    snprintf(f->user, sizeof f->user, "%s", user);
    if (inbox_list(rooms_inbox(w->rooms), SLICE_EMPTY, 0, &newest, 1) == 1)
        f->mail_before = newest.id;
}

#endif
