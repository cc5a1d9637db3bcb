/* SPDX-License-Identifier: Apache-2.0 */
/* Password reset: every condition within its cells (spec V1, 2.8, 3.8 to 3.12, 6.14, 6.32). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world start_world(void)
{
    struct world w = good_world(STATE_NONE);

    w.user.origin = ORIGIN_EMAIL_PASSWORD;
    w.facts.subject = (struct guid){ { 6 } };
    return w;
}

static void add_method(struct world *w, enum channel channel, const char *target)
{
    struct method *method = &w->methods[w->method_count++];

    *method = (struct method){ .id = { { 5, (uint8_t)w->method_count } }, .user_id = w->user.id, .channel = channel };
    snprintf(method->target, sizeof method->target, "%s", target);
}

/* ---- start ---- */

static void test_begin(void **state)
{
    (void)state;
    struct world w = start_world();
    struct outcome *out = decide(&w, REQUEST_RESET_START);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_int_equal(out->next.state, STATE_RESET_STARTED);
    assert_true(guid_eq(out->next.user, w.user.id));
    assert_true(guid_eq(out->next.subject, w.facts.subject)); /* not her sign-in's row: its lock must not bar the way */
    assert_false(out->write_passcode || out->send_code || out->next.decoy);
    w.facts.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_RESET_START)->kind, OUTCOME_REDIRECT);
    assert_non_null(w.out.reason);
}

/* Who can't is told so (3.8). */
static void test_who_cannot(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct world w = start_world();
        enum error_id refusal = ERROR_RESET_IMPOSSIBLE;
        if (i == 0)
            w.user.origin = ORIGIN_EMAIL_OTP;
        if (i == 1)
            w.user.enabled = false;
        if (i == 2)
            w.tenant.password_reset = false;
        if (i == 3)
            w.user.origin = ORIGIN_ADMIN;
        if (i == 4) {
            no_user(&w);
            refusal = ERROR_USER_NOT_FOUND;
        }
        assert_int_equal(decide(&w, REQUEST_RESET_START)->refusal, refusal);
        /* hidden, nobody is told apart; only the tenant's word holds for all */
        w.tenant.hide_unknown_users = true;
        struct outcome *out = decide(&w, REQUEST_RESET_START);
        assert_int_equal(out->refusal, i == 2 ? ERROR_RESET_IMPOSSIBLE : ERROR_NONE);
        assert_int_equal(out->next.decoy, i != 2);
        assert_true(i == 2 || guid_eq(out->next.user, w.facts.decoy));
    }
    struct world w = start_world();
    w.user.origin = ORIGIN_ADMIN;
    w.user.password_hash[0] = '$';
    assert_int_equal(decide(&w, REQUEST_RESET_START)->kind, OUTCOME_CONTINUE);
}

static void test_hidden(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_STARTED);
    w.at.decoy = true;
    no_user(&w);
    add_method(&w, CHANNEL_EMAIL, "strong@example.org"); /* nobody's: not looked at */
    struct outcome *out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_true(out->write_passcode && !out->send_code);
    assert_string_equal(out->next.target, "");
    /* nor does the token of somebody who has a strong address name it, which has the code */
    w.at.decoy = false;
    w.user = good_world(STATE_RESET_STARTED).user;
    w.tenant.hide_unknown_users = true;
    out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_string_equal(out->next.target, "");
    assert_string_equal(out->send_to, "strong@example.org");
    w = good_world(STATE_RESET_CODE_SENT);
    w.at.decoy = true;
    no_user(&w);
    w.facts.code_right = true;
    out = decide(&w, REQUEST_RESET_CONTINUE);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_int_equal(out->passcode.failures, 1);
}

/* ---- challenge ---- */

/* To a strong address that is not the account's, else to the account's (3.9). */
static void test_where_the_code_goes(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_STARTED);
    struct outcome *out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_int_equal(out->purpose, CODE_RESET);
    assert_true(out->send_code);
    assert_string_equal(out->next.target, "");
    assert_int_equal(out->next.proofs, 0);
    add_method(&w, CHANNEL_SMS, "+4790000007");
    out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_string_equal(out->next.target, "");
    assert_int_equal(out->next.proofs, 0);
    add_method(&w, CHANNEL_EMAIL, SAM);
    out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_string_equal(out->next.target, SAM);
    assert_int_equal(out->next.proofs, PROVED_FACTOR);
    add_method(&w, CHANNEL_EMAIL, "strong@example.org");
    out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_string_equal(out->next.target, "strong@example.org");
    assert_int_equal(out->next.channel, CHANNEL_EMAIL);
    assert_int_equal(out->next.proofs, PROVED_FACTOR);
    w.facts.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_REDIRECT);
    assert_false(out->write_passcode || out->send_code);
}

