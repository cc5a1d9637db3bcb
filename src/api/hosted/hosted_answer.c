/* SPDX-License-Identifier: Apache-2.0 */
/* What goes back to the application: a code, tokens, or an error, by the response mode it asked for (spec OIDC, 2.2, 2.3). */
#include "api/hosted/hosted_work.h"

#include "flow/redirect_uri.h"
#include "token/claims.h"

#include <string.h>

enum { DESCRIPTION_MAX = 512, SEEN_SECONDS = 300, PARAMETERS_MAX = 12 };

/* ---- writes ---- */

static err add_code(struct exchange *x, const struct session *session, const struct user *user)
{
    struct hosted_work *work = hosted_work(x);
    const struct authorization *request = &work->request;
    struct authorization_code *code = &work->answer.code;

    *code = (struct authorization_code){
        .id = store_next_id(x->api->store),
        .tenant_id = x->tenant->id,
        .client_id = x->app->client_id,
        .user_id = user->id,
        .session_id = session->id,
        .grant_id = store_next_id(x->api->store),
        .platform = request->platform,
        .challenge_is_plain = request->challenge_is_plain,
        .auth_time = request->auth_time,
        .proofs = session->proofs,
        .authenticated_at = session->authenticated_at,
        .issued_at = x->now,
        .expires_at = x->now + x->api->policy->authorization_code_seconds,
    };
    ENSURE(slice_to_cstr(request->redirect_uri, code->redirect_uri, sizeof code->redirect_uri) &&
               slice_to_cstr(request->scope, code->scope, sizeof code->scope) &&
               slice_to_cstr(request->nonce, code->nonce, sizeof code->nonce) &&
               slice_to_cstr(request->code_challenge, code->code_challenge, sizeof code->code_challenge),
           FULL);
    opaque_make(x->api->vault, x->api->rng, OPAQUE_CODE, code->id, &work->answer.code_text, code->hash);
    exchange_write(x, WRITE_CODE_ADD)->code = code;
    return OK;
}

static void let_device_go_on(struct exchange *x, const struct session *session, const struct user *user)
{
    struct device_code *device = &hosted_work(x)->device;

    device->id = hosted_work(x)->request.device_id;
    device->state = DEVICE_GRANTED;
    device->user_id = user->id;
    device->session_id = session->id;
    device->proofs = session->proofs;
    device->authenticated_at = session->authenticated_at;
    exchange_write(x, WRITE_DEVICE_DECIDE)->device = device;
}

/* That the session is in use, and where: for single sign-out. */
static void note_use(struct exchange *x, const struct session *session)
{
    struct store_write *write = exchange_write(x, WRITE_SESSION_APPLICATION);

    write->guid = session->id;
    write->client_id = x->app->client_id;
    if (x->now < session->seen_at + SEEN_SECONDS)
        return;
    write = exchange_write(x, WRITE_SESSION_SEEN);
    write->guid = session->id;
    write->at = x->now;
}

/* ---- tokens of the implicit and hybrid flows ---- */

static bool gives_tokens(const struct authorization *request)
{
    return request->device_id == 0 && (request->response_types & (RESPONSE_ID_TOKEN | RESPONSE_TOKEN)) != 0;
}

err hosted_ask_for_tokens(struct exchange *x, const struct user *user, bool *goes_on)
{
    struct hosted_work *work = hosted_work(x);
    const struct scope_rules rules = { .app = x->app, .directory = x->directory };
    bool waits = false;

    *goes_on = true;
    if (!gives_tokens(&work->request))
        return OK;
    enum scope_result result = scope_read(&rules, work->request.scope, SCOPE_FIRST, &work->answer.scope);
    if (result != SCOPE_OK)
        exchange_refuse(x, scope_refusal(result, SCOPE_AT_AUTHORIZE), SLICE_EMPTY);
    else
        TRY(extension_ask_claims(x, user, &work->native.issuance, &waits));
    *goes_on = !exchange_refused(x) && !waits;
    return OK;
}

static void prepare_tokens(struct exchange *x, const struct session *session, const struct user *user)
{
    struct hosted_work *work = hosted_work(x);

    work->answer.issued = (struct issued){ .scope = &work->answer.scope,
                                           .user = user,
                                           .session_id = session->id,
                                           .authenticated_at = session->authenticated_at,
                                           .proofs = session->proofs,
                                           .extra = work->native.issuance.answer.claims,
                                           .nonce = work->request.nonce,
                                           .auth_time = work->request.auth_time,
                                           .persistent = session->persistent,
                                           .bound = true };
}

err hosted_sign_answer(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    struct hosted_answer *answer = &work->answer;
    uint8_t types = work->request.response_types;
    unsigned which = 0;

    if (!gives_tokens(&work->request))
        return OK;
    if ((types & RESPONSE_TOKEN) != 0)
        which |= ISSUE_ACCESS_TOKEN;
    if ((types & RESPONSE_ID_TOKEN) != 0)
        which |= ISSUE_ID_TOKEN;
    if ((types & RESPONSE_CODE) != 0)
        answer->issued.code = slice_of(answer->code_text.c);
    return tokens_sign_some(x, &answer->issued, which);
}

