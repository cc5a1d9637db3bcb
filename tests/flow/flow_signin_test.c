/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in: every condition within its cells (spec V1, 2.1, 2.2, 3.1, 3.2, 3.4, 4.11). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_begin(void **state)
{
    (void)state;
    struct world w = good_world(STATE_NONE);
    struct outcome *out = decide(&w, REQUEST_INITIATE);
    assert_int_equal(out->next.state, STATE_SIGNIN_STARTED);
    assert_true(guid_eq(out->next.subject, w.user.id));
    assert_string_equal(out->next.username, SAM);
    assert_int_equal(out->next.serial, 300);
    assert_int_equal(out->next.flow_serial, 300);
    assert_false(out->write_passcode || out->send_code || out->next.decoy);

    w = good_world(STATE_NONE);
    no_user(&w);
    assert_int_equal(decide(&w, REQUEST_INITIATE)->refusal, ERROR_USER_NOT_FOUND);

    w = good_world(STATE_NONE);
    w.facts.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    out = decide(&w, REQUEST_INITIATE);
    assert_int_equal(out->kind, OUTCOME_REDIRECT);
    assert_non_null(out->reason);
}

static void test_begin_redirects_other_origins(void **state)
{
    (void)state;
    for (enum user_origin origin = 0; origin < ORIGIN_COUNT; origin++) {
        struct world w = good_world(STATE_NONE);
        w.user.origin = origin;
        w.facts.challenge_types = CHALLENGE_OOB | CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
        bool native = origin == ORIGIN_EMAIL_OTP || origin == ORIGIN_EMAIL_PASSWORD;
        assert_int_equal(decide(&w, REQUEST_INITIATE)->kind, native ? OUTCOME_CONTINUE : OUTCOME_REDIRECT);
        w.user.password_hash[0] = '$';
        assert_int_equal(decide(&w, REQUEST_INITIATE)->kind, OUTCOME_CONTINUE);
    }
}

static void test_unknown_users_hidden(void **state)
{
    (void)state;
    struct world w = good_world(STATE_NONE);
    w.tenant.hide_unknown_users = true;
    no_user(&w);
    struct outcome *out = decide(&w, REQUEST_INITIATE);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_true(out->next.decoy);
    assert_true(guid_eq(out->next.subject, w.facts.decoy));

    w = good_world(STATE_NONE);
    w.tenant.hide_unknown_users = true;
    w.user.enabled = false;
    assert_true(decide(&w, REQUEST_INITIATE)->next.decoy);

    /* the challenge goes as for anybody, but no mail; and no code can be right */
    w = good_world(STATE_SIGNIN_STARTED);
    w.at.decoy = true;
    no_user(&w);
    out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_true(out->write_passcode && !out->send_code);
    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.at.decoy = true;
    no_user(&w);
    w.facts.code_right = true;
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_int_equal(out->passcode.attempts, 1);
}

