/* SPDX-License-Identifier: Apache-2.0 */
#include "api/extensions.h"

#include "api/tokens.h"
#include "crypto/hmac.h"
#include "wire/json_out.h"

#include <stdlib.h>

enum { CLAIMS_MAX = 1024, TOKEN_SECONDS = 600, SIGNATURE_MAX = 80 };

/* Who calls, in the tokens of Entra's extensions: APIs check it (spec OIDC, 11.1). */
static const char caller_id[] = "99045fe1-7639-4a75-9d4a-577b6ca3810f";

static bool is_for(const struct extension *e, const struct application *app)
{
    const struct guid nil = GUID_NIL;
    struct guid_text id = guid_format(app == NULL ? nil : app->client_id);

    for (size_t i = 0; i < e->applications.n; i++)
        if (slice_eq_nocase(e->applications.items[i], slice_of(id.c)))
            return true;
    return e->applications.n == 0;
}

const struct extension *extension_find(const struct tenant *tenant, const struct application *app,
                                       enum extension_event event)
{
    for (size_t i = 0; i < tenant->extension_count; i++)
        if (tenant->extensions[i].event == event && is_for(&tenant->extensions[i], app))
            return &tenant->extensions[i];
    return NULL;
}

/* ---- who we are ---- */

static void put_claims(const struct tenant *tenant, const struct extension *e, instant now, struct slice issuer,
                       struct buf *out)
{
    struct guid_text tid = guid_format(tenant->id);
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_text(&j, "aud", e->resource_id);
    json_text(&j, "iss", issuer);
    json_number(&j, "iat", now);
    json_number(&j, "nbf", now);
    json_number(&j, "exp", now + TOKEN_SECONDS);
    json_cstr(&j, "azp", caller_id);
    json_cstr(&j, "azpacr", "2");
    json_cstr(&j, "oid", caller_id);
    json_cstr(&j, "sub", caller_id);
    json_cstr(&j, "tid", tid.c);
    json_cstr(&j, "ver", "2.0");
    json_end(&j);
}

static err make_token(struct api *api, const struct tenant *tenant, const struct extension *e, instant now,
                      struct arena *arena, const char **out)
{
    struct slice issuer = tokens_issuer(api, tenant, arena);
    struct buf claims, text;

    buf_init_arena(&claims, arena, CLAIMS_MAX);
    put_claims(tenant, e, now, issuer, &claims);
    buf_init_arena(&text, arena, LIMIT_TOKEN);
    buf_puts(&text, "Bearer ");
    struct keyring *ring = api_keyring(api);
    err signed_ = keyring_sign(ring, ALG_RS256, buf_slice(&claims), &text);
    keyring_release(ring);
    TRY(signed_);
    buf_putc(&text, '\0');
    ENSURE(buf_ok(&claims) && buf_ok(&text), FULL);
    *out = text.p;
    return OK;
}

static err make_signature(const struct extension *e, struct slice body, struct arena *arena, const char **out)
{
    char name[LIMIT_RESOURCE];
    struct buf text;

    ENSURE(slice_to_cstr(e->secret, name, sizeof name), NOT_FOUND);
    const char *secret = getenv(name);
    ENSURE(secret != NULL && secret[0] != '\0', NOT_FOUND);
    buf_init_arena(&text, arena, SIGNATURE_MAX);
    buf_puts(&text, "sha256=");
    TRY(hmac_sha256_hex(slice_of(secret), body, &text));
    buf_putc(&text, '\0');
    ENSURE(buf_ok(&text), FULL);
    *out = text.p;
    return OK;
}

/* As the extension declares. */
static err authorize(struct api *api, const struct hook_facts *facts, instant now, struct arena *arena,
                     struct hook_call *call)
{
    call->authorization = "";
    call->signature = "";
    switch (facts->extension->auth) {
    case EXTENSION_AUTH_TOKEN:
        return make_token(api, facts->tenant, facts->extension, now, arena, &call->authorization);
    case EXTENSION_AUTH_HMAC:
        return make_signature(facts->extension, call->body, arena, &call->signature);
    default:
        return OK;
    }
}