static void test_challenge_limits(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_CODE_SENT);
    w.row.issued_at = NOW - 29;
    assert_int_equal(decide(&w, REQUEST_RESET_CHALLENGE)->refusal, ERROR_CODES_EXHAUSTED);
    assert_int_equal(w.out.wait_seconds, 1);
    w.row.issued_at = NOW - 30;
    struct outcome *out = decide(&w, REQUEST_RESET_CHALLENGE);
    assert_int_equal(out->next.challenge_id, 300);
    assert_int_equal(out->passcode.sent, 2);
    w.row.locked_until = NOW + 5;
    assert_int_equal(decide(&w, REQUEST_RESET_CHALLENGE)->refusal, ERROR_USER_LOCKED);
    w.row.locked_until = 0;
    w.facts.address_over_quota = true;
    assert_int_equal(decide(&w, REQUEST_RESET_CHALLENGE)->refusal, ERROR_THROTTLED);
    /* a code is out only as long as it is asked for */
    for (enum passcode_state s = PASSCODE_TAKEN; s <= PASSCODE_REDEEMED; s++) {
        w = good_world(STATE_RESET_CODE_SENT);
        w.row.state = s;
        assert_int_equal(decide(&w, REQUEST_RESET_CHALLENGE)->refusal, ERROR_CONTINUATION_UNFIT);
        assert_false(w.out.write_passcode);
    }
}

/* Switched off between the steps (3.10: "also SSPR … not enabled"); what was submitted is done. */
static void test_switched_off(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
    } steps[] = { { STATE_RESET_STARTED, REQUEST_RESET_CHALLENGE },
                  { STATE_RESET_CODE_SENT, REQUEST_RESET_CONTINUE },
                  { STATE_RESET_VERIFIED, REQUEST_RESET_SUBMIT } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct world w = good_world(steps[i].at);
        w.facts.code_right = true;
        w.tenant.password_reset = false;
        struct outcome *out = decide(&w, steps[i].request);
        assert_int_equal(out->refusal, ERROR_CONTINUATION_UNFIT);
        assert_false(out->write_passcode || out->set_password || out->send_code);
    }
    struct world w = good_world(STATE_RESET_POLLING);
    w.tenant.password_reset = false;
    assert_int_equal(decide(&w, REQUEST_RESET_POLL)->kind, OUTCOME_SUCCEEDED);
}

/* ---- continue ---- */

static void test_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_CODE_SENT);
    struct outcome *out = decide(&w, REQUEST_RESET_CONTINUE);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_int_equal(out->passcode.attempts, 1);
    w.facts.code_right = true;
    out = decide(&w, REQUEST_RESET_CONTINUE);
    assert_int_equal(out->next.state, STATE_RESET_VERIFIED);
    assert_int_equal(out->passcode.state, PASSCODE_TAKEN);
    assert_int_equal(out->passcode.failures, 0);
    assert_false(out->set_password || out->end_sessions);
    /* the identical request again; later it is redeemed */
    w.row = out->passcode;
    w.facts.now = NOW + 9;
    out = decide(&w, REQUEST_RESET_CONTINUE);
    assert_int_equal(out->next.state, STATE_RESET_VERIFIED);
    assert_false(out->write_passcode);
    w.facts.now = NOW + 10;
    assert_int_equal(decide(&w, REQUEST_RESET_CONTINUE)->refusal, ERROR_CONTINUATION_REDEEMED);
}

/* ---- submit ---- */

static void test_submit(void **state)
{
    static const enum error_id refusals[] = { ERROR_PASSWORD_INVALID, ERROR_PASSWORD_TOO_SHORT, ERROR_PASSWORD_TOO_LONG,
                                              ERROR_PASSWORD_TOO_WEAK, ERROR_PASSWORD_BANNED };

    (void)state;
    struct world w = good_world(STATE_RESET_VERIFIED);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        w.facts.password_refusal = refusals[i];
        struct outcome *out = decide(&w, REQUEST_RESET_SUBMIT);
        assert_int_equal(out->refusal, refusals[i]);
        assert_false(out->write_passcode || out->set_password);
    }
    w.facts.password_refusal = ERROR_NONE;
    w.facts.password_hash = NULL;
    assert_int_equal(decide(&w, REQUEST_RESET_SUBMIT)->need, NEED_HASH);
    assert_int_equal(w.out.kind, OUTCOME_NEEDS);
    w.facts.password_hash = "$argon2id$fresh";
    struct outcome *out = decide(&w, REQUEST_RESET_SUBMIT);
    assert_int_equal(out->kind, OUTCOME_SUBMITTED);
    assert_true(out->set_password && out->end_sessions && out->unlock_user);
    assert_int_equal(out->passcode.state, PASSCODE_COMPLETED);
    /* again: the answer, no second write, no hash */
    w.row = out->passcode;
    w.facts.now = NOW + 9;
    w.facts.password_hash = NULL;
    w.facts.password_check = PASSWORD_RIGHT;
    out = decide(&w, REQUEST_RESET_SUBMIT);
    assert_int_equal(out->kind, OUTCOME_SUBMITTED);
    assert_false(out->write_passcode || out->set_password || out->end_sessions || out->unlock_user);
    /* with another password it is no repeat */
    w.facts.password_check = PASSWORD_UNCHECKED;
    assert_int_equal(decide(&w, REQUEST_RESET_SUBMIT)->need, NEED_VERIFY);
    w.facts.password_check = PASSWORD_WRONG;
    out = decide(&w, REQUEST_RESET_SUBMIT);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_UNFIT);
    assert_false(out->write_passcode || out->set_password);
    w.facts.now = NOW + 10;
    assert_int_equal(decide(&w, REQUEST_RESET_SUBMIT)->refusal, ERROR_CONTINUATION_UNFIT);
}

