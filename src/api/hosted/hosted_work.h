/* SPDX-License-Identifier: Apache-2.0 */
/* hosted_work.h: what a browser's request carries through its steps, and what the endpoints of the hosted pages share
 * (spec OIDC, 2 and 3). A form of a page is one or more requests of the flow tables (stages.def), run by the same steps as
 * those of the native API; at the end stands a session, and the answer to the application. */
#ifndef DOORCODE_API_HOSTED_HOSTED_WORK_H
#define DOORCODE_API_HOSTED_HOSTED_WORK_H

#include "api/hosted/cookies.h"
#include "api/hosted/stages.h"
#include "api/native/native_work.h"
#include "flow/authorize.h"
#include "token/opaque.h"
#include "token/received.h"

/* What goes back to the application. */
struct hosted_answer {
    bool given;
    struct authorization_code code; /* where the request wants one */
    struct opaque code_text;
    struct guid session_id;
    struct issued issued; /* tokens of the implicit and hybrid flows */
    struct scope_grant scope;
};

/* What a form asks for, besides the flows. */
enum hosted_action {
    ACTION_SHOW,   /* `page`, nothing else */
    ACTION_FLOW,   /* native.request */
    ACTION_PICK,   /* the session that the form names, or another account */
    ACTION_STAY,   /* whether the session shall last */
    ACTION_DEVICE, /* whether the waiting device may go on */
    ACTION_CANCEL  /* back to the application with an error */
};

struct hosted_work {
    struct native_work native; /* first: its steps are at work here, too */
    struct authorization request;
    bool addressed;   /* the request's address is known to be the application's: errors go there */
    bool interactive; /* a page was shown: errors of its form are told on it */
    enum hosted_action action;
    enum page_kind page; /* to be shown; PAGE_NONE: the answer is given */
    struct slice ticket;
    struct slice continuation; /* token of the flow that the page belongs to; empty: none yet */
    struct slice picked;       /* session id of a form */
    bool said_yes;
    bool sent_again;
    bool mismatch;
    struct session_cookie cookie;
    bool cookie_changed;
    struct browser_session sessions[LIMIT_SESSIONS];
    size_t session_count;
    struct guid hinted_user;
    struct slice username;  /* to fill the page's field with */
    struct session session; /* that begins here */
    struct session_entry entry;
    struct user *user; /* who is signed in */
    struct hosted_answer answer;
    struct device_code device;
};

struct hosted_work *hosted_work(struct exchange *x);

/* ---- sessions (hosted_sessions.c) ---- */

/* LOAD: the cookie's sessions in this tenant that are alive, with their users. */
err hosted_load_sessions(struct exchange *x);
/* DECIDE: writes a session of the user who has just proved who she is, in place of an earlier one of hers. */
void hosted_begin_session(struct exchange *x, const struct user *user, uint8_t proofs);
/* The loaded session of that id; session_count: none. */
size_t hosted_find_session(struct exchange *x, struct slice id);
/* DECIDE: the session shall last. */
void hosted_keep_session(struct exchange *x, const struct browser_session *s);

/* The user whom id_token_hint names, for the application and tenant it was given to; false: it is none of ours. */
bool hosted_read_hint(struct exchange *x, struct slice token, struct id_token *hint);

/* ---- answers (hosted_answer.c) ---- */

/* DECIDE: writes what the answer is made of: a code, and that the session is signed in to the application; or that the
 * waiting device may go on. */
err hosted_give_answer(struct exchange *x, const struct session *session, struct user *user);
/* DECIDE, before anything is written: asks the extension about the tokens that the request wants at once. Not *goes_on:
 * the exchange waits for it, or a refusal was recorded. */
err hosted_ask_for_tokens(struct exchange *x, const struct user *user, bool *goes_on);
/* ISSUE: signs what is not a code. */
err hosted_sign_answer(struct exchange *x);
/* REPLY: the answer, or an error, to the application's address. */
err hosted_reply_answer(struct exchange *x);
err hosted_reply_error(struct exchange *x, enum error_id id);
/* The request's address with the fields, as its response mode has them; in the arena. */
err hosted_location(struct exchange *x, const struct page_field *fields, size_t n, struct slice *out);
err hosted_redirect(struct exchange *x, struct slice location);

/* ---- the shared steps ---- */

/* DECIDE's end of a flow: session, then the answer, or the question whether the session shall last. */
err hosted_redeem(struct exchange *x, bool *waits);
/* What an authorization request leads to, on the sessions as loaded. */
err hosted_authorize(struct exchange *x, struct authorize_facts *facts);
err hosted_issue(struct exchange *x);
err hosted_reply(struct exchange *x);
err hosted_refuse(struct exchange *x);

/* ---- pages (hosted_page.c) ---- */

/* The page `work->page`, with what is wrong with its form, where x->refusal says so. */
err hosted_reply_page(struct exchange *x);
/* A page that posts the fields to the request's address by itself. */
err hosted_reply_form_post(struct exchange *x, const struct page_field *fields, size_t n);
/* Any page into the body, with the headers that pages have; fills what all pages tell. */
err hosted_render(struct exchange *x, struct page *page);
/* The browser's accounts as the page's choices. */
void hosted_list_accounts(struct exchange *x, struct page *page);
/* The error as a page: where no address is known that it may go to. */
err hosted_reply_error_page(struct exchange *x, enum error_id id);

#endif
