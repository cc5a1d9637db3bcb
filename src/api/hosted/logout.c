/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /{tenant}/oauth2/v2.0/logout: a browser's session ends (spec OIDC, 6.1 and 6.2). Refresh tokens live on; who
 * wants them dead ends all sessions of the user. */
#include "api/endpoints.h"

#include "base/b64.h"
#include "base/secret.h"
#include "flow/redirect_uri.h"

#include <string.h>

enum { FRAME_MAX = 512, HIDDEN_MAX = 4 };

static struct logout_work *logout_work(struct exchange *x)
{
    return x->work;
}

static struct slice get(struct exchange *x, const char *name)
{
    return form_get(&x->form, slice_of(name));
}

/* ---- parse ---- */

/* One of our own, expired or not; another is none. */
static void parse_hint(struct exchange *x)
{
    struct logout_facts *facts = &logout_work(x)->facts;
    struct slice token = get(x, "id_token_hint");
    struct id_token hint;

    if (token.n == 0 || !hosted_read_hint(x, token, &hint))
        return;
    facts->hinted_session = hint.session_id;
    facts->hinted_user = hint.user_id;
    x->app = directory_application(x->directory, x->tenant->id, hint.client_id);
}

/* Whom the hint was given to, or who says that it asks; they do not differ (OpenID Connect RP-Initiated Logout, 2). */
static void parse_application(struct exchange *x)
{
    struct guid client_id;

    if (!guid_parse(get(x, "client_id"), &client_id))
        return;
    if (x->app == NULL)
        x->app = directory_application(x->directory, x->tenant->id, client_id);
    else if (!guid_eq(x->app->client_id, client_id))
        exchange_refuse(x, ERROR_SIGN_OUT_INVALID, SLICE_EMPTY);
}

static bool is_registered(struct exchange *x, struct slice uri)
{
    if (x->app != NULL)
        return redirect_uri_find(x->app, uri) != NULL;
    for (size_t i = 0; i < x->directory->application_count; i++) {
        const struct application *app = &x->directory->applications[i];
        if (guid_eq(app->tenant_id, x->tenant->id) && redirect_uri_find(app, uri) != NULL)
            return true;
    }
    return false;
}

/* Not registered: nobody is sent there. */
static void parse_address(struct exchange *x)
{
    struct authorization *request = &logout_work(x)->hosted.request;
    struct slice uri = get(x, "post_logout_redirect_uri");

    if (!is_registered(x, uri))
        return;
    request->redirect_uri = uri;
    request->state = get(x, "state").n <= LIMIT_STATE ? get(x, "state") : SLICE_EMPTY;
    request->mode = MODE_QUERY;
}

/* What was picked was picked on our own page, in this browser: another site cannot answer for the user. */
static bool was_asked(struct exchange *x)
{
    uint8_t binding[FLOW_BINDING], given[FLOW_BINDING];
    size_t n;

    return x->call->request.method == HTTP_POST && flow_cookie_read(x, binding) &&
           b64url_decode(get(x, "asked"), given, sizeof given, &n) && n == sizeof given &&
           secret_eq(binding, given, sizeof given);
}

static err parse(struct exchange *x)
{
    struct logout_facts *facts = &logout_work(x)->facts;

    parse_hint(x);
    parse_application(x);
    parse_address(x);
    logout_work(x)->hosted.request.ui_locales = get(x, "ui_locales");
    facts->logout_hint = get(x, "logout_hint");
    if (!was_asked(x))
        return OK;
    facts->picked_all = slice_eq(get(x, "do"), SLICE("all"));
    if (!guid_parse(get(x, "session"), &facts->picked))
        facts->picked = GUID_NIL;
    return OK;
}

/* ---- load, decide ---- */

static bool ends(const struct logout_work *work, size_t session)
{
    return work->kind == LOGOUT_ALL || (work->kind == LOGOUT_ONE && work->session == session);
}

static void add_frame(struct exchange *x, const struct application *app, const struct session *session)
{
    struct logout_work *work = logout_work(x);
    struct guid_text sid = guid_format(session->id);
    char space[FRAME_MAX];
    struct buf query, url;

    if (app == NULL || app->logout_url.n == 0 || work->frame_count == LOGOUT_FRAMES)
        return;
    buf_init(&query, space, sizeof space);
    form_put(&query, SLICE("sid"), slice_of(sid.c));
    form_put(&query, SLICE("iss"), tokens_issuer(x->api, x->tenant, &x->call->arena));
    buf_init_arena(&url, &x->call->arena, app->logout_url.n + query.n + 1);
    buf_put(&url, app->logout_url);
    buf_putc(&url, memchr(app->logout_url.p, '?', app->logout_url.n) == NULL ? '?' : '&');
    buf_put(&url, buf_slice(&query));
    if (buf_ok(&query) && buf_ok(&url))
        work->frames[work->frame_count++] = buf_slice(&url);
}

