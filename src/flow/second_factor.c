/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: when it is needed, which there are, its code (spec V1, 2.6, 3.2, 3.3, 3.4). */
#include "flow/authorize.h"
#include "flow/decisions.h"

#include "wire/native_in.h"

#include <string.h>

/* The nearest word counts: the user's, the application's, the tenant's. Only for accounts with a password: a code by
 * e-mail is never followed by another (spec V1, 2.1). */
bool factor_required(const struct user *user, const struct application *app, const struct tenant *tenant)
{
    enum toggle word = user->multi_factor;

    if (!has_password(user))
        return false;
    if (word == TOGGLE_INHERIT)
        word = app->multi_factor;
    return word == TOGGLE_INHERIT ? tenant->multi_factor : word == TOGGLE_ON;
}

bool factor_needed(const struct flow_facts *f)
{
    return factor_required(f->user, f->application, f->tenant);
}

/* ---- after the first factor ---- */

static void give_tokens(const struct flow_facts *f, uint8_t proofs, struct outcome *out)
{
    out->kind = OUTCOME_TOKENS;
    out->proofs = proofs;
    proof_move(f, PASSCODE_REDEEMED, out);
    out->passcode.flow_serial = f->at->flow_serial;
}

static bool is_capable(const struct flow_facts *f, uint8_t capability)
{
    return (f->at->capabilities & capability) != 0;
}

/* What was proved with a code to an address is not proved again with a code to it. */
static bool is_usable(const struct flow_facts *f, uint8_t proofs, const struct method *method)
{
    return (proofs & PROVED_CODE) == 0 || method->channel != CHANNEL_EMAIL ||
           !slice_eq_nocase(slice_of(method->target), slice_of(f->user->email));
}

bool flow_method_usable(const struct flow_facts *f, const struct method *method)
{
    return is_usable(f, f->at->proofs, method);
}

static size_t count_usable(const struct flow_facts *f, uint8_t proofs)
{
    size_t n = 0;

    for (size_t i = 0; i < f->method_count; i++)
        n += is_usable(f, proofs, &f->methods[i]);
    return n;
}

static void need_step(const struct flow_facts *f, uint8_t proofs, uint8_t capability, struct outcome *out)
{
    bool registers = capability == CAPABILITY_REGISTRATION_REQUIRED;

    if (!is_capable(f, capability)) {
        redirect(out, registers ? "Client is missing registration_required capability"
                                : "Client is missing mfa_required capability");
        return;
    }
    interrupt(f, registers ? ERROR_REGISTRATION_REQUIRED : ERROR_MFA_REQUIRED,
              registers ? STATE_REGISTER_REQUIRED : STATE_MFA_REQUIRED, out);
    out->next.subject = f->at->user;
    out->next.challenge_id = 0;
    out->next.proofs = proofs;
}

void factor_after(const struct flow_facts *f, uint8_t proofs, struct outcome *out)
{
    if (!factor_needed(f))
        give_tokens(f, proofs, out);
    else if (count_usable(f, proofs) > 0)
        need_step(f, proofs, CAPABILITY_MFA_REQUIRED, out);
    else
        need_step(f, proofs, CAPABILITY_REGISTRATION_REQUIRED, out);
}

/* ---- introspect ---- */

void factor_list(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out))
        return;
    if (count_usable(f, f->at->proofs) == 0) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    move_on(f, OUTCOME_FACTORS, STATE_MFA_METHODS, out);
    out->next.subject = f->at->user;
    out->next.challenge_id = 0;
}

/* ---- challenge ---- */

const struct method *flow_chosen_method(const struct flow_facts *f)
{
    const struct method *only = NULL;
    size_t usable = 0;

    if (f->user == NULL)
        return NULL;
    for (size_t i = 0; i < f->method_count; i++) {
        if (!is_usable(f, f->at->proofs, &f->methods[i]))
            continue;
        if (f->method_given && guid_eq(f->methods[i].id, f->method))
            return &f->methods[i];
        only = &f->methods[i];
        usable++;
    }
    return !f->method_given && usable == 1 ? only : NULL;
}

/* A phone number by its beginning, an address by its domain or as a whole. */
static bool rule_matches(const struct contact_rule *rule, struct slice target)
{
    struct slice match = rule->match;

    if (match.n == 0 || match.n > target.n)
        return false;
    if (match.p[0] == '+')
        return slice_starts(target, match);
    if (match.p[0] == '@')
        return slice_eq_nocase(slice_from(target, target.n - match.n), match);
    return slice_eq_nocase(target, match);
}

static enum contact_verdict verdict_on(const struct tenant *tenant, struct slice target)
{
    for (size_t i = 0; i < tenant->contact_rule_count; i++)
        if (rule_matches(&tenant->contact_rules[i], target))
            return tenant->contact_rules[i].verdict;
    return CONTACT_FINE;
}

bool contact_is_fine(const struct flow_facts *f, const char *target, struct outcome *out)
{
    switch (verdict_on(f->tenant, slice_of(target))) {
    case CONTACT_BLOCKED_BY_ADMIN:
        refuse(out, ERROR_CONTACT_BLOCKED_BY_ADMIN);
        return false;
    case CONTACT_BLOCKED_BY_REPUTATION:
        refuse(out, ERROR_CONTACT_BLOCKED_BY_REPUTATION);
        return false;
    case CONTACT_HIGH_RISK:
        redirect(out, "The contact is of high risk");
        return false;
    default:
        return true;
    }
}

void factor_challenge(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out))
        return;
    const struct method *method = flow_chosen_method(f);
    if (method == NULL) {
        refuse(out, f->method_given ? ERROR_METHOD_ID_INVALID : ERROR_INTROSPECT_REQUIRED);
        return;
    }
    if ((offered_types(f) & CHALLENGE_OOB) == 0) { /* spec V1, 6.30 */
        redirect(out, "The application did not offer challenge type oob");
        return;
    }
    if (!contact_is_fine(f, method->target, out))
        return;
    proof_challenge(f, STATE_MFA_CODE_SENT, CODE_FACTOR, out);
    out->next.method = method->id;
    out->next.channel = method->channel;
    slice_to_cstr(slice_of(method->target), out->next.target, sizeof out->next.target);
}

/* ---- token ---- */

static bool method_is_there(const struct flow_facts *f)
{
    for (size_t i = 0; i < f->method_count; i++)
        if (guid_eq(f->methods[i].id, f->at->method))
            return true;
    return false;
}

void factor_redeem(const struct flow_facts *f, struct outcome *out)
{
    bool again;

    if (!user_can_go_on(f, out))
        return;
    if (!method_is_there(f)) {
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (f->superseded) { /* as after a resend: the older code is dead (spec V1, 1.10) */
        refuse(out, ERROR_CODE_WRONG);
        return;
    }
    if (proof_answered(f, &again, out))
        give_tokens(f, f->at->proofs | PROVED_FACTOR, out);
}