/* One way for all, the application's (6.14): who signs in otherwise is as unknown as who does not exist. */
static void test_hidden_ways(void **state)
{
    static const struct {
        enum identity_provider flow;
        uint8_t offered;
        enum outcome_kind begins;
        enum outcome_kind challenge;
    } ways[] = {
        { PROVIDER_EMAIL_OTP, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_CONTINUE, OUTCOME_CODE },
        { PROVIDER_EMAIL_OTP, CHALLENGE_OOB, OUTCOME_CONTINUE, OUTCOME_CODE },
        { PROVIDER_EMAIL_OTP, CHALLENGE_PASSWORD, OUTCOME_REDIRECT, OUTCOME_REDIRECT },
        { PROVIDER_EMAIL_PASSWORD, CHALLENGE_OOB | CHALLENGE_PASSWORD, OUTCOME_CONTINUE, OUTCOME_PASSWORD },
        { PROVIDER_EMAIL_PASSWORD, CHALLENGE_PASSWORD, OUTCOME_CONTINUE, OUTCOME_PASSWORD },
        { PROVIDER_EMAIL_PASSWORD, CHALLENGE_OOB, OUTCOME_REDIRECT, OUTCOME_REDIRECT },
    };
    static const enum user_origin users[] = { ORIGIN_COUNT, ORIGIN_EMAIL_OTP, ORIGIN_EMAIL_PASSWORD, ORIGIN_ADMIN };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        for (size_t u = 0; u < sizeof users / sizeof users[0]; u++) {
            struct world w = good_world(STATE_NONE);
            w.tenant.hide_unknown_users = true;
            w.user_flow.identity_provider = ways[i].flow;
            w.facts.challenge_types = ways[i].offered | CHALLENGE_REDIRECT;
            w.user.origin = users[u];
            if (users[u] == ORIGIN_COUNT)
                no_user(&w);
            struct outcome *out = decide(&w, REQUEST_INITIATE);
            assert_int_equal(out->kind, ways[i].begins);
            bool fits = users[u] == (ways[i].flow == PROVIDER_EMAIL_OTP ? ORIGIN_EMAIL_OTP : ORIGIN_EMAIL_PASSWORD);
            assert_int_equal(out->next.decoy, ways[i].begins == OUTCOME_CONTINUE && !fits);
            /* the list may be another one by now: again the same for all */
            bool decoy = !fits;
            w.at = good_world(STATE_SIGNIN_STARTED).at;
            w.at.decoy = decoy;
            if (decoy)
                no_user(&w);
            out = decide(&w, REQUEST_CHALLENGE);
            assert_int_equal(out->kind, ways[i].challenge);
            assert_int_equal(out->send_code, ways[i].challenge == OUTCOME_CODE && fits);
            if (ways[i].challenge == OUTCOME_REDIRECT) /* the words, too */
                assert_string_equal(out->reason, ways[i].flow == PROVIDER_EMAIL_OTP
                                                     ? "The application did not offer challenge type oob"
                                                     : "The account signs in with a password, and the application did "
                                                       "not offer challenge type password");
        }
}

/* Hiding was switched off while a made-up user was at work, or the application's way became another one. */
static void test_hidden_no_more(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_STARTED);
    w.at.decoy = true;
    no_user(&w);
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_CODE);
    assert_false(w.out.send_code);
    w = good_world(STATE_SIGNIN_STARTED);
    w.tenant.hide_unknown_users = true;
    w.user.origin = ORIGIN_EMAIL_PASSWORD; /* must not sign in with a code */
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
}

static void test_user_changed_between_steps(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
    } steps[] = { { STATE_SIGNIN_STARTED, REQUEST_CHALLENGE },
                  { STATE_SIGNIN_CODE_SENT, REQUEST_CHALLENGE },
                  { STATE_SIGNIN_CODE_SENT, REQUEST_TOKEN_OOB } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct world w = good_world(steps[i].at);
        w.facts.code_right = true;
        no_user(&w);
        assert_int_equal(decide(&w, steps[i].request)->refusal, ERROR_USER_GONE);
        w = good_world(steps[i].at);
        w.facts.code_right = true;
        w.user.enabled = false;
        struct outcome *out = decide(&w, steps[i].request);
        assert_int_equal(out->refusal, ERROR_USER_DISABLED);
        assert_false(out->write_passcode);
    }
}

static void test_challenge_writes_the_row(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_STARTED);
    w.row.version = 5;
    w.row.failures = 4;
    w.row.failures_since = NOW - 5;
    struct outcome *out = decide(&w, REQUEST_CHALLENGE);
    const struct passcode *row = &out->passcode;
    assert_true(out->write_passcode && out->send_code);
    assert_int_equal(row->version, 5);
    assert_int_equal(row->state, PASSCODE_OPEN);
    assert_int_equal(row->challenge_id, 300);
    assert_int_equal(row->asked_with, 100);
    assert_int_equal(row->flow_serial, 100);
    assert_memory_equal(row->mac, fresh_mac, sizeof fresh_mac);
    assert_int_equal(row->expires_at, NOW + 600);
    assert_int_equal(row->attempts, 0);
    assert_int_equal(row->sent, 1);
    assert_int_equal(row->sent_since, NOW);
    assert_int_equal(row->failures, 4); /* a new code does not forgive wrong ones */
    assert_int_equal(out->next.state, STATE_SIGNIN_CODE_SENT);
    assert_int_equal(out->next.challenge_id, 300);
    assert_int_equal(out->next.started_at, NOW - 60);
    assert_int_equal(out->next.issued_at, NOW);
}

