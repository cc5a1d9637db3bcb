/* SPDX-License-Identifier: Apache-2.0 */
/* Password sign-in: every condition within its cells (spec V1, 2.2, 3.1, 3.2, 3.4, 4.11, 4.12, 6.14, 6.22, 6.28). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world start_world(void)
{
    struct world w = good_world(STATE_NONE);

    w.user.origin = ORIGIN_EMAIL_PASSWORD;
    return w;
}

/* ---- which first factor ---- */

/* The user's method decides, the list only limits; e-mail codes for all where the tenant says so (6.22, 6.28). */
static void test_first_factor(void **state)
{
    static const struct {
        enum user_origin origin;
        bool hash, any_email;
        uint8_t offered;
        enum outcome_kind kind; /* of the challenge; REDIRECT already at initiate */
    } cases[] = {
        { ORIGIN_EMAIL_PASSWORD, true, false, CHALLENGE_PASSWORD, OUTCOME_PASSWORD },
        { ORIGIN_EMAIL_PASSWORD, true, false, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_PASSWORD },
        { ORIGIN_EMAIL_PASSWORD, true, false, CHALLENGE_OOB, OUTCOME_REDIRECT },
        { ORIGIN_EMAIL_PASSWORD, true, true, CHALLENGE_OOB, OUTCOME_CODE },
        { ORIGIN_EMAIL_PASSWORD, true, true, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_PASSWORD },
        { ORIGIN_EMAIL_PASSWORD, true, true, 0, OUTCOME_REDIRECT },
        { ORIGIN_EMAIL_OTP, false, false, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_CODE },
        { ORIGIN_EMAIL_OTP, false, true, CHALLENGE_PASSWORD, OUTCOME_REDIRECT },
        { ORIGIN_EMAIL_OTP, true, false, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_PASSWORD },
        { ORIGIN_EMAIL_OTP, true, false, CHALLENGE_OOB, OUTCOME_CODE },
        { ORIGIN_ADMIN, false, false, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_REDIRECT },
        { ORIGIN_ADMIN, false, true, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_CODE },
        { ORIGIN_GRAPH, true, false, CHALLENGE_PASSWORD, OUTCOME_PASSWORD },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = start_world();
        w.user.origin = cases[i].origin;
        w.user.password_hash[0] = cases[i].hash ? '$' : '\0';
        w.tenant.any_email_passcode = cases[i].any_email;
        w.facts.challenge_types = cases[i].offered | CHALLENGE_REDIRECT;
        struct outcome *out = decide(&w, REQUEST_INITIATE);
        bool web = cases[i].kind == OUTCOME_REDIRECT;
        assert_int_equal(out->kind, web ? OUTCOME_REDIRECT : OUTCOME_CONTINUE);
        assert_true(web == (out->reason != NULL));
        if (web)
            continue;
        w.at = out->next;
        w.facts.challenge_types = 0; /* remembered */
        out = decide(&w, REQUEST_CHALLENGE);
        assert_int_equal(out->kind, cases[i].kind);
        assert_int_equal(out->send_code, cases[i].kind == OUTCOME_CODE);
        assert_int_equal(out->write_passcode, cases[i].kind == OUTCOME_CODE);
    }
}

/* A resend is a code again, also when the app now offers passwords, too (3.2). */
static void test_resend_stays_a_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.user.origin = ORIGIN_EMAIL_PASSWORD;
    w.tenant.any_email_passcode = true;
    w.facts.challenge_types = CHALLENGE_OOB | CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_CODE);
}

/* ---- nobody ---- */

