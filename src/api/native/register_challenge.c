/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/register/v1.0/challenge: a code to the contact that is to be registered (spec V1, 3.14). */
#include "api/endpoints.h"

#include "wire/phone.h"

/* Said, or judged by the look of the contact. */
static bool parse_channel(struct slice name, struct slice target, enum channel *channel)
{
    if (name.n > 0)
        return channel_parse(name, channel);
    *channel = target.n > 0 && target.p[0] == '+' ? CHANNEL_SMS : CHANNEL_EMAIL;
    return true;
}

/* facts.target stays NULL where it is no contact of its channel. */
static void parse_contact(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct slice target = slice_trim(form_get(&x->form, SLICE("challenge_target")));
    char number[PHONE_SIZE];

    if (exchange_refused(x))
        return;
    if (!parse_channel(form_get(&x->form, SLICE("challenge_channel")), target, &work->facts.channel)) {
        exchange_refuse(x, ERROR_CHANNEL_UNKNOWN, SLICE_EMPTY);
        return;
    }
    bool fine = work->facts.channel == CHANNEL_SMS
                    ? err_is_ok(phone_parse(target, number)) &&
                          slice_to_cstr(slice_of(number), work->target, sizeof work->target)
                    : err_is_ok(email_parse(target, &work->email)) &&
                          slice_to_cstr(slice_of(work->email.given), work->target, sizeof work->target);
    work->facts.target = fine ? work->target : NULL;
}

static void parse_type(struct exchange *x)
{
    struct slice type = exchange_require(x, "challenge_type");

    if (!exchange_refused(x) && !slice_eq(type, SLICE("oob")))
        exchange_refuse(x, ERROR_METHOD_TYPE_UNKNOWN, SLICE_EMPTY);
}

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_REGISTER_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    (void)exchange_require(x, "continuation_token");
    parse_type(x);
    parse_contact(x);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps register_challenge_steps = NATIVE_STEPS(parse);