/* What may be answered wrongly without a write: not the last try, not the one that locks, nothing outside its window. */
static void test_challenge_counts_ahead(void **state)
{
    (void)state;
    static const struct {
        uint32_t failures;
        instant since;
        uint32_t ahead;
        uint32_t failures_then;
    } rows[] = { { 0, 0, 4, 0 },       { 5, NOW - 5, 4, 5 },   { 6, NOW - 5, 3, 6 },   { 8, NOW - 5, 1, 8 },
                 { 9, NOW - 5, 0, 9 }, { 12, NOW - 5, 0, 12 }, { 9, NOW - 3600, 4, 0 } };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w = good_world(STATE_SIGNIN_STARTED);
        w.row.failures = rows[i].failures;
        w.row.failures_since = rows[i].since;
        w.row.ahead = 2; /* of the former code: it stays out */
        struct outcome *out = decide(&w, REQUEST_CHALLENGE);
        assert_int_equal(out->passcode.ahead, rows[i].ahead);
        assert_int_equal(out->passcode.failures, rows[i].failures_then);
        assert_int_equal(out->passcode.failures_since, rows[i].failures_then == 0 ? NOW : NOW - 5);
    }
}

/* An answer that changes more than the counters is written, whatever was counted in advance. */
static void test_what_is_counted_ahead_is_only_counted(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.ahead = 3;
    w.row.failures = w.policy.failure_limit - 1;
    w.row.failures_since = NOW - 5;
    struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
    assert_true(out->locks_user && out->write_passcode && !out->counts_ahead);
    assert_int_equal(out->passcode.ahead, 0);

    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.ahead = 3;
    w.row.failures_since = NOW - w.policy.failure_window_seconds;
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_true(out->write_passcode && !out->counts_ahead);

    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.ahead = 3;
    w.facts.code_right = true;
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_true(out->write_passcode && !out->counts_ahead);
    assert_int_equal(out->passcode.ahead, 0);
}

static void test_challenge_list_and_method(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_STARTED);
    w.facts.challenge_types = CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_REDIRECT);
    w = good_world(STATE_SIGNIN_STARTED);
    w.facts.challenge_types = CHALLENGE_OOB | CHALLENGE_PASSWORD | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->next.challenge_types, w.facts.challenge_types);
    w = good_world(STATE_SIGNIN_STARTED);
    w.facts.method_given = true;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_METHOD_ID_INVALID);
    w = good_world(STATE_SIGNIN_STARTED);
    w.user.origin = ORIGIN_ADMIN;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_REDIRECT);
}

/* The identical request within the grace: the same token, no second mail, nothing written. */
static void test_repeated_challenge(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_STARTED);
    struct outcome first = *decide(&w, REQUEST_CHALLENGE);
    w.row = first.passcode;
    w.facts.now = NOW + 9;
    w.facts.serial = 301;
    struct outcome *again = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(again->kind, OUTCOME_CODE);
    assert_false(again->write_passcode || again->send_code);
    assert_memory_equal(&again->next, &first.next, sizeof first.next);
    /* after the grace the token is spent */
    w.facts.now = NOW + 10;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
    /* a repeat after the code was redeemed is none */
    w.facts.now = NOW + 1;
    w.row.state = PASSCODE_TAKEN;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
}

static void test_resend(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    struct outcome *out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_int_equal(out->passcode.challenge_id, 300);
    assert_int_equal(out->passcode.asked_with, 200);
    assert_int_equal(out->passcode.sent, 2);
    /* an older token of the same flow is dead, one that another flow overtook is not */
    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.challenge_id = 250;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
    w.row.flow_serial = 240;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_CODE);
}

static void test_sending_limits(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.issued_at = NOW - 29;
    struct outcome *out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->refusal, ERROR_CODES_EXHAUSTED);
    assert_int_equal(out->wait_seconds, 1);
    assert_false(out->write_passcode);
    w.row.issued_at = NOW - 30;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->kind, OUTCOME_CODE);

    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.sent = 5;
    w.row.sent_since = NOW - 1799;
    out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->refusal, ERROR_CODES_EXHAUSTED);
    assert_int_equal(out->wait_seconds, 1);
    w.row.sent_since = NOW - 1800;
    out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_int_equal(out->passcode.sent, 1);

    w = good_world(STATE_SIGNIN_STARTED);
    w.facts.address_over_quota = true;
    assert_int_equal(decide(&w, REQUEST_CHALLENGE)->refusal, ERROR_THROTTLED);

    w = good_world(STATE_SIGNIN_STARTED);
    w.row.locked_until = NOW + 10;
    out = decide(&w, REQUEST_CHALLENGE);
    assert_int_equal(out->refusal, ERROR_USER_LOCKED);
    assert_int_equal(out->wait_seconds, 10);
}

