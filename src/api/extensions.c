/* SPDX-License-Identifier: Apache-2.0 */
#include "api/extensions.h"

#include "api/tokens.h"
#include "crypto/hmac.h"
#include "wire/json_out.h"

#include <stdlib.h>

enum { BODY_MAX = 12288, CLAIMS_MAX = 1024, TOKEN_SECONDS = 600, SIGNATURE_MAX = 80 };

/* Who calls, in the tokens of Entra's extensions: APIs check it (spec OIDC, 11.1). */
static const char caller_id[] = "99045fe1-7639-4a75-9d4a-577b6ca3810f";

static bool is_for(const struct extension *e, const struct application *app)
{
    struct guid_text id = guid_format(app->client_id);

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
                      struct slice issuer, struct arena *arena, const char **out)
{
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

err extension_authorize(struct api *api, const struct tenant *tenant, const struct extension *extension, instant now,
                        struct slice issuer, struct slice body, struct arena *arena, const char **authorization,
                        const char **signature)
{
    *authorization = "";
    *signature = "";
    switch (extension->auth) {
    case EXTENSION_AUTH_TOKEN:
        return make_token(api, tenant, extension, now, issuer, arena, authorization);
    case EXTENSION_AUTH_HMAC:
        return make_signature(extension, body, arena, signature);
    default:
        return OK;
    }
}

/* ---- asking ---- */

static void on_answer(struct hook_call *call)
{
    struct exchange *x = call->ctx;

    exchange_wake(x);
}

static void complete_facts(struct exchange *x, const struct extension *extension, struct hook_facts *facts)
{
    facts->event = extension->event;
    facts->extension = extension;
    facts->tenant = x->tenant;
    facts->application = x->app;
    facts->correlation_id = x->correlation_id;
    facts->client_address = x->call->request.client_address;
}

/* A text of the directory as libcurl takes it. */
static const char *cstr_of(struct exchange *x, struct slice text)
{
    char *copy = arena_take(&x->call->arena, text.n + 1);

    if (copy == NULL || !slice_to_cstr(text, copy, text.n + 1))
        return NULL;
    return copy;
}

static err prepare(struct exchange *x, const struct extension *extension, struct hook_facts *facts,
                   struct hook_call *call)
{
    struct arena *arena = &x->call->arena;
    struct buf body;

    complete_facts(x, extension, facts);
    buf_init_arena(&body, arena, BODY_MAX);
    hook_envelope(facts, &body);
    ENSURE(buf_ok(&body), FULL);
    struct slice sent = buf_close_arena(&body, arena);
    *call = (struct hook_call){
        .url = cstr_of(x, extension->url),
        .body = sent,
        .timeout_ms = extension->timeout_ms,
        .retries = extension->retries,
        .reply = arena_take_raw(arena, LIMIT_HOOK_REPLY),
        .done = on_answer,
        .ctx = x,
    };
    ENSURE(call->url != NULL && call->reply != NULL, FULL);
    return extension_authorize(x->api, x->tenant, extension, x->now, tokens_issuer(x), call->body, arena,
                               &call->authorization, &call->signature);
}

err extension_ask(struct exchange *x, const struct extension *extension, struct hook_facts *facts,
                  struct extension_question *q)
{
    TRY(prepare(x, extension, facts, &q->call));
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
    q->failure = q->call.failure;
    if (q->failure == HOOK_FINE)
        q->failure =
            hook_answer_read(q->event, (struct slice){ q->call.reply, q->call.reply_n }, &x->call->arena, &q->answer);
    if (q->failure == HOOK_FINE)
        return;
    EMIT(x->api->events, extension_failed, &x->correlation_id, field_tenant(x->tenant->id),
         field_code(hook_failure_code(q->failure)), field_status((int)q->call.status),
         field_reason(hook_failure_text(q->failure)));
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
