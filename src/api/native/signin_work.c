/* SPDX-License-Identifier: Apache-2.0 */
#include "api/native/signin_work.h"

#include "api/continuation_token.h"
#include "wire/native_in.h"
#include "wire/native_out.h"

struct signin_work *signin_work(struct exchange *x)
{
    return x->work;
}

void signin_check_application(struct exchange *x, enum error_id not_public)
{
    if (!x->app->native_authentication)
        exchange_refuse(x, ERROR_NATIVE_DISABLED, SLICE_EMPTY);
    else if (!x->app->public_client)
        exchange_refuse(x, not_public, SLICE_EMPTY);
}

void signin_parse_challenge_types(struct exchange *x, bool needed)
{
    struct signin_facts *facts = &signin_work(x)->facts;
    struct slice list = form_get(&x->form, SLICE("challenge_type"));

    if (exchange_refused(x) || (list.n == 0 && !needed))
        return;
    if (list.n == 0)
        exchange_refuse(x, ERROR_PARAMETER_MISSING, SLICE("challenge_type"));
    else if (!challenge_types_parse(list, &facts->challenge_types))
        exchange_refuse(x, ERROR_CHALLENGE_TYPE_UNKNOWN, SLICE_EMPTY);
    else if ((facts->challenge_types & CHALLENGE_REDIRECT) == 0)
        exchange_refuse(x, ERROR_REDIRECT_MISSING, SLICE_EMPTY);
}

void signin_parse_continuation(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    if (exchange_refused(x))
        return;
    err opened = continuation_open(x->api->vault, form_get(&x->form, SLICE("continuation_token")), x->now, &work->at);
    if (!err_is_ok(opened) || !guid_eq(work->at.tenant_id, x->tenant->id) ||
        !guid_eq(work->at.client_id, x->app->client_id)) {
        exchange_refuse(x, ERROR_CONTINUATION_INVALID, SLICE_EMPTY);
        return;
    }
    work->facts.at = &work->at;
}

err signin_load_subject(struct exchange *x)
{
    struct signin_work *work = signin_work(x);

    work->facts.user = NULL;
    if (!work->at.decoy) {
        err loaded = store_user(x->api->store, x->tenant->id, work->at.subject, &work->user);
        if (loaded.code != ERR_NOT_FOUND) {
            TRY(loaded);
            work->facts.user = &work->user;
        }
    }
    TRY(store_passcode(x->api->store, work->at.subject, &work->passcode));
    work->facts.passcode = &work->passcode;
    return OK;
}

static void complete_facts(struct exchange *x)
{
    struct signin_facts *facts = &signin_work(x)->facts;

    facts->policy = x->api->policy;
    facts->tenant = x->tenant;
    facts->client_id = x->app->client_id;
    facts->now = x->now;
}

err signin_decide_step(struct exchange *x)
{
    struct signin_work *work = signin_work(x);
    struct outcome *out = &work->outcome;

    complete_facts(x);
    signin_decide(work->request, &work->facts, out);
    if (out->kind == OUTCOME_REFUSE)
        exchange_refuse(x, out->refusal, out->wait_seconds > 0 ? exchange_number(x, out->wait_seconds) : SLICE_EMPTY);
    if (out->write_passcode)
        exchange_write(x, WRITE_PASSCODE_SWAP)->passcode = &out->passcode;
    return OK;
}

void signin_code_mac(struct exchange *x, struct guid subject, uint64_t challenge_id, struct slice code,
                     uint8_t out[PASSCODE_MAC])
{
    const struct slice parts[] = { slice_bytes(subject.b, sizeof subject.b),
                                   slice_bytes(&challenge_id, sizeof challenge_id), code };

    vault_mac(x->api->vault, VAULT_CODE, parts, sizeof parts / sizeof parts[0], out);
}

static err reply_challenge(struct exchange *x, struct slice token)
{
    struct signin_work *work = signin_work(x);
    struct buf label;

    buf_init_arena(&label, &x->call->arena, LIMIT_LABEL);
    email_mask(slice_of(work->outcome.next.username), &label);
    native_oob(&(struct native_challenge){ token, buf_slice(&label), x->api->policy->code_digits,
                                           x->api->policy->resend_seconds },
               &x->body);
    return OK;
}

err signin_reply(struct exchange *x)
{
    const struct outcome *out = &signin_work(x)->outcome;
    struct slice token;

    if (out->kind == OUTCOME_REDIRECT) {
        EMIT(x->api->events, signin_redirected, &x->correlation_id, field_tenant(x->tenant->id),
             field_reason(out->reason));
        native_redirect(slice_of(out->reason), &x->body);
        return OK;
    }
    TRY(continuation_seal(x->api->vault, &out->next, &x->call->arena, &token));
    if (out->kind == OUTCOME_CHALLENGE)
        return reply_challenge(x, token);
    native_continuation(token, &x->body);
    return OK;
}