static void test_right_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    w.facts.code_right = true;
    w.row.failures = 4;
    w.row.lockouts = 2;
    struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_true(out->write_passcode && !out->send_code);
    assert_int_equal(out->passcode.state, PASSCODE_REDEEMED);
    assert_int_equal(out->passcode.version, 3);
    assert_int_equal(out->passcode.failures, 0);
    assert_int_equal(out->passcode.lockouts, 0);
    assert_int_equal(out->passcode.sent, 0);
    /* once only */
    w.row = out->passcode;
    out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_REDEEMED);
    assert_false(out->write_passcode);
}

static void test_wrong_code_counts(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    for (uint32_t i = 1; i <= w.policy.code_attempts; i++) {
        struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
        assert_int_equal(out->refusal, ERROR_CODE_WRONG);
        /* the first is written, and counts all but the last in advance; the last is written */
        bool written = i == 1 || i == w.policy.code_attempts;
        assert_int_equal(out->write_passcode, written);
        assert_int_equal(out->counts_ahead, !written);
        assert_int_equal(out->passcode.ahead, i == w.policy.code_attempts ? 0 : w.policy.code_attempts - 1 - i);
        assert_int_equal(out->passcode.attempts, i);
        assert_int_equal(out->passcode.failures, i);
        w.row = out->passcode;
    }
    /* the code is dead, also for the right digits; the answer stays the same (spec V1, 6.27) */
    w.facts.code_right = true;
    struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_false(out->write_passcode);
}

/* Each makes a right code wrong without comparing, so without counting. */
static void test_dead_codes(void **state)
{
    (void)state;
    struct world w;
    for (int i = 0; i < 5; i++) {
        w = good_world(STATE_SIGNIN_CODE_SENT);
        w.facts.code_right = true;
        if (i == 0)
            w.row.challenge_id = 201; /* a newer challenge */
        if (i == 1)
            w.row.expires_at = NOW;
        if (i == 2)
            w.facts.code_well_formed = false;
        if (i == 3)
            w.row = (struct passcode){ .version = 0 };
        if (i == 4)
            w.row.attempts = w.policy.code_attempts;
        struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
        assert_int_equal(out->refusal, ERROR_CODE_WRONG);
        assert_false(out->write_passcode);
    }
}

static void test_lock_out(void **state)
{
    static const int64_t expected[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };

    (void)state;
    struct world w = good_world(STATE_SIGNIN_CODE_SENT);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        w.row.failures = w.policy.failure_limit - 1;
        w.row.failures_since = NOW - 10;
        w.row.attempts = 0;
        w.row.locked_until = 0;
        struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
        assert_int_equal(out->refusal, ERROR_CODE_WRONG);
        assert_true(out->locks_user);
        assert_int_equal(out->passcode.locked_until, NOW + expected[i]);
        w.row = out->passcode;
        w.facts.code_right = true;
        out = decide(&w, REQUEST_TOKEN_OOB);
        assert_int_equal(out->refusal, ERROR_USER_LOCKED);
        assert_int_equal(out->wait_seconds, expected[i]);
        w.facts.code_right = false;
    }
    /* failures long ago are forgotten */
    w = good_world(STATE_SIGNIN_CODE_SENT);
    w.row.failures = w.policy.failure_limit - 1;
    w.row.failures_since = NOW - 3600;
    struct outcome *out = decide(&w, REQUEST_TOKEN_OOB);
    assert_false(out->locks_user);
    assert_int_equal(out->passcode.failures, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_begin_redirects_other_origins),
        cmocka_unit_test(test_unknown_users_hidden),
        cmocka_unit_test(test_hidden_ways),
        cmocka_unit_test(test_hidden_no_more),
        cmocka_unit_test(test_user_changed_between_steps),
        cmocka_unit_test(test_challenge_writes_the_row),
        cmocka_unit_test(test_challenge_counts_ahead),
        cmocka_unit_test(test_what_is_counted_ahead_is_only_counted),
        cmocka_unit_test(test_challenge_list_and_method),
        cmocka_unit_test(test_repeated_challenge),
        cmocka_unit_test(test_resend),
        cmocka_unit_test(test_sending_limits),
        cmocka_unit_test(test_right_code),
        cmocka_unit_test(test_wrong_code_counts),
        cmocka_unit_test(test_dead_codes),
        cmocka_unit_test(test_lock_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
