/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/challenge: a code is mailed, the first or another one (spec V1, 3.2). */
#include "api/endpoints.h"

#include "api/letters.h"
#include "api/throttle.h"
#include "base/secret.h"

static err parse(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    work->request = SIGNIN_CHALLENGE;
    signin_check_application(x, ERROR_NOT_PUBLIC);
    (void)exchange_require(x, "continuation_token");
    signin_parse_challenge_types(x, false);
    work->facts.method_id_given = form_get(&x->form, SLICE("id")).n > 0;
    signin_parse_continuation(x);
    return OK;
}

/* Uniform digits (each from rejection sampling), never stored: the row keeps their MAC. */
static void make_code(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    uint32_t digits = x->api->policy->code_digits;

    for (uint32_t i = 0; i < digits; i++)
        work->code[i] = (char)('0' + rng_below(x->api->rng, 10));
    work->code[digits] = '\0';
    signin_code_mac(x, work->at.subject, work->facts.serial, slice_of(work->code), work->mac);
    work->facts.fresh_mac = work->mac;
}

static err load(struct exchange *x)
{
    signin_work(x)->facts.serial = store_next_id(x->api->store);
    make_code(x);
    return signin_load_subject(x);
}

/* The quotas of client address and tenant are taken only for a mail that would go out. */
static bool take_quota(struct exchange *x)
{
    int64_t wait = throttle_code(x->api->throttle, x->call->request.client_address, x->tenant->id, x->now);

    if (wait == 0)
        return true;
    x->batch.n = 0;
    x->retry_after = wait;
    exchange_refuse(x, ERROR_THROTTLED, SLICE_EMPTY);
    return false;
}

static err decide(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    TRY(signin_decide_step(x));
    if (!work->outcome.write_passcode || exchange_refused(x) || !take_quota(x) || !work->outcome.send_mail)
        return OK;
    TRY(letter_seal_code(x, work->user.email, work->code, &work->mail));
    exchange_write(x, WRITE_MAIL_ADD)->mail = &work->mail;
    return OK;
}

/* The mail is durable: tell the mailer. */
static err issue(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    wipe(work->code, sizeof work->code);
    if (exchange_refused(x) || !work->outcome.send_mail)
        return OK;
    EMIT(x->api->events, code_sent, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->user.id), field_mail((int64_t)work->mail.id));
    x->api->hooks.mail_waiting(x->api->hooks.ctx);
    return OK;
}

const struct exchange_steps challenge_steps = {
    .parse = parse, .load = load, .decide = decide, .issue = issue, .reply = signin_reply
};
