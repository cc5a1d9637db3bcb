/* SPDX-License-Identifier: Apache-2.0 */
/* Registration of a second factor, just in time (spec V1, 2.7, 3.13 to 3.15). */
#include "flow/decisions.h"

#include "wire/native_in.h"

#include <string.h>

/* Only where there is none (spec V1, 2.7): once another flow has registered one, whoever knows no more than the password
 * must not add her own beside it. */
static bool none_is_there(const struct flow_facts *f, struct outcome *out)
{
    for (size_t i = 0; i < f->method_count; i++)
        if (flow_method_usable(f, &f->methods[i])) {
            refuse(out, ERROR_CONTINUATION_INVALID);
            return false;
        }
    return true;
}

void register_list(const struct flow_facts *f, struct outcome *out)
{
    if (user_can_go_on(f, out) && none_is_there(f, out))
        move_on(f, OUTCOME_REGISTRABLE, STATE_REGISTER_METHODS, out);
}

static bool may_be_registered(const struct flow_facts *f)
{
    uint8_t factor = f->channel == CHANNEL_SMS ? FACTOR_SMS : FACTOR_EMAIL;

    return (f->tenant->second_factors & factor) != 0;
}

/* The address was verified by the sign-up that led here. */
static bool is_preverified(const struct flow_facts *f)
{
    return (f->at->proofs & PROVED_ADDRESS) != 0 && f->channel == CHANNEL_EMAIL &&
           slice_eq_nocase(slice_of(f->target), slice_of(f->user->email));
}

static void remember_contact(const struct flow_facts *f, struct outcome *out)
{
    out->next.subject = f->subject;
    out->next.channel = f->channel;
    slice_to_cstr(slice_of(f->target), out->next.target, sizeof out->next.target);
}

void register_challenge(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out) || !none_is_there(f, out))
        return;
    if (f->target == NULL) {
        refuse(out, ERROR_CONTACT_INVALID);
        return;
    }
    if (!may_be_registered(f)) {
        refuse(out, ERROR_CHANNEL_UNKNOWN);
        return;
    }
    if (!contact_is_fine(f, f->target, out))
        return;
    if (is_preverified(f)) {
        move_on(f, OUTCOME_PREVERIFIED, STATE_REGISTER_PREVERIFIED, out);
        out->next.challenge_id = 0;
    } else {
        proof_challenge(f, STATE_REGISTER_CODE_SENT, CODE_REGISTER, out);
    }
    remember_contact(f, out);
}

static void finish(const struct flow_facts *f, bool write, struct outcome *out)
{
    move_on(f, OUTCOME_CONTINUE, STATE_REGISTER_DONE, out);
    out->next.proofs |= PROVED_FACTOR;
    if (!write)
        return;
    out->add_method = true;
    proof_move(f, PASSCODE_COMPLETED, out);
    out->passcode.flow_serial = f->at->flow_serial;
    out->passcode.challenge_id = f->at->challenge_id;
}

void register_proved(const struct flow_facts *f, struct outcome *out)
{
    bool again;

    if (user_can_go_on(f, out) && proof_answered(f, &again, out) && (again || none_is_there(f, out)))
        finish(f, !again, out);
}

void register_preverified(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out))
        return;
    bool again = proof_repeated(f, PASSCODE_COMPLETED);
    if (!again && (proof_stands(f, PASSCODE_COMPLETED) || proof_stands(f, PASSCODE_REDEEMED)))
        refuse(out, ERROR_CONTINUATION_REDEEMED);
    else if (again || none_is_there(f, out))
        finish(f, !again, out);
}

void register_redeem(const struct flow_facts *f, struct outcome *out)
{
    if (user_can_go_on(f, out) && username_fits(f, out) && proof_redeem(f, out))
        redeem(out, f->at->proofs);
}