/* A made-up user signs in as the application's users do; the same list gives the same answer (6.14). */
static void test_decoys(void **state)
{
    static const struct {
        bool password_flow, any_email;
        uint8_t offered;
    } cases[] = {
        { true, false, CHALLENGE_PASSWORD },  { true, false, CHALLENGE_OOB | CHALLENGE_PASSWORD },
        { true, false, CHALLENGE_OOB },       { true, true, CHALLENGE_OOB },
        { true, true, CHALLENGE_PASSWORD },   { true, true, CHALLENGE_OOB | CHALLENGE_PASSWORD },
        { false, false, CHALLENGE_OOB },      { false, true, CHALLENGE_OOB | CHALLENGE_PASSWORD },
        { false, false, CHALLENGE_PASSWORD },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum outcome_kind kinds[2][2] = { { 0 } };
        for (int nobody = 0; nobody < 2; nobody++) {
            struct world w = start_world();
            w.tenant.hide_unknown_users = true;
            w.tenant.any_email_passcode = cases[i].any_email;
            w.user_flow.identity_provider = cases[i].password_flow ? PROVIDER_EMAIL_PASSWORD : PROVIDER_EMAIL_OTP;
            w.user.origin = cases[i].password_flow ? ORIGIN_EMAIL_PASSWORD : ORIGIN_EMAIL_OTP;
            if (nobody)
                no_user(&w);
            w.facts.challenge_types = cases[i].offered | CHALLENGE_REDIRECT;
            kinds[nobody][0] = decide(&w, REQUEST_INITIATE)->kind;
            assert_true(!nobody || w.out.kind == OUTCOME_REDIRECT || w.out.next.decoy);
            w.at = w.out.next;
            if (w.out.kind == OUTCOME_CONTINUE)
                kinds[nobody][1] = decide(&w, REQUEST_CHALLENGE)->kind;
            assert_true(!nobody || !w.out.send_code);
        }
        assert_int_equal(kinds[0][0], kinds[1][0]);
        assert_int_equal(kinds[0][1], kinds[1][1]);
    }
}

static void test_no_password_of_a_decoy(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.at.decoy = true;
    w.facts.password_check = PASSWORD_UNCHECKED;
    w.facts.password_mark = 77;
    no_user(&w);
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->need, NEED_VERIFY); /* the same work, the same time */
    assert_int_equal(w.out.kind, OUTCOME_NEEDS);
    w.facts.password_check = PASSWORD_RIGHT;
    struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
    assert_int_equal(out->refusal, ERROR_PASSWORD_WRONG);
    assert_int_equal(out->passcode.failures, 1);
    w.row.failures = w.policy.failure_limit - 1;
    w.row.failures_since = NOW - 1;
    assert_true(decide(&w, REQUEST_TOKEN_PASSWORD)->locks_user); /* as for anybody */
    w.row.locked_until = NOW + 60;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->refusal, ERROR_USER_LOCKED);
}

/* ---- the password ---- */

static void test_right_password(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.row.failures = 4;
    w.row.lockouts = 2;
    w.row.wrong[0] = 77;
    struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_PASSWORD);
    assert_false(out->set_password || out->end_sessions);
    assert_int_equal(out->passcode.state, PASSCODE_REDEEMED);
    assert_int_equal(out->passcode.flow_serial, 100);
    assert_int_equal(out->passcode.failures, 0);
    assert_int_equal(out->passcode.lockouts, 0);
    assert_int_equal(out->passcode.wrong[0], 0);
    /* once only; the right password in another flow is another sign-in */
    w.row = out->passcode;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->refusal, ERROR_CONTINUATION_REDEEMED);
    assert_false(w.out.write_passcode);
    w.at.flow_serial = 150;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->kind, OUTCOME_TOKENS);
}

static void test_wrong_password_counts(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.facts.password_check = PASSWORD_WRONG;
    for (uint32_t i = 1; i < w.policy.failure_limit; i++) {
        w.facts.password_mark = 100 + i;
        struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
        assert_int_equal(out->refusal, ERROR_PASSWORD_WRONG);
        assert_int_equal(out->passcode.failures, i);
        assert_int_equal(out->passcode.state, PASSCODE_NONE);
        assert_false(out->locks_user);
        w.row = out->passcode;
    }
    w.facts.password_mark = 200;
    struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
    assert_int_equal(out->refusal, ERROR_PASSWORD_WRONG);
    assert_true(out->locks_user);
    assert_int_equal(out->passcode.locked_until, NOW + 60);
    w.row = out->passcode;
    w.facts.password_check = PASSWORD_RIGHT;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->refusal, ERROR_USER_LOCKED);
    assert_int_equal(w.out.wait_seconds, 60);
    w.facts.password_check = PASSWORD_UNCHECKED; /* a locked account costs no hash */
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->refusal, ERROR_USER_LOCKED);
    w.facts.password_check = PASSWORD_RIGHT;
    w.facts.now = NOW + 60;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->kind, OUTCOME_TOKENS);
}

