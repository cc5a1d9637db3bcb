/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up: address, then password, then attributes; the user comes to exist with the last of them (spec V1, 2.3 to
 * 2.5, 3.5 to 3.7). */
#include "flow/decisions.h"

#include "wire/native_in.h"

#include <string.h>

static bool wants_password(const struct flow_facts *f)
{
    return f->user_flow->identity_provider == PROVIDER_EMAIL_PASSWORD;
}

/* Why the app cannot run this user flow natively; NULL if it can (spec V1, 1.8). */
static const char *web_reason(const struct flow_facts *f)
{
    uint8_t offered = offered_types(f);

    if ((offered & CHALLENGE_OOB) == 0)
        return "The application did not offer challenge type oob";
    if (wants_password(f) && (offered & CHALLENGE_PASSWORD) == 0)
        return "The application did not offer challenge type password";
    return NULL;
}

/* Users may sign up through the application's user flow. */
static bool sign_up_is_on(const struct flow_facts *f, struct outcome *out)
{
    if (f->user_flow != NULL && f->user_flow->sign_up)
        return true;
    refuse(out, ERROR_SIGN_UP_OFF);
    return false;
}

/* And the application can do it. Not for `continue`: no redirect is sent there (spec V1, 3.7). */
static bool may_sign_up(const struct flow_facts *f, struct outcome *out)
{
    if (!sign_up_is_on(f, out))
        return false;
    const char *reason = web_reason(f);
    if (reason == NULL)
        return true;
    redirect(out, reason);
    return false;
}

/* What was handed in is as it should be, and hashed where it is a password. */
static bool inputs_are_good(const struct flow_facts *f, struct outcome *out)
{
    bool password = f->password_given && wants_password(f); /* else it is of no use: ignored (spec V1, 3.5) */

    if (password && f->password_refusal != ERROR_NONE) {
        refuse(out, f->password_refusal);
        return false;
    }
    if (f->attributes_given && f->attributes_refusal != ERROR_NONE) {
        refuse(out, f->attributes_refusal);
        return false;
    }
    if (password && f->password_hash == NULL) {
        need(out, NEED_HASH);
        return false;
    }
    out->put_signup = password || f->attributes_given;
    return true;
}

/* ---- start ---- */

void signup_begin(const struct flow_facts *f, struct outcome *out)
{
    if (!may_sign_up(f, out))
        return;
    if (f->user != NULL && !f->tenant->hide_unknown_users) {
        refuse(out, ERROR_USER_EXISTS);
        return;
    }
    if (!inputs_are_good(f, out))
        return;
    begin_flow(f, STATE_SIGNUP_STARTED, out);
    out->next.decoy = f->user != NULL;
}

/* ---- challenge ---- */

/* Whose address has an account already is told so by mail, not on the screen of whoever asks (spec V1, 6.14). */
void signup_challenge(const struct flow_facts *f, struct outcome *out)
{
    if (!may_sign_up(f, out))
        return;
    proof_challenge(f, STATE_SIGNUP_CODE_SENT, f->at->decoy ? CODE_ACCOUNT_EXISTS : CODE_SIGNUP, out);
    out->send_code = out->write_passcode;
}

void signup_ask_password(const struct flow_facts *f, struct outcome *out)
{
    if (!may_sign_up(f, out))
        return;
    if (proof_stands(f, PASSCODE_TAKEN))
        move_on(f, OUTCOME_PASSWORD, STATE_SIGNUP_PASSWORD, out);
    else
        refuse(out, ERROR_CONTINUATION_INVALID);
}

/* ---- continue ---- */

static void finish(const struct flow_facts *f, struct outcome *out)
{
    if (f->attributes_submit == EXTENSION_NOT_ASKED) {
        need(out, NEED_ATTRIBUTES_SUBMIT);
        return;
    }
    if (f->attributes_submit == EXTENSION_REFUSES) {
        refuse(out, ERROR_ATTRIBUTES_INVALID);
        return;
    }
    if (f->attributes_submit != EXTENSION_GO_ON) {
        refuse(out, f->attributes_submit == EXTENSION_BLOCKS ? ERROR_SIGN_UP_BLOCKED : ERROR_EXTENSION_FAILED);
        return;
    }
    proof_move(f, PASSCODE_COMPLETED, out);
    out->add_user = true;
    out->put_signup = false;
    out->delete_signup = f->signup != NULL;
    move_on(f, OUTCOME_CONTINUE, STATE_SIGNUP_DONE, out);
    out->next.user = f->new_id;
}

static bool has_password_handed_in(const struct flow_facts *f)
{
    return f->password_hash != NULL || (f->signup != NULL && f->signup->password_hash[0] != '\0');
}