/* ---- */

err hosted_give_answer(struct exchange *x, const struct session *session, struct user *user)
{
    struct hosted_work *work = hosted_work(x);

    work->answer.given = true;
    work->answer.session_id = session->id;
    work->user = user;
    work->page = PAGE_NONE;
    if (gives_tokens(&work->request))
        prepare_tokens(x, session, user);
    note_use(x, session);
    if (work->request.device_id != 0) {
        let_device_go_on(x, session, user);
        work->page = PAGE_DEVICE_DONE;
        return OK;
    }
    return (work->request.response_types & RESPONSE_CODE) != 0 ? add_code(x, session, user) : OK;
}

/* ---- the way back ---- */

/* What the address gets, in the order of the wire. */
struct parameters {
    struct page_field fields[PARAMETERS_MAX];
    size_t n;
};

static void add(struct parameters *list, const char *name, struct slice value)
{
    if (value.n == 0)
        return;
    ASSERT(list->n < PARAMETERS_MAX);
    list->fields[list->n++] = (struct page_field){ slice_of(name), value };
}

static char separator(const struct authorization *request)
{
    struct slice uri = request->redirect_uri;

    if (request->mode == MODE_FRAGMENT)
        return '#';
    return uri.n > 0 && memchr(uri.p, '?', uri.n) != NULL ? '&' : '?';
}

err hosted_location(struct exchange *x, const struct page_field *fields, size_t n, struct slice *out)
{
    const struct authorization *request = &hosted_work(x)->request;
    struct buf parameters, location;

    buf_init_arena(&parameters, &x->call->arena, LIMIT_LOCATION);
    for (size_t i = 0; i < n; i++)
        form_put(&parameters, fields[i].name, fields[i].value);
    ENSURE(buf_ok(&parameters), FULL);
    struct slice encoded = buf_close_arena(&parameters, &x->call->arena);
    buf_init_arena(&location, &x->call->arena, request->redirect_uri.n + encoded.n + 3);
    redirect_uri_put(&location, request->redirect_uri);
    if (n > 0)
        buf_putc(&location, separator(request));
    buf_put(&location, encoded);
    ENSURE(buf_ok(&location), FULL);
    *out = buf_slice(&location);
    return OK;
}

err hosted_redirect(struct exchange *x, struct slice location)
{
    char *value = arena_take(&x->call->arena, location.n + 1);

    ENSURE(value != NULL && slice_to_cstr(location, value, location.n + 1), FULL);
    x->call->reply.status = 302;
    http_header(&x->call->reply, "Content-Type", "text/html; charset=utf-8");
    http_header(&x->call->reply, "Location", value);
    http_header(&x->call->reply, "Referrer-Policy", "no-referrer");
    return OK;
}

static err send_back(struct exchange *x, const struct parameters *list)
{
    struct hosted_work *work = hosted_work(x);
    struct slice location;

    if (work->cookie_changed)
        TRY(session_cookie_write(x, &work->cookie));
    if (work->request.mode == MODE_FORM_POST)
        return hosted_reply_form_post(x, list->fields, list->n);
    TRY(hosted_location(x, list->fields, list->n, &location));
    return hosted_redirect(x, location);
}

err hosted_reply_answer(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    const struct hosted_answer *answer = &work->answer;
    struct parameters list = { .n = 0 };

    if (answer->code.id != 0)
        add(&list, "code", slice_of(answer->code_text.c));
    if (answer->issued.access_token.n > 0) {
        add(&list, "access_token", answer->issued.access_token);
        add(&list, "token_type", SLICE("Bearer"));
        add(&list, "expires_in", exchange_number(x, answer->issued.expires_in));
        add(&list, "scope", slice_of(answer->scope.granted));
    }
    add(&list, "id_token", answer->issued.id_token);
    add(&list, "client_info", work->request.client_info ? tokens_client_info(x, work->user->id) : SLICE_EMPTY);
    add(&list, "state", work->request.state);
    add(&list, "session_state", exchange_guid(x, answer->session_id));
    add(&list, "iss", tokens_issuer(x->api, x->tenant, &x->call->arena));
    return send_back(x, &list);
}

err hosted_reply_error(struct exchange *x, enum error_id id)
{
    const struct error_facts facts = { .detail = x->refusal_detail,
                                       .origin = x->api->origin,
                                       .trace_id = x->trace_id,
                                       .correlation_id = x->correlation_id,
                                       .now = x->now };
    struct parameters list = { .n = 0 };
    struct buf description;

    buf_init_arena(&description, &x->call->arena, DESCRIPTION_MAX);
    error_description(id, &facts, &description);
    add(&list, "error", slice_of(error_row(id)->error));
    add(&list, "error_description", buf_slice(&description));
    add(&list, "state", hosted_work(x)->request.state);
    add(&list, "iss", tokens_issuer(x->api, x->tenant, &x->call->arena));
    return send_back(x, &list);
}
