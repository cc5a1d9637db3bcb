/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /{tenant}/oauth2/v2.0/logout: a browser's session ends (spec OIDC, 6.1 and 6.2). Refresh tokens live on; who
 * wants them dead ends all sessions of the user. */
#include "api/endpoints.h"

#include "flow/redirect_uri.h"
#include "wire/json_in.h"

enum { PAYLOAD_MAX = 6144, FRAME_MAX = 512, HIDDEN_MAX = 4 };

static struct logout_work *logout_work(struct exchange *x)
{
    return x->work;
}

static struct slice get(struct exchange *x, const char *name)
{
    return form_get(&x->form, slice_of(name));
}

/* ---- parse ---- */

static struct guid guid_member(const struct json_t *claims, const char *name)
{
    struct slice text;
    struct guid id;

    return err_is_ok(json_in_text(claims, name, &text)) && guid_parse(text, &id) ? id : GUID_NIL;
}

/* One of our own, expired or not, of this tenant. */
static void read_hint(struct exchange *x, const struct json_t *claims)
{
    struct logout_facts *facts = &logout_work(x)->facts;

    if (!guid_eq(guid_member(claims, "tid"), x->tenant->id))
        return;
    facts->hinted_session = guid_member(claims, "sid");
    facts->hinted_user = guid_member(claims, "oid");
    x->app = directory_application(x->directory, x->tenant->id, guid_member(claims, "aud"));
}

static void parse_hint(struct exchange *x)
{
    struct slice token = get(x, "id_token_hint");
    struct json_t *claims;
    struct buf payload;

    if (token.n == 0)
        return;
    struct keyring *ring = api_keyring(x->api);
    buf_init_arena(&payload, &x->call->arena, PAYLOAD_MAX);
    err verified = keyring_verify(ring, token, &payload);
    keyring_release(ring);
    if (!err_is_ok(verified) || !err_is_ok(json_in_parse(buf_slice(&payload), PAYLOAD_MAX, &claims)))
        return;
    read_hint(x, claims);
    json_in_free(claims);
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
    struct guid client_id;

    if (x->app == NULL && guid_parse(get(x, "client_id"), &client_id))
        x->app = directory_application(x->directory, x->tenant->id, client_id);
    if (!is_registered(x, uri))
        return;
    request->redirect_uri = uri;
    request->state = get(x, "state").n <= LIMIT_STATE ? get(x, "state") : SLICE_EMPTY;
    request->mode = MODE_QUERY;
}

static err parse(struct exchange *x)
{
    struct logout_facts *facts = &logout_work(x)->facts;

    parse_hint(x);
    parse_address(x);
    logout_work(x)->hosted.request.ui_locales = get(x, "ui_locales");
    facts->logout_hint = get(x, "logout_hint");
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
    buf_putc(&url, '?');
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

/* Several accounts, and nothing says which: the page asks, and brings the parameters back. */
static err reply_question(struct exchange *x)
{
    static const char *const names[] = { "post_logout_redirect_uri", "state", "client_id" };
    struct page_field fields[HIDDEN_MAX];
    struct page page = { .kind = PAGE_SIGN_OUT, .action = x->call->request.path, .hidden = fields };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (get(x, names[i]).n > 0)
            fields[page.hidden_count++] = (struct page_field){ slice_of(names[i]), get(x, names[i]) };
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
