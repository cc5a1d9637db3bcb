/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/decisions.h"

void refuse(struct outcome *out, enum error_id refusal)
{
    out->kind = OUTCOME_REFUSE;
    out->refusal = refusal;
}

void refuse_for(struct outcome *out, enum error_id refusal, instant until, instant now)
{
    refuse(out, refusal);
    out->wait_seconds = until - now;
}

void redirect(struct outcome *out, const char *reason)
{
    out->kind = OUTCOME_REDIRECT;
    out->reason = reason;
}

void redeem(struct outcome *out, uint8_t proofs)
{
    out->kind = OUTCOME_TOKENS;
    out->proofs = proofs;
}

void need(struct outcome *out, enum flow_need what)
{
    out->kind = OUTCOME_NEEDS;
    out->need = what;
}

uint8_t offered_types(const struct flow_facts *f)
{
    return f->challenge_types != 0 || f->at == NULL ? f->challenge_types : f->at->challenge_types;
}

void move_on(const struct flow_facts *f, enum outcome_kind kind, enum flow_state state, struct outcome *out)
{
    out->kind = kind;
    out->next = *f->at;
    out->next.state = state;
    out->next.challenge_types = offered_types(f);
    out->next.serial = f->serial;
    out->next.issued_at = f->now;
}

void interrupt(const struct flow_facts *f, enum error_id refusal, enum flow_state state, struct outcome *out)
{
    move_on(f, OUTCOME_INTERRUPT, state, out);
    out->refusal = refusal;
}

void begin_flow(const struct flow_facts *f, enum flow_state state, struct outcome *out)
{
    out->kind = OUTCOME_CONTINUE;
    out->next = (struct continuation){
        .state = state,
        .challenge_types = f->challenge_types,
        .capabilities = f->capabilities,
        .tenant_id = f->tenant->id,
        .client_id = f->application->client_id,
        .subject = f->subject,
        .serial = f->serial,
        .flow_serial = f->serial,
        .started_at = f->now,
        .issued_at = f->now,
    };
    slice_to_cstr(slice_of(f->username), out->next.username, sizeof out->next.username);
}

bool user_can_go_on(const struct flow_facts *f, struct outcome *out)
{
    if (f->at->decoy)
        return true;
    if (f->user == NULL) {
        refuse(out, ERROR_USER_GONE);
        return false;
    }
    if (!f->user->enabled) {
        refuse(out, ERROR_USER_DISABLED);
        return false;
    }
    return true;
}

bool username_fits(const struct flow_facts *f, struct outcome *out)
{
    if (f->identity == NULL || slice_eq(slice_of(f->identity), slice_of(f->user->identity)))
        return true;
    refuse(out, ERROR_CONTINUATION_INVALID);
    return false;
}

bool has_password(const struct user *user)
{
    return user->origin == ORIGIN_EMAIL_PASSWORD || user->password_hash[0] != '\0';
}

bool repeats_password(const struct flow_facts *f, struct outcome *out)
{
    if (f->password_check == PASSWORD_RIGHT)
        return true;
    if (f->password_check == PASSWORD_UNCHECKED)
        need(out, NEED_VERIFY);
    else
        refuse(out, ERROR_CONTINUATION_INVALID);
    return false;
}
