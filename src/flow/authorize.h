/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.h: what an authorization request leads to: an answer, an error, or a page (spec OIDC, 2.6). And which
 * sessions of the browser count. Pure, any thread. */
#ifndef DOORCODE_FLOW_AUTHORIZE_H
#define DOORCODE_FLOW_AUTHORIZE_H

#include "flow/authorization.h"
#include "model/grant.h"
#include "model/policy.h"
#include "model/session.h"
#include "model/user.h"

/* A session that the browser's cookie proves, with its user. */
struct browser_session {
    struct session session;
    struct user user; /* where `known` */
    bool known;       /* the user exists */
};

struct authorize_facts {
    const struct policy *policy;
    const struct tenant *tenant;
    const struct application *application;
    const struct user_flow *user_flow; /* NULL: none is linked */
    const struct authorization *request;
    const struct browser_session *sessions; /* alive by session_is_alive */
    size_t session_count;
    struct guid hinted_user; /* whom an id_token_hint names; nil: none */
    enum error_id scope_refusal;
    instant now;
};

enum authorize_kind { AUTHORIZE_ANSWER, AUTHORIZE_REFUSE, AUTHORIZE_SIGN_IN, AUTHORIZE_SIGN_UP, AUTHORIZE_PICK };

struct authorize_outcome {
    enum authorize_kind kind;
    enum error_id refusal;
    size_t session; /* ANSWER: for which one; SIGN_IN: whose user is known, where `hinted` */
    bool hinted;    /* the page knows whom it asks for */
};

void authorize_decide(const struct authorize_facts *f, struct authorize_outcome *out);
/* The answer for the session that was picked on the page: ANSWER, SIGN_IN (more must be proved) or REFUSE. */
void authorize_picked(const struct authorize_facts *f, size_t session, struct authorize_outcome *out);
/* Not ended, not idle for too long, not too old, and the user still stands behind it. `user`: NULL where gone. */
bool session_is_alive(const struct session *session, const struct user *user, const struct policy *policy, instant now);
/* When it ends if it is not used again. */
instant session_ends_at(const struct session *session, const struct policy *policy);
/* Whether login_hint or logout_hint, an address or the claim `login_hint`, means the user. */
bool user_is_hinted(const struct user *user, struct slice hint);
/* Whether sign-ins of the user to the application need a second factor (spec V1, 2.6). */
bool factor_required(const struct user *user, const struct application *app, const struct tenant *tenant);

#endif
