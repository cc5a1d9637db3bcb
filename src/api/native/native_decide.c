/* SPDX-License-Identifier: Apache-2.0 */
/* DECIDE: the flow's word, then its writes; or what must be found out first. */
#include "api/native/native_work.h"

#include "api/letters.h"
#include "api/throttle.h"

/* ---- writes ---- */

/* The quotas of client address and tenant are taken only for a code that would go out. */
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

/* The contact that is proved; else the account's own address as it is stored, which is not always as typed: who can
 * choose how an address is written must not choose whose mailbox gets the code. */
static const char *receiver(const struct native_work *work)
{
    const struct continuation *next = &work->outcome.next;

    if (work->outcome.send_to != NULL)
        return work->outcome.send_to;
    if (next->target[0] != '\0')
        return next->target;
    return work->facts.user != NULL ? work->user.email : next->username;
}

/* A made-up user's code is written and sealed like any other, so that the answer takes as long (spec V1, 6.14). */
static bool is_sent_to_nobody(const struct native_work *work)
{
    return work->outcome.kind == OUTCOME_CODE && work->outcome.write_passcode && work->outcome.next.decoy;
}

static err write_code(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct continuation *next = &work->outcome.next;

    if (!work->outcome.send_code && !is_sent_to_nobody(work))
        return OK;
    TRY(letter_seal_code(
        x,
        &(struct letter_order){
            .purpose = work->outcome.purpose, .channel = next->channel, .to = receiver(work), .code = work->code },
        &work->mail));
    if (work->outcome.send_code)
        exchange_write(x, WRITE_MAIL_ADD)->mail = &work->mail;
    return OK;
}

static void write_method(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct continuation *next = &work->outcome.next;

    work->method = (struct method){
        .id = work->facts.new_id, .user_id = work->user.id, .channel = next->channel, .created_at = x->now
    };
    slice_to_cstr(slice_of(next->target), work->method.target, sizeof work->method.target);
    exchange_write(x, WRITE_METHOD_ADD)->method = &work->method;
}

static void write_password(struct exchange *x)
{
    struct native_work *work = native_work(x);

    slice_to_cstr(slice_of(work->fresh_hash), work->user.password_hash, sizeof work->user.password_hash);
    work->user.password_must_change = false;
    if (work->outcome.end_sessions)
        work->user.sessions_valid_from = x->now;
    exchange_write(x, WRITE_USER_PASSWORD)->user = &work->user;
    if (!work->outcome.unlock_user || work->user_row.version == 0)
        return;
    work->user_row.ahead = 0;
    work->user_row.failures = 0;
    work->user_row.lockouts = 0;
    work->user_row.locked_until = 0;
    exchange_write(x, WRITE_PASSCODE_SWAP)->passcode = &work->user_row;
}

/* Written with the redeemed proof, all or nothing. */
static err begin_grant(struct exchange *x)
{
    struct native_work *work = native_work(x);

    work->issued = (struct issued){ .scope = &work->scope,
                                    .user = &work->user,
                                    .session_id = guid_new(x->api->rng),
                                    .authenticated_at = x->now,
                                    .proofs = work->outcome.proofs,
                                    .extra = work->issuance.answer.claims };
    work->grant = (struct grant){ .platform = PLATFORM_PUBLIC_CLIENT };
    return tokens_begin_family(x, &work->issued, &work->grant);
}

static err native_redeem(struct exchange *x, bool *waits)
{
    struct native_work *work = native_work(x);

    TRY(extension_ask_claims(x, &work->user, &work->issuance, waits));
    return *waits || exchange_refused(x) ? OK : begin_grant(x);
}

static err write_outcome(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct outcome *out = &work->outcome;

    if (out->counts_ahead)
        return store_count_ahead(x->api->store, work->facts.passcode);
    if (out->write_passcode)
        exchange_write(x, WRITE_PASSCODE_SWAP)->passcode = &out->passcode;
    if (out->kind == OUTCOME_REFUSE)
        return OK;
    if (out->kind == OUTCOME_CODE && out->write_passcode && !take_quota(x))
        return OK;
    if (out->put_signup)
        TRY(native_put_signup(x));
    if (out->add_user)
        TRY(native_add_user(x));
    if (out->delete_signup)
        exchange_write(x, WRITE_SIGNUP_DELETE)->id = work->at.flow_serial;
    if (out->set_password)
        write_password(x);
    if (out->add_method)
        write_method(x);
    return write_code(x);
}

/* ---- */

err native_decide_with(struct exchange *x, native_redeem_fn *redeem)
{
    struct native_work *work = native_work(x);
    struct outcome *out = &work->outcome;

    TRY(native_found_out(x));
    flow_decide(work->request, &work->facts, out);
    if (out->kind == OUTCOME_NEEDS)
        return native_find_out(x);
    if (out->kind == OUTCOME_TOKENS) {
        bool waits = false;
        TRY(redeem(x, &waits));
        if (waits || exchange_refused(x))
            return OK;
    }
    if (out->kind == OUTCOME_REFUSE || out->kind == OUTCOME_INTERRUPT)
        exchange_refuse(x, out->refusal, out->wait_seconds > 0 ? exchange_number(x, out->wait_seconds) : SLICE_EMPTY);
    return write_outcome(x);
}

err native_decide(struct exchange *x)
{
    return native_decide_with(x, native_redeem);
}
