/* SPDX-License-Identifier: Apache-2.0 */
/* Password reset by the user herself (spec V1, 2.8, 3.8 to 3.12). */
#include "flow/decisions.h"

#include "wire/native_in.h"

#include <string.h>

static bool can_reset(const struct flow_facts *f)
{
    return f->user != NULL && f->user->enabled && has_password(f->user);
}

/* Between the steps the tenant may have switched resets off (spec V1, 3.10). */
static bool can_go_on(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out))
        return false;
    if (f->tenant->password_reset)
        return true;
    refuse(out, ERROR_CONTINUATION_INVALID);
    return false;
}

static bool offers_code(const struct flow_facts *f, struct outcome *out)
{
    if ((offered_types(f) & CHALLENGE_OOB) != 0)
        return true;
    redirect(out, "The application did not offer challenge type oob");
    return false;
}

/* ---- start ---- */

void reset_begin(const struct flow_facts *f, struct outcome *out)
{
    bool decoy = f->tenant->hide_unknown_users && !can_reset(f);

    if (!f->tenant->password_reset) { /* for nobody, so nobody is told apart */
        refuse(out, ERROR_RESET_IMPOSSIBLE);
        return;
    }
    if (f->user == NULL && !decoy) {
        refuse(out, ERROR_USER_NOT_FOUND);
        return;
    }
    if (!decoy && !can_reset(f)) {
        refuse(out, ERROR_RESET_IMPOSSIBLE);
        return;
    }
    if (!offers_code(f, out))
        return;
    begin_flow(f, STATE_RESET_STARTED, out);
    out->next.decoy = decoy;
    out->next.user = decoy ? f->decoy : f->user->id;
}

/* ---- challenge ---- */

/* A strong address gets the code, best one that is not the account's; NULL: the account's own, not a strong one
 * (spec V1, 3.9). */
static const struct method *strong_address(const struct flow_facts *f)
{
    const struct method *own = NULL;

    for (size_t i = 0; i < f->method_count; i++) {
        if (f->methods[i].channel != CHANNEL_EMAIL)
            continue;
        if (!slice_eq_nocase(slice_of(f->methods[i].target), slice_of(f->user->email)))
            return &f->methods[i];
        own = &f->methods[i];
    }
    return own;
}

void reset_challenge(const struct flow_facts *f, struct outcome *out)
{
    if (!can_go_on(f, out) || !offers_code(f, out))
        return;
    const struct method *strong = f->at->decoy ? NULL : strong_address(f);
    proof_challenge(f, STATE_RESET_CODE_SENT, CODE_RESET, out);
    if (strong == NULL)
        return;
    out->next.proofs |= PROVED_FACTOR;
    out->send_to = strong->target;
    /* where unknown users are hidden, neither the label nor the length of the token tells that there is one (6.14) */
    if (!f->tenant->hide_unknown_users)
        slice_to_cstr(slice_of(strong->target), out->next.target, sizeof out->next.target);
}

/* ---- continue, submit, poll ---- */

void reset_proved(const struct flow_facts *f, struct outcome *out)
{
    bool again;

    if (!can_go_on(f, out) || !proof_answered(f, &again, out))
        return;
    if (!again)
        proof_move(f, PASSCODE_TAKEN, out);
    move_on(f, OUTCOME_CONTINUE, STATE_RESET_VERIFIED, out);
}

void reset_submit(const struct flow_facts *f, struct outcome *out)
{
    if (!can_go_on(f, out))
        return;
    bool again = proof_repeated(f, PASSCODE_COMPLETED);
    if (!again && !proof_stands(f, PASSCODE_TAKEN)) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (f->password_refusal != ERROR_NONE) {
        refuse(out, f->password_refusal);
        return;
    }
    if (again) {
        if (repeats_password(f, out))
            move_on(f, OUTCOME_SUBMITTED, STATE_RESET_POLLING, out);
        return;
    }
    if (f->password_hash == NULL) {
        need(out, NEED_HASH);
        return;
    }
    move_on(f, OUTCOME_SUBMITTED, STATE_RESET_POLLING, out);
    proof_move(f, PASSCODE_COMPLETED, out);
    out->set_password = true;
    out->end_sessions = true;
    out->unlock_user = true;
}

/* The password was written before `submit` was answered, so the first poll is the last. */
void reset_poll(const struct flow_facts *f, struct outcome *out)
{
    if (f->user == NULL)
        refuse(out, ERROR_USER_NOT_FOUND);
    else if (proof_stands(f, PASSCODE_COMPLETED) || proof_stands(f, PASSCODE_REDEEMED))
        move_on(f, OUTCOME_SUCCEEDED, STATE_RESET_DONE, out);
    else
        refuse(out, ERROR_CONTINUATION_INVALID);
}

/* ---- token ---- */

/* The token pays once for the step to the second factor; the identical request a moment later gets it again. */
static void go_to_factor(const struct flow_facts *f, struct outcome *out)
{
    factor_after(f, PROVED_CODE, out);
    if (out->kind == OUTCOME_INTERRUPT && proof_stands(f, PASSCODE_COMPLETED))
        proof_move(f, PASSCODE_REDEEMED, out);
}

/* A code to a strong address was the second factor already; else it is still needed (spec V1, 6.32). */
void reset_redeem(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out) || !username_fits(f, out))
        return;
    bool needed = factor_needed(f) && (f->at->proofs & PROVED_FACTOR) == 0;
    if (needed && (proof_stands(f, PASSCODE_COMPLETED) || proof_repeated(f, PASSCODE_REDEEMED)))
        go_to_factor(f, out);
    else if (proof_redeem(f, out))
        redeem(out, f->at->proofs | PROVED_CODE);
}