static void ask_for_attributes(const struct flow_facts *f, struct outcome *out)
{
    switch (f->attributes_start) {
    case EXTENSION_NOT_ASKED:
        need(out, NEED_ATTRIBUTES_START);
        break;
    case EXTENSION_SETS_VALUES:
    case EXTENSION_GO_ON:
        out->put_signup = out->put_signup || f->attributes_start == EXTENSION_SETS_VALUES;
        interrupt(f, ERROR_ATTRIBUTES_REQUIRED, STATE_SIGNUP_ATTRIBUTES, out);
        break;
    case EXTENSION_BLOCKS:
        refuse(out, ERROR_SIGN_UP_BLOCKED);
        break;
    default:
        refuse(out, ERROR_EXTENSION_FAILED);
    }
}

/* The address is proved: what is still missing, credential before attributes (spec V1, 2.4); else the user is made. */
static void go_on(const struct flow_facts *f, struct outcome *out)
{
    if (wants_password(f) && !has_password_handed_in(f))
        interrupt(f, ERROR_CREDENTIAL_REQUIRED, STATE_SIGNUP_CREDENTIAL, out);
    else if (f->attributes_missing)
        ask_for_attributes(f, out);
    else
        finish(f, out);
}

/* The user of this very flow was made a moment ago, and here is the identical request again; decided. */
static bool is_made(const struct flow_facts *f, struct outcome *out)
{
    if (f->user == NULL || !proof_repeated(f, PASSCODE_COMPLETED))
        return false;
    if (f->password_given && has_password(f->user) && !repeats_password(f, out))
        return true;
    move_on(f, OUTCOME_CONTINUE, STATE_SIGNUP_DONE, out);
    out->next.user = f->user->id;
    return true;
}

/* Somebody finished a sign-up with this address meanwhile (spec V1, 2.4). */
static bool address_is_free(const struct flow_facts *f, struct outcome *out)
{
    if (f->user == NULL || f->at->decoy)
        return true;
    refuse(out, ERROR_USER_EXISTS);
    return false;
}

void signup_proved(const struct flow_facts *f, struct outcome *out)
{
    bool again;

    if (!sign_up_is_on(f, out) || (f->code_right && is_made(f, out)))
        return;
    if (!proof_answered(f, &again, out) || !address_is_free(f, out))
        return;
    if (!again)
        proof_move(f, PASSCODE_TAKEN, out);
    go_on(f, out);
    if (out->kind == OUTCOME_REFUSE) /* by an extension: token and code stay good (spec V1, 1.10) */
        out->write_passcode = false;
}

/* A step after the code: its proof stands, or it was the last step and is repeated. */
static bool may_continue(const struct flow_facts *f, struct outcome *out)
{
    if (!sign_up_is_on(f, out) || is_made(f, out) || !address_is_free(f, out))
        return false;
    if (proof_stands(f, PASSCODE_TAKEN))
        return true;
    refuse(out, ERROR_CONTINUATION_INVALID);
    return false;
}

void signup_password(const struct flow_facts *f, struct outcome *out)
{
    if (may_continue(f, out) && inputs_are_good(f, out))
        go_on(f, out);
}

void signup_attributes(const struct flow_facts *f, struct outcome *out)
{
    if (may_continue(f, out) && inputs_are_good(f, out))
        go_on(f, out);
}

/* They are kept; the address comes first (spec V1, 2.5). */
void signup_attributes_early(const struct flow_facts *f, struct outcome *out)
{
    if (sign_up_is_on(f, out) && inputs_are_good(f, out))
        interrupt(f, ERROR_VERIFICATION_REQUIRED, f->at->state, out);
}

/* ---- token ---- */

static void register_after_sign_up(const struct flow_facts *f, struct outcome *out)
{
    interrupt(f, ERROR_REGISTRATION_REQUIRED, STATE_REGISTER_REQUIRED, out);
    out->next.subject = f->at->user;
    out->next.challenge_id = 0;
    out->next.proofs = PROVED_CODE | PROVED_ADDRESS;
}

static bool must_register(const struct flow_facts *f)
{
    return f->tenant->registration_after_sign_up && factor_needed(f) && f->method_count == 0 &&
           (f->at->capabilities & CAPABILITY_REGISTRATION_REQUIRED) != 0;
}

/* Registration at once where the app can do it; never a second factor (spec V1, 6.16). The token pays once: for the
 * sign-in, or for the registration that ends in it, which the identical request a moment later gets again. */
void signup_redeem(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out) || !username_fits(f, out))
        return;
    if (must_register(f) && proof_repeated(f, PASSCODE_REDEEMED)) {
        register_after_sign_up(f, out);
    } else if (proof_redeem(f, out)) {
        if (must_register(f))
            register_after_sign_up(f, out);
        else
            redeem(out, PROVED_CODE);
    }
}
