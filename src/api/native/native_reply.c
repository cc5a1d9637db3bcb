/* SPDX-License-Identifier: Apache-2.0 */
/* ISSUE and REPLY: events, the mailer, signatures; then the body of the outcome (spec V1, section 3). */
#include "api/continuation_token.h"
#include "api/native/native_work.h"
#include "wire/native_out.h"
#include "wire/phone.h"

#include "base/secret.h"

/* ---- issue ---- */

/* After the commit: only a counted attempt is an event. */
static void tell_wrong_proof(struct exchange *x)
{
    const struct outcome *out = &native_work(x)->outcome;

    if (!out->write_passcode && !out->counts_ahead)
        return;
    if (out->refusal == ERROR_CODE_WRONG)
        EMIT(x->api->events, code_wrong, &x->correlation_id, field_tenant(x->tenant->id),
             field_user(out->passcode.user_id), field_attempt(out->passcode.attempts));
    if (out->refusal == ERROR_PASSWORD_WRONG)
        EMIT(x->api->events, password_wrong, &x->correlation_id, field_tenant(x->tenant->id),
             field_user(out->passcode.user_id), field_attempt(out->passcode.failures));
    if (out->locks_user)
        EMIT(x->api->events, code_locked, &x->correlation_id, field_tenant(x->tenant->id),
             field_user(out->passcode.user_id), field_seconds(out->passcode.locked_until - x->now));
}

static void tell_code_sent(struct exchange *x)
{
    struct native_work *work = native_work(x);

    EMIT(x->api->events, code_sent, &x->correlation_id, field_tenant(x->tenant->id),
         field_application(x->app->client_id), field_user(work->outcome.passcode.user_id),
         field_mail((int64_t)work->mail.id));
}

/* What lasts beyond the flow. */
static void tell_changes(struct exchange *x)
{
    const struct native_work *work = native_work(x);

    if (work->outcome.add_user)
        EMIT(x->api->events, user_signed_up, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->user.id));
    if (work->outcome.end_sessions)
        EMIT(x->api->events, password_reset, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->user.id));
    if (work->outcome.add_method)
        EMIT(x->api->events, method_registered, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->user.id));
}

void native_tell(struct exchange *x)
{
    struct native_work *work = native_work(x);

    wipe(work->code, sizeof work->code);
    wipe(work->given_password, sizeof work->given_password);
    if (work->outcome.kind == OUTCOME_REFUSE) {
        tell_wrong_proof(x);
        return;
    }
    tell_changes(x);
    if (work->outcome.send_code && !exchange_refused(x))
        tell_code_sent(x);
    if (work->outcome.kind == OUTCOME_TOKENS && !exchange_refused(x))
        EMIT(x->api->events, signin_succeeded, &x->correlation_id, field_tenant(x->tenant->id),
             field_application(x->app->client_id), field_user(work->user.id));
}

err native_issue(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct outcome *out = &work->outcome;

    native_tell(x);
    if (out->kind == OUTCOME_INTERRUPT)
        TRY(continuation_seal(x->api->vault, &out->next, &x->call->arena, &x->refusal_extra.continuation_token));
    if (exchange_refused(x))
        return native_name_attributes(x);
    return out->kind == OUTCOME_TOKENS ? tokens_sign(x, &work->issued) : OK;
}

/* ---- reply ---- */

struct slice native_mask(struct exchange *x, enum channel channel, const char *target)
{
    struct buf label;

    buf_init_arena(&label, &x->call->arena, LIMIT_LABEL);
    if (channel == CHANNEL_SMS)
        phone_mask(slice_of(target), &label);
    else
        email_mask(slice_of(target), &label);
    return buf_close_arena(&label, &x->call->arena);
}

static void reply_code(struct exchange *x, struct slice token)
{
    const struct continuation *next = &native_work(x)->outcome.next;
    const char *target = next->target[0] != '\0' ? next->target : next->username;
    bool registers = native_work(x)->request == REQUEST_REGISTER_CHALLENGE;

    native_oob(
        &(struct native_challenge){
            .continuation_token = token,
            .channel = slice_of(channel_name(next->channel)),
            .target = registers ? slice_of(target) : SLICE_EMPTY, /* spec V1, 3.14: as given */
            .target_label = registers ? SLICE_EMPTY : native_mask(x, next->channel, target),
            .code_length = x->api->policy->code_digits,
            .interval = x->api->policy->resend_seconds,
        },
        &x->body);
}

static void reply_factors(struct exchange *x, struct slice token)
{
    struct native_work *work = native_work(x);
    struct native_method list[LIMIT_METHODS];
    struct guid_text ids[LIMIT_METHODS];
    size_t n = 0;

    for (size_t i = 0; i < work->facts.method_count; i++) {
        const struct method *method = &work->methods[i];
        if (!flow_method_usable(&work->facts, method))
            continue;
        ids[n] = guid_format(method->id);
        list[n] = (struct native_method){ slice_of(ids[n].c), slice_of(channel_name(method->channel)),
                                          native_mask(x, method->channel, method->target) };
        n++;
    }
    native_methods(token, list, n, &x->body);
}

static void reply_registrable(struct exchange *x, struct slice token)
{
    struct native_method list[CHANNEL_COUNT];
    size_t n = 0;

    if ((x->tenant->second_factors & FACTOR_EMAIL) != 0)
        list[n++] = (struct native_method){ SLICE("email"), SLICE("email"), slice_of(native_work(x)->user.email) };
    if ((x->tenant->second_factors & FACTOR_SMS) != 0)
        list[n++] = (struct native_method){ SLICE("sms"), SLICE("sms"), SLICE_EMPTY };
    native_methods(token, list, n, &x->body);
}

static err reply_token(struct exchange *x, struct slice token)
{
    const struct native_work *work = native_work(x);

    switch (work->outcome.kind) {
    case OUTCOME_CODE:
        reply_code(x, token);
        break;
    case OUTCOME_PASSWORD:
        native_challenge_type(token, SLICE("password"), &x->body);
        break;
    case OUTCOME_PREVERIFIED:
        native_challenge_type(token, SLICE("preverified"), &x->body);
        break;
    case OUTCOME_FACTORS:
        reply_factors(x, token);
        break;
    case OUTCOME_REGISTRABLE:
        reply_registrable(x, token);
        break;
    case OUTCOME_SUBMITTED:
        native_submitted(token, x->api->policy->poll_seconds, &x->body);
        break;
    case OUTCOME_SUCCEEDED:
        native_succeeded(token, &x->body);
        break;
    default:
        native_continuation(token,
                            work->request == REQUEST_RESET_CONTINUE
                                ? continuation_left(&work->outcome.next, x->api->policy, x->now)
                                : 0, /* spec V1, 3.10: time left for `submit` */
                            &x->body);
    }
    return OK;
}

err native_reply(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct outcome *out = &work->outcome;
    struct slice token;

    if (out->kind == OUTCOME_TOKENS)
        return tokens_reply(x, &work->issued);
    if (out->kind == OUTCOME_REDIRECT) {
        EMIT(x->api->events, signin_redirected, &x->correlation_id, field_tenant(x->tenant->id),
             field_reason(out->reason));
        native_redirect(slice_of(out->reason), &x->body);
        return OK;
    }
    TRY(continuation_seal(x->api->vault, &out->next, &x->call->arena, &token));
    return reply_token(x, token);
}
