/* SPDX-License-Identifier: Apache-2.0 */
#include "api/courier.h"

#include "api/extensions.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A letter with an extension. The mailer's, but between hooks_submit and `ended` the thread of the calls has it. */
struct parcel {
    bool busy;
    struct hook_call call;
    enum extension_event event;
    struct guid tenant_id;
    struct guid correlation_id;
    bool fall_back;
    _Atomic bool ended;
    struct arena arena;
    char block[COURIER_LETTER_MEMORY];
};

struct courier {
    struct api *api;
    struct parcel parcels[OUTBOX_TAGS]; /* by tag; memory that no letter has needed is not resident */
};

err courier_new(struct api *api, struct courier **out)
{
    struct courier *c = calloc(1, sizeof *c);

    ENSURE(c != NULL, NO_MEMORY);
    c->api = api;
    *out = c;
    return OK;
}

static void release(struct parcel *p)
{
    arena_reset(&p->arena); /* it held the code */
    p->busy = false;
}

void courier_free(struct courier *c)
{
    if (c == NULL)
        return;
    for (unsigned tag = 0; tag < OUTBOX_TAGS; tag++)
        if (c->parcels[tag].busy)
            release(&c->parcels[tag]);
    free(c);
}

/* ---- sending ---- */

/* What the code is for (spec OIDC, 11.5). */
static const char *const request_types[LETTER_KINDS] = {
    [LETTER_SIGNIN_CODE] = "signIn",        [LETTER_SIGNUP_CODE] = "signUp",
    [LETTER_RESET_CODE] = "forgotPassword", [LETTER_FACTOR_CODE] = "signIn",
    [LETTER_REGISTER_CODE] = "signIn",      [LETTER_ACCOUNT_EXISTS] = NULL, /* has no code to tell */
};

/* Fills `facts`; false: no extension sends this letter. */
static bool find_extension(const struct directory *d, const struct mail *mail, const struct letter *letter,
                           struct hook_facts *facts)
{
    struct guid client_id = { { 0 } };

    facts->event = letter->channel == CHANNEL_SMS ? EXTENSION_SMS_SEND : EXTENSION_OTP_SEND;
    facts->request_type = request_types[letter->kind];
    facts->tenant = directory_tenant_by_id(d, mail->tenant_id);
    if (facts->tenant == NULL || facts->request_type == NULL)
        return false;
    if (guid_parse(slice_of(letter->client_id), &client_id))
        facts->application = directory_application(d, mail->tenant_id, client_id);
    facts->extension = extension_find(facts->tenant, facts->application, facts->event);
    facts->correlation_id = mail->correlation_id;
    facts->client_address = "";
    facts->locale = slice_of(letter->language);
    facts->code = slice_of(letter->code);
    facts->to = slice_of(letter->to);
    return facts->extension != NULL;
}

static void on_answer(struct hook_call *call)
{
    struct parcel *p = call->ctx;

    atomic_store_explicit(&p->ended, true, memory_order_release);
}

static err call_extension(struct courier *c, struct parcel *p, const struct hook_facts *facts)
{
    p->busy = true;
    atomic_store_explicit(&p->ended, false, memory_order_relaxed);
    arena_init(&p->arena, p->block, sizeof p->block);
    TRY(extension_prepare(c->api, facts, clock_now(c->api->clock), &p->arena, &p->call));
    p->event = facts->event;
    p->tenant_id = facts->tenant->id;
    p->correlation_id = facts->correlation_id;
    p->fall_back = facts->extension->fallback && facts->event == EXTENSION_OTP_SEND; /* nothing else sends texts */
    p->call.done = on_answer;
    p->call.ctx = p;
    return hooks_submit(c->api->hook_calls, &p->call);
}

static err hand_over(struct courier *c, unsigned tag, const struct hook_facts *facts)
{
    struct parcel *p = &c->parcels[tag];

    ENSURE(!p->busy, FULL);
    err e = call_extension(c, p, facts);
    if (err_is_ok(e))
        return OK;
    release(p);
    EMIT(c->api->events, extension_failed, &facts->correlation_id, field_tenant(facts->tenant->id),
         field_code(hook_failure_code(HOOK_CALL)), field_status(0), field_reason(err_text(e)));
    return e.code == ERR_NOT_FOUND ? FAIL(CRYPTO) : e; /* a key or secret is missing; not the extension */
}

static err send(void *ctx, unsigned tag, const struct mail *mail, const struct letter *letter)
{
    struct courier *c = ctx;
    struct directory *d = api_directory(c->api);
    struct hook_facts facts = { 0 };
    err e = find_extension(d, mail, letter, &facts) ? hand_over(c, tag, &facts) : FAIL(NOT_FOUND);

    directory_release(d);
    return e;
}

/* ---- what became of it ---- */

static void conclude(struct courier *c, unsigned tag, struct outbox_handed *out)
{
    struct parcel *p = &c->parcels[tag];
    struct hook_answer answer;
    enum hook_failure failure =
        extension_conclude(c->api, &p->call, p->event, p->tenant_id, &p->correlation_id, &p->arena, &answer);

    *out = (struct outbox_handed){ .tag = tag,
                                   .delivered = failure == HOOK_FINE,
                                   .fall_back = failure != HOOK_FINE && p->fall_back,
                                   .detail = hook_failure_text(failure) };
    release(p);
}

static bool ended(void *ctx, struct outbox_handed *out)
{
    struct courier *c = ctx;

    for (unsigned tag = 0; tag < OUTBOX_TAGS; tag++) {
        const struct parcel *p = &c->parcels[tag];
        if (!p->busy || !atomic_load_explicit(&p->ended, memory_order_acquire))
            continue;
        conclude(c, tag, out);
        return true;
    }
    return false;
}

struct outbox_courier courier_functions(struct courier *c)
{
    return (struct outbox_courier){ send, ended, c };
}