static void test_submit_needs_the_proof(void **state)
{
    (void)state;
    for (int broken = 0; broken < 4; broken++) {
        struct world w = good_world(STATE_RESET_VERIFIED);
        if (broken == 0)
            w.row.flow_serial = 150;
        if (broken == 1)
            w.row.challenge_id = 250;
        if (broken == 2)
            w.row.state = PASSCODE_OPEN;
        if (broken == 3)
            w.row.state = PASSCODE_REDEEMED;
        struct outcome *out = decide(&w, REQUEST_RESET_SUBMIT);
        assert_int_equal(out->refusal, ERROR_CONTINUATION_UNFIT);
        assert_false(out->write_passcode || out->set_password);
    }
}

/* ---- poll ---- */

static void test_poll(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_POLLING);
    struct outcome *out = decide(&w, REQUEST_RESET_POLL);
    assert_int_equal(out->kind, OUTCOME_SUCCEEDED);
    assert_int_equal(out->next.state, STATE_RESET_DONE);
    assert_false(out->write_passcode);
    w.row.state = PASSCODE_REDEEMED; /* a late poll of whoever is signed in by now */
    assert_int_equal(decide(&w, REQUEST_RESET_POLL)->kind, OUTCOME_SUCCEEDED);
    w.row.state = PASSCODE_TAKEN;
    assert_int_equal(decide(&w, REQUEST_RESET_POLL)->refusal, ERROR_CONTINUATION_UNFIT);
    w = good_world(STATE_RESET_POLLING);
    w.row.flow_serial = 150;
    assert_int_equal(decide(&w, REQUEST_RESET_POLL)->refusal, ERROR_CONTINUATION_UNFIT);
    no_user(&w);
    assert_int_equal(decide(&w, REQUEST_RESET_POLL)->refusal, ERROR_USER_NOT_FOUND);
}

/* ---- token ---- */

static void test_redeem(void **state)
{
    (void)state;
    struct world w = good_world(STATE_RESET_DONE);
    struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_CODE);
    w.row = out->passcode;
    assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_REDEEMED);
    w.row.flow_serial = 150;
    assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_INVALID);
}

/* The code to a strong address was the second factor; else it is still needed (6.32). */
static void test_second_factor_after_reset(void **state)
{
    static const struct {
        uint8_t proofs;
        enum channel channel;
        const char *target;
        uint8_t capabilities;
        enum outcome_kind kind;
        enum flow_state next;
    } cases[] = {
        { PROVED_FACTOR, CHANNEL_EMAIL, "strong@example.org", 3, OUTCOME_TOKENS, STATE_NONE },
        { 0, CHANNEL_SMS, "+4790000007", CAPABILITY_MFA_REQUIRED, OUTCOME_INTERRUPT, STATE_MFA_REQUIRED },
        { 0, CHANNEL_SMS, "+4790000007", CAPABILITY_REGISTRATION_REQUIRED, OUTCOME_REDIRECT, STATE_NONE },
        { 0, CHANNEL_EMAIL, NULL, CAPABILITY_REGISTRATION_REQUIRED, OUTCOME_INTERRUPT, STATE_REGISTER_REQUIRED },
        { 0, CHANNEL_EMAIL, NULL, CAPABILITY_MFA_REQUIRED, OUTCOME_REDIRECT, STATE_NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_RESET_DONE);
        w.tenant.multi_factor = true;
        w.at.proofs = cases[i].proofs;
        w.at.capabilities = cases[i].capabilities;
        if (cases[i].target != NULL)
            add_method(&w, cases[i].channel, cases[i].target);
        struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
        assert_int_equal(out->kind, cases[i].kind);
        assert_int_equal(out->next.state, cases[i].next);
        assert_true((out->kind == OUTCOME_REDIRECT) == (out->reason != NULL));
        assert_true(out->write_passcode == (out->kind != OUTCOME_REDIRECT));
        if (out->kind == OUTCOME_INTERRUPT) { /* the identical request at once gets the same again */
            w.row = out->passcode;
            out = decide(&w, REQUEST_TOKEN_CONTINUATION);
            assert_int_equal(out->next.state, cases[i].next);
            assert_false(out->write_passcode);
            w.facts.now += w.policy.repeat_seconds;
        }
        w.row.state = PASSCODE_REDEEMED;
        assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_REDEEMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_who_cannot),
        cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_where_the_code_goes),
        cmocka_unit_test(test_challenge_limits),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_submit),
        cmocka_unit_test(test_submit_needs_the_proof),
        cmocka_unit_test(test_poll),
        cmocka_unit_test(test_redeem),
        cmocka_unit_test(test_second_factor_after_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
