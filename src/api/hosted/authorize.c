/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /{tenant}/oauth2/v2.0/authorize: an application sends a browser (spec OIDC, 2). The answer goes to the
 * application's address at once where a session can give it, or after the pages have asked. */
#include "api/endpoints.h"

#include "api/hosted/ticket.h"
#include "flow/scope.h"

/* Nothing may go to an address before it is known to be the application's (spec OIDC, 2.3). */
static void parse_address(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct guid client_id;

    if (exchange_require(x, "client_id").n == 0 || exchange_require(x, "response_type").n == 0)
        return;
    if (!form_repeated(&x->form, SLICE("client_id")) && guid_parse(form_get(&x->form, SLICE("client_id")), &client_id))
        x->app = directory_application(x->directory, x->tenant->id, client_id);
    if (x->app == NULL) {
        exchange_refuse(x, ERROR_CLIENT_UNKNOWN, SLICE_EMPTY);
        return;
    }
    enum error_id wrong = authorization_address(&x->form, x->app, &work->request);
    if (wrong != ERROR_NONE)
        exchange_refuse(x, wrong, SLICE_EMPTY);
    work->addressed = wrong == ERROR_NONE;
}

/* Of several resources the token endpoint gives tokens for one at a time (spec OIDC, 4.6). */
static enum error_id check_scope(struct exchange *x)
{
    const struct scope_rules rules = { .app = x->app, .directory = x->directory };
    struct scope_grant scope;

    return scope_refusal(scope_read(&rules, hosted_work(x)->request.scope, SCOPE_FIRST, &scope), SCOPE_AT_AUTHORIZE);
}

/* An application hints with what it was given itself (OpenID Connect Core, 3.1.2.1). */
static enum error_id parse_hint(struct exchange *x)
{
    struct slice token = form_get(&x->form, SLICE("id_token_hint"));
    struct id_token hint;

    if (token.n == 0)
        return ERROR_NONE;
    if (!hosted_read_hint(x, token, &hint) || !guid_eq(hint.client_id, x->app->client_id))
        return ERROR_ID_TOKEN_HINT_INVALID;
    hosted_work(x)->hinted_user = hint.user_id;
    return ERROR_NONE;
}

static err parse(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct slice detail = SLICE_EMPTY;
    struct guid correlation_id;

    if (guid_parse(form_get(&x->form, SLICE("client-request-id")), &correlation_id))
        x->correlation_id = correlation_id;
    parse_address(x);
    if (exchange_refused(x))
        return OK;
    enum error_id wrong = authorization_parse(&x->form, x->app, &work->request, &detail);
    if (wrong == ERROR_NONE)
        wrong = check_scope(x);
    if (wrong == ERROR_NONE)
        wrong = parse_hint(x);
    if (wrong != ERROR_NONE) {
        exchange_refuse(x, wrong, detail);
        return OK;
    }
    work->request.correlation_id = x->correlation_id;
    work->request.started_at = x->now;
    work->page = PAGE_NONE;
    return OK;
}

/* The page's field is filled in for whom the application knows already, and the pages that follow remember her. */
static err load_hinted_user(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct user user;

    if (guid_is_nil(work->hinted_user) || work->request.login_hint.n > 0)
        return OK;
    err loaded = store_user(x->api->store, x->tenant->id, work->hinted_user, &user);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    work->request.login_hint = arena_copy(&x->call->arena, slice_of(user.email));
    return OK;
}

static err load(struct exchange *x)
{
    TRY(load_hinted_user(x));
    return hosted_load_sessions(x);
}

static err decide(struct exchange *x)
{
    struct authorize_facts facts;

    return hosted_authorize(x, &facts);
}

/* A page goes on in this browser only. */
static err reply(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    if (work->page != PAGE_NONE) {
        TRY(flow_cookie_ensure(x, work->request.binding));
        TRY(ticket_seal(x, &work->request, &work->ticket));
    }
    return hosted_reply(x);
}

const struct exchange_steps authorize_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = hosted_issue, .reply = reply, .refuse = hosted_refuse
};