/* The applications that the sessions are signed in to, told by a frame each. */
static err list_frames(struct exchange *x)
{
    struct logout_work *work = logout_work(x);
    struct guid apps[LOGOUT_FRAMES];

    work->frame_count = 0;
    for (size_t i = 0; i < work->hosted.session_count; i++) {
        const struct session *session = &work->hosted.sessions[i].session;
        size_t n = LOGOUT_FRAMES;
        if (!ends(work, i))
            continue;
        TRY(store_session_applications(x->api->store, session->id, apps, &n));
        for (size_t k = 0; k < n; k++)
            add_frame(x, directory_application(x->directory, x->tenant->id, apps[k]), session);
    }
    return OK;
}

static err load(struct exchange *x)
{
    struct logout_work *work = logout_work(x);

    TRY(hosted_load_sessions(x));
    work->facts.sessions = work->hosted.sessions;
    work->facts.session_count = work->hosted.session_count;
    work->kind = logout_decide(&work->facts, &work->session);
    return list_frames(x);
}

static err decide(struct exchange *x)
{
    struct logout_work *work = logout_work(x);

    for (size_t i = 0; i < work->hosted.session_count; i++) {
        const struct session *session = &work->hosted.sessions[i].session;
        if (!ends(work, i))
            continue;
        struct store_write *write = exchange_write(x, WRITE_SESSION_END);
        write->guid = session->id;
        write->at = x->now;
        session_cookie_remove(&work->hosted.cookie, session->id);
        work->hosted.cookie_changed = true;
    }
    return OK;
}

static err issue(struct exchange *x)
{
    const struct logout_work *work = logout_work(x);

    for (size_t i = 0; i < work->hosted.session_count; i++)
        if (ends(work, i))
            EMIT(x->api->events, session_ended, &x->correlation_id, field_tenant(x->tenant->id),
                 field_user(work->hosted.sessions[i].user.id));
    return OK;
}

/* ---- reply ---- */

static err put_asked(struct exchange *x, struct slice *text)
{
    uint8_t binding[FLOW_BINDING];
    struct buf out;

    TRY(flow_cookie_ensure(x, binding));
    buf_init_arena(&out, &x->call->arena, B64URL_LENGTH(FLOW_BINDING));
    b64url_put(&out, binding, sizeof binding);
    *text = buf_slice(&out);
    return OK;
}

/* Several accounts, and nothing says which: the page asks, and brings the parameters back. */
static err reply_question(struct exchange *x)
{
    static const char *const names[] = { "post_logout_redirect_uri", "state", "client_id" };
    struct page_field fields[HIDDEN_MAX];
    struct page page = { .kind = PAGE_SIGN_OUT, .action = x->call->request.path, .hidden = fields };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (get(x, names[i]).n > 0)
            fields[page.hidden_count++] = (struct page_field){ slice_of(names[i]), get(x, names[i]) };
    fields[page.hidden_count] = (struct page_field){ SLICE("asked"), SLICE_EMPTY };
    TRY(put_asked(x, &fields[page.hidden_count++].value));
    hosted_list_accounts(x, &page);
    return hosted_render(x, &page);
}

static err reply(struct exchange *x)
{
    struct logout_work *work = logout_work(x);
    struct page page = { .kind = PAGE_SIGNED_OUT, .frames = work->frames, .frame_count = work->frame_count };
    struct page_field state = { SLICE("state"), work->hosted.request.state };

    if (work->kind == LOGOUT_ASK)
        return reply_question(x);
    if (work->hosted.cookie_changed)
        TRY(session_cookie_write(x, &work->hosted.cookie));
    if (work->hosted.request.redirect_uri.n > 0)
        TRY(hosted_location(x, &state, state.value.n > 0, &page.link));
    if (page.link.n > 0 && page.frame_count == 0)
        return hosted_redirect(x, page.link);
    return hosted_render(x, &page);
}

const struct exchange_steps logout_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = reply, .refuse = hosted_refuse
};