/* The last three different wrong ones count once (4.11). */
static void test_same_wrong_password_counts_once(void **state)
{
    static const struct {
        uint64_t mark;
        bool counts;
    } tries[] = { { 1, true },  { 1, false }, { 2, true }, { 1, false }, { 3, true }, { 1, false },
                  { 2, false }, { 4, true },  { 1, true }, { 4, false }, { 2, true }, { 3, true } };
    uint32_t failures = 0;

    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.facts.password_check = PASSWORD_WRONG;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        w.facts.password_mark = tries[i].mark;
        struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
        assert_int_equal(out->refusal, ERROR_PASSWORD_WRONG);
        assert_int_equal(out->write_passcode, tries[i].counts);
        if (!tries[i].counts)
            continue;
        assert_int_equal(out->passcode.failures, ++failures);
        w.row = out->passcode;
    }
    /* failures long ago are forgotten */
    w.facts.password_mark = 9;
    w.facts.now = NOW + w.policy.failure_window_seconds;
    w.at.issued_at = w.at.started_at = w.facts.now - 1;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->passcode.failures, 1);
}

static void test_must_change(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.user.password_must_change = true;
    struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
    assert_int_equal(out->refusal, ERROR_PASSWORD_MUST_CHANGE);
    assert_false(out->write_passcode);
    w.facts.password_check = PASSWORD_WRONG; /* told only to whoever knows it */
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->refusal, ERROR_PASSWORD_WRONG);
}

/* A hash of old parameters is made anew, in every good end. */
static void test_stale_hash(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.facts.password_stale = true;
    w.facts.password_hash = NULL;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->need, NEED_HASH);
    assert_int_equal(w.out.kind, OUTCOME_NEEDS);
    w.facts.password_hash = "$argon2id$fresh";
    struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_true(out->set_password);
    assert_false(out->end_sessions || out->unlock_user);
    w.application.multi_factor = TOGGLE_ON;
    assert_int_equal(decide(&w, REQUEST_TOKEN_PASSWORD)->kind, OUTCOME_REDIRECT);
    assert_true(w.out.set_password);
    w.facts.password_check = PASSWORD_WRONG;
    assert_false(decide(&w, REQUEST_TOKEN_PASSWORD)->set_password);
}

/* The right password forgives the wrong ones, also where a second factor follows. */
static void test_failures_forgotten_before_a_second_factor(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct world w = good_world(STATE_SIGNIN_PASSWORD);
        w.application.multi_factor = TOGGLE_ON;
        w.at.capabilities = i < 2 ? CAPABILITY_REGISTRATION_REQUIRED : 0;
        w.row.failures = i % 2 == 0 ? 4 : 0;
        w.row.lockouts = i % 2 == 0 ? 0 : 1;
        w.row.wrong[0] = 77;
        struct outcome *out = decide(&w, REQUEST_TOKEN_PASSWORD);
        assert_int_equal(out->kind, i < 2 ? OUTCOME_INTERRUPT : OUTCOME_REDIRECT);
        assert_true(out->write_passcode);
        assert_int_equal(out->passcode.failures, 0);
        assert_int_equal(out->passcode.lockouts, 0);
        assert_int_equal(out->passcode.wrong[0], 0);
        assert_int_equal(out->passcode.state, PASSCODE_NONE);
    }
    struct world w = good_world(STATE_SIGNIN_PASSWORD);
    w.application.multi_factor = TOGGLE_ON;
    assert_false(decide(&w, REQUEST_TOKEN_PASSWORD)->write_passcode);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_factor),
        cmocka_unit_test(test_resend_stays_a_code),
        cmocka_unit_test(test_decoys),
        cmocka_unit_test(test_no_password_of_a_decoy),
        cmocka_unit_test(test_right_password),
        cmocka_unit_test(test_wrong_password_counts),
        cmocka_unit_test(test_same_wrong_password_counts_once),
        cmocka_unit_test(test_must_change),
        cmocka_unit_test(test_stale_hash),
        cmocka_unit_test(test_failures_forgotten_before_a_second_factor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