/* ---- a call ---- */

/* A text of the directory as libcurl takes it. */
static const char *cstr_of(struct arena *arena, struct slice text)
{
    char *copy = arena_take(arena, text.n + 1);

    if (copy == NULL || !slice_to_cstr(text, copy, text.n + 1))
        return NULL;
    return copy;
}

err extension_prepare(struct api *api, const struct hook_facts *facts, instant now, struct arena *arena,
                      struct hook_call *call)
{
    struct buf body;

    buf_init_arena(&body, arena, LIMIT_HOOK_BODY);
    hook_envelope(facts, &body);
    ENSURE(buf_ok(&body), FULL);
    *call = (struct hook_call){
        .body = buf_close_arena(&body, arena),
        .url = cstr_of(arena, facts->extension->url),
        .timeout_ms = facts->extension->timeout_ms,
        .retries = facts->extension->retries,
        .reply = arena_take_raw(arena, LIMIT_HOOK_REPLY),
    };
    ENSURE(call->url != NULL && call->reply != NULL, FULL);
    return authorize(api, facts, now, arena, call);
}

enum hook_failure extension_conclude(struct api *api, const struct hook_call *call, enum extension_event event,
                                     struct guid tenant_id, const struct guid *correlation_id, struct arena *arena,
                                     struct hook_answer *answer)
{
    enum hook_failure failure = call->failure;

    if (failure == HOOK_FINE)
        failure = hook_answer_read(event, (struct slice){ call->reply, call->reply_n }, arena, answer);
    if (failure != HOOK_FINE)
        EMIT(api->events, extension_failed, correlation_id, field_tenant(tenant_id),
             field_code(hook_failure_code(failure)), field_status((int)call->status),
             field_reason(hook_failure_text(failure)));
    return failure;
}

/* ---- asked by an exchange ---- */

static void on_answer(struct hook_call *call)
{
    struct exchange *x = call->ctx;

    exchange_wake(x);
}

err extension_ask(struct exchange *x, const struct extension *extension, struct hook_facts *facts,
                  struct extension_question *q)
{
    facts->event = extension->event;
    facts->extension = extension;
    facts->tenant = x->tenant;
    facts->application = x->app;
    facts->correlation_id = x->correlation_id;
    facts->client_address = x->call->request.client_address;
    TRY(extension_prepare(x->api, facts, x->now, &x->call->arena, &q->call));
    q->call.done = on_answer;
    q->call.ctx = x;
    q->asked = true;
    q->answered = false;
    q->event = extension->event;
    exchange_wait(x);
    err submitted = hooks_submit(x->api->hook_calls, &q->call);
    if (!err_is_ok(submitted))
        exchange_wake_with(x, submitted);
    return OK;
}

void extension_read(struct exchange *x, struct extension_question *q)
{
    if (!q->asked || q->answered)
        return;
    q->answered = true;
    q->failure =
        extension_conclude(x->api, &q->call, q->event, x->tenant->id, &x->correlation_id, &x->call->arena, &q->answer);
}

err extension_ask_claims(struct exchange *x, const struct user *user, struct extension_question *q, bool *waits)
{
    const struct extension *extension = extension_find(x->tenant, x->app, EXTENSION_TOKEN_ISSUANCE);

    *waits = false;
    if (extension == NULL)
        return OK;
    extension_read(x, q);
    if (!q->answered) {
        struct hook_facts facts = { .user = user };
        *waits = true;
        return extension_ask(x, extension, &facts, q);
    }
    if (q->failure != HOOK_FINE)
        exchange_refuse(x, ERROR_EXTENSION_FAILED, SLICE_EMPTY);
    return OK;
}
