/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that the endpoints of the hosted pages share: from a decision of the flow tables to the next request, the next
 * page, or the answer. */
#include "api/hosted/hosted_work.h"

#include "api/continuation_token.h"
#include "api/hosted/ticket.h"
#include "wire/login_hint.h"

/* ---- the end of a flow ---- */

err hosted_redeem(struct exchange *x, bool *waits)
{
    struct hosted_work *work = hosted_work(x);
    bool asks = x->tenant->branding.stay_signed_in && work->request.device_id == 0;
    bool goes_on = true;

    if (!asks)
        TRY(hosted_ask_for_tokens(x, &work->native.user, &goes_on));
    *waits = !goes_on;
    if (!goes_on)
        return OK;
    hosted_begin_session(x, &work->native.user, work->native.outcome.proofs);
    if (asks) {
        work->page = PAGE_STAY;
        return OK;
    }
    return hosted_give_answer(x, &work->session, &work->native.user);
}

/* ---- authorization ---- */

static err answer(struct exchange *x, struct browser_session *s)
{
    bool goes_on;

    TRY(hosted_ask_for_tokens(x, &s->user, &goes_on));
    return goes_on ? hosted_give_answer(x, &s->session, &s->user) : OK;
}

static void show(struct hosted_work *work, enum page_kind page, struct slice username)
{
    work->page = page;
    work->username = username;
}

/* The claim `login_hint` is not for people to read, and says nothing of addresses. */
static struct slice hinted_address(const struct hosted_work *work)
{
    struct guid user;

    return login_hint_parse(work->request.login_hint, &user) ? SLICE_EMPTY : work->request.login_hint;
}

err hosted_authorize(struct exchange *x, struct authorize_facts *facts)
{
    struct hosted_work *work = hosted_work(x);
    struct authorize_outcome out;
    size_t picked = work->action == ACTION_PICK ? hosted_find_session(x, work->picked) : work->session_count;

    *facts = (struct authorize_facts){ .policy = x->api->policy,
                                       .tenant = x->tenant,
                                       .application = x->app,
                                       .user_flow = directory_user_flow(x->directory, x->app),
                                       .request = &work->request,
                                       .sessions = work->sessions,
                                       .session_count = work->session_count,
                                       .hinted_user = work->hinted_user,
                                       .now = x->now };
    if (picked < work->session_count)
        authorize_picked(facts, picked, &out);
    else
        authorize_decide(facts, &out);
    struct browser_session *s = &work->sessions[out.session];
    switch (out.kind) {
    case AUTHORIZE_ANSWER:
        return answer(x, s);
    case AUTHORIZE_REFUSE:
        exchange_refuse(x, out.refusal, SLICE_EMPTY);
        break;
    case AUTHORIZE_SIGN_IN:
        show(work, PAGE_SIGN_IN, out.hinted ? slice_of(s->user.email) : hinted_address(work));
        break;
    case AUTHORIZE_SIGN_UP:
        show(work, PAGE_SIGN_UP, hinted_address(work));
        break;
    case AUTHORIZE_PICK:
        show(work, PAGE_PICKER, SLICE_EMPTY);
        break;
    }
    return OK;
}

/* ---- from one request of the tables to the next ---- */

/* A list of one needs no page. */
static bool has_one_method(const struct hosted_work *work)
{
    return work->native.outcome.kind == OUTCOME_FACTORS && work->native.facts.method_count == 1;
}

static void follow(struct exchange *x, enum flow_request request)
{
    struct hosted_work *work = hosted_work(x);
    struct flow_facts *facts = &work->native.facts;

    work->native.at = work->native.outcome.next;
    work->native.request = request;
    facts->at = &work->native.at;
    facts->code_well_formed = false;
    facts->method_given = false;
    exchange_go_on(x);
}

/* The outcome's next step: a request, or a page with its token. */
static err move_on_to(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    const struct continuation *next = &work->native.outcome.next;
    const struct stage *stage = stage_of(next->state);

    x->refusal = ERROR_NONE; /* an interrupt is a step here */
    if (stage->follows != REQUEST_NONE || has_one_method(work)) {
        follow(x, stage->follows != REQUEST_NONE ? stage->follows : stage->next);
        return OK;
    }
    work->page = stage->page;
    return continuation_seal(x->api->vault, next, &x->call->arena, &work->continuation);
}

/* What falls back to the web natively is refused here: this is the web. */
static void refuse_fallback(struct exchange *x)
{
    bool contact = hosted_work(x)->native.request == REQUEST_REGISTER_CHALLENGE ||
                   hosted_work(x)->native.request == REQUEST_CHALLENGE;

    exchange_refuse(x, contact ? ERROR_CONTACT_BLOCKED_BY_REPUTATION : ERROR_USER_NOT_FOUND, SLICE_EMPTY);
}

static err issue_flow(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    native_tell(x);
    switch (work->native.outcome.kind) {
    case OUTCOME_REFUSE:
        return native_name_attributes(x);
    case OUTCOME_REDIRECT:
        refuse_fallback(x);
        return OK;
    case OUTCOME_TOKENS:
        return OK;
    default:
        return exchange_refused(x) && work->native.outcome.kind != OUTCOME_INTERRUPT ? OK : move_on_to(x);
    }
}

err hosted_issue(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    if (work->action == ACTION_FLOW)
        TRY(issue_flow(x));
    if (work->page == PAGE_DEVICE_DECLINED)
        EMIT(x->api->events, device_declined, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id));
    if (!work->answer.given || exchange_refused(x))
        return OK;
    EMIT(x->api->events, authorization_given, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user->id));
    return hosted_sign_answer(x);
}

/* ---- what the browser gets ---- */

err hosted_reply(struct exchange *x)
{
    return hosted_work(x)->page == PAGE_NONE ? hosted_reply_answer(x) : hosted_reply_page(x);
}

/* On the page whose form it is about; at the application's address; or, where that is not known, as a page. */
err hosted_refuse(struct exchange *x)
{
    struct hosted_work *work = x->work;
    bool fault = error_row(x->refusal)->status >= 500;

    if (work == NULL || (!work->addressed && !work->interactive) || x->app == NULL || fault)
        return hosted_reply_error_page(x, x->refusal);
    return work->interactive ? hosted_reply_page(x) : hosted_reply_error(x, x->refusal);
}
