/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in: the first factor, a code by e-mail or a password (spec V1, 2.1, 2.2, 3.1, 3.2, 3.4). */
#include "flow/decisions.h"

#include "wire/native_in.h"

#include <string.h>

/* ---- which first factor ---- */

enum first_factor { FIRST_WEB, FIRST_CODE, FIRST_PASSWORD };

/* Whoever is made up signs in the way that the application's users do. */
static bool uses_password(const struct flow_facts *f, bool decoy)
{
    if (decoy)
        return f->user_flow != NULL && f->user_flow->identity_provider == PROVIDER_EMAIL_PASSWORD;
    return has_password(f->user);
}

static bool uses_code(const struct flow_facts *f, bool decoy)
{
    if (f->tenant->any_email_passcode) /* spec V1, 6.22 */
        return true;
    if (decoy)
        return !uses_password(f, decoy);
    return f->user->origin == ORIGIN_EMAIL_OTP || (f->on_web && !has_password(f->user));
}

/* A tenant that hides who is unknown has one way for all, the one of the application's user flow: no answer may depend
 * on the user (spec V1, 6.14). */
static bool is_for_all(const struct flow_facts *f)
{
    return f->tenant->hide_unknown_users || f->user == NULL;
}

/* The user's method decides, the app's list only limits (spec V1, 3.2 and 6.28). */
static enum first_factor first_factor(const struct flow_facts *f)
{
    uint8_t offered = offered_types(f);
    bool for_all = is_for_all(f);

    if (uses_password(f, for_all) && (offered & CHALLENGE_PASSWORD) != 0)
        return FIRST_PASSWORD;
    if (uses_code(f, for_all) && (offered & CHALLENGE_OOB) != 0)
        return FIRST_CODE;
    return FIRST_WEB;
}

/* Where unknown users are hidden: whoever cannot sign in that way is as unknown as they are. */
static bool is_as_unknown(const struct flow_facts *f, enum first_factor way)
{
    if (!f->tenant->hide_unknown_users)
        return false;
    if (f->user == NULL || !f->user->enabled)
        return true;
    return way == FIRST_PASSWORD ? !has_password(f->user) : !uses_code(f, false);
}

/* Why it is the web (spec V1, 4.12). */
static const char *web_reason(const struct flow_facts *f)
{
    bool for_all = is_for_all(f);

    if (uses_password(f, for_all))
        return "The account signs in with a password, and the application did not offer challenge type password";
    if (uses_code(f, for_all))
        return "The application did not offer challenge type oob";
    return "The account does not sign in with an e-mail one-time passcode";
}

/* ---- initiate ---- */

void signin_begin(const struct flow_facts *f, struct outcome *out)
{
    if (f->user == NULL && !f->tenant->hide_unknown_users) {
        refuse(out, ERROR_USER_NOT_FOUND);
        return;
    }
    enum first_factor way = first_factor(f);
    if (way == FIRST_WEB) {
        redirect(out, web_reason(f));
        return;
    }
    bool decoy = is_as_unknown(f, way);
    begin_flow(f, STATE_SIGNIN_STARTED, out);
    out->next.decoy = decoy;
    out->next.user = decoy ? f->decoy : f->user->id;
    out->next.subject = out->next.user;
}

/* ---- challenge ---- */

void signin_challenge(const struct flow_facts *f, struct outcome *out)
{
    if (f->method_given) {
        refuse(out, ERROR_METHOD_ID_INVALID);
        return;
    }
    if (!user_can_go_on(f, out))
        return;
    enum first_factor factor = first_factor(f);
    if (factor == FIRST_WEB) {
        redirect(out, web_reason(f));
        return;
    }
    if (is_as_unknown(f, factor) && !f->at->decoy) { /* the application's way has changed since */
        refuse(out, ERROR_CONTINUATION_INVALID);
        return;
    }
    if (f->at->state == STATE_SIGNIN_CODE_SENT) /* a resend answers oob (spec V1, 3.2) */
        factor = FIRST_CODE;
    if (factor == FIRST_PASSWORD)
        move_on(f, OUTCOME_PASSWORD, STATE_SIGNIN_PASSWORD, out);
    else
        proof_challenge(f, STATE_SIGNIN_CODE_SENT, CODE_SIGNIN, out);
}

/* ---- token ---- */

void signin_redeem_code(const struct flow_facts *f, struct outcome *out)
{
    bool again;

    if (!user_can_go_on(f, out) || !proof_answered(f, &again, out))
        return;
    if (!again)
        proof_move(f, PASSCODE_TAKEN, out);
    factor_after(f, PROVED_CODE, out);
}

/* The same wrong password again counts once (spec V1, 4.11). */
static void count_wrong_password(const struct flow_facts *f, struct outcome *out)
{
    const uint64_t *wrong = f->passcode->wrong;

    for (size_t i = 0; i < PASSCODE_WRONG_KEPT; i++)
        if (wrong[i] == f->password_mark)
            return;
    proof_count_failure(f, out);
    memmove(out->passcode.wrong + 1, wrong, (PASSCODE_WRONG_KEPT - 1) * sizeof wrong[0]);
    out->passcode.wrong[0] = f->password_mark;
}

/* True if the given password is the user's, decided otherwise. */
static bool password_is_right(const struct flow_facts *f, struct outcome *out)
{
    if (proof_ended(f)) {
        refuse(out, ERROR_CONTINUATION_REDEEMED);
        return false;
    }
    if (proof_is_locked(f, out))
        return false;
    if (f->password_check == PASSWORD_UNCHECKED) {
        need(out, NEED_VERIFY);
        return false;
    }
    if (f->password_check == PASSWORD_RIGHT && !f->at->decoy)
        return true;
    count_wrong_password(f, out);
    refuse(out, ERROR_PASSWORD_WRONG);
    return false;
}

void signin_redeem_password(const struct flow_facts *f, struct outcome *out)
{
    if (!user_can_go_on(f, out) || !password_is_right(f, out))
        return;
    if (f->user->password_must_change) {
        refuse(out, ERROR_PASSWORD_MUST_CHANGE);
        return;
    }
    if (f->password_stale && f->password_hash == NULL) {
        need(out, NEED_HASH);
        return;
    }
    out->set_password = f->password_stale;
    factor_after(f, PROVED_PASSWORD, out);
    if (!out->write_passcode && (f->passcode->failures > 0 || f->passcode->lockouts > 0))
        proof_forget_failures(f, out);
}
