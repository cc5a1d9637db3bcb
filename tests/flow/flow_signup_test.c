/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up: every condition within its cells (spec V1, 2.3 to 2.5, 2.10, 3.5 to 3.7, 6.14, 6.16). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world start_world(void)
{
    struct world w = good_world(STATE_NONE);

    no_user(&w);
    w.facts.subject = (struct guid){ { 6 } };
    return w;
}

/* ---- start ---- */

static void test_begin(void **state)
{
    (void)state;
    struct world w = start_world();
    struct outcome *out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_int_equal(out->next.state, STATE_SIGNUP_STARTED);
    assert_true(guid_eq(out->next.subject, w.facts.subject));
    assert_true(guid_eq(out->next.user, GUID_NIL));
    assert_string_equal(out->next.username, SAM);
    assert_false(out->put_signup || out->write_passcode || out->send_code || out->add_user || out->next.decoy);

    w = good_world(STATE_NONE);
    out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->refusal, ERROR_USER_EXISTS);
    assert_false(out->put_signup);
}

/* At every step that the user flow governs, also when the operator switches it off in between. */
static void test_no_user_flow(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
    } steps[] = { { STATE_NONE, REQUEST_SIGNUP_START },
                  { STATE_SIGNUP_STARTED, REQUEST_SIGNUP_CHALLENGE },
                  { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CHALLENGE },
                  { STATE_SIGNUP_STARTED, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES },
                  { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CONTINUE_OOB },
                  { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CHALLENGE },
                  { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CONTINUE_PASSWORD },
                  { STATE_SIGNUP_ATTRIBUTES, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct world w = good_world(steps[i].at);
        no_user(&w);
        w.facts.code_right = true;
        w.no_user_flow = true;
        struct outcome *out = decide(&w, steps[i].request);
        assert_int_equal(out->refusal, ERROR_SIGN_UP_OFF);
        assert_false(out->write_passcode || out->add_user);
        w.no_user_flow = false;
        w.user_flow.sign_up = false;
        assert_int_equal(decide(&w, steps[i].request)->refusal, ERROR_SIGN_UP_OFF);
    }
}

/* The user flow decides what an app must be able to do (spec V1, 1.8). */
static void test_lists(void **state)
{
    static const struct {
        enum identity_provider provider;
        uint8_t offered;
        bool native;
    } cases[] = { { PROVIDER_EMAIL_OTP, CHALLENGE_OOB, true },
                  { PROVIDER_EMAIL_OTP, CHALLENGE_PASSWORD, false },
                  { PROVIDER_EMAIL_PASSWORD, CHALLENGE_OOB, false },
                  { PROVIDER_EMAIL_PASSWORD, CHALLENGE_PASSWORD, false },
                  { PROVIDER_EMAIL_PASSWORD, CHALLENGE_OOB | CHALLENGE_PASSWORD, true } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = start_world();
        w.user_flow.identity_provider = cases[i].provider;
        w.facts.challenge_types = cases[i].offered | CHALLENGE_REDIRECT;
        struct outcome *out = decide(&w, REQUEST_SIGNUP_START);
        assert_int_equal(out->kind, cases[i].native ? OUTCOME_CONTINUE : OUTCOME_REDIRECT);
        assert_true(cases[i].native == (out->reason == NULL));
        /* the same at the challenge, where the list replaces the one before (6.19) */
        w = good_world(STATE_SIGNUP_STARTED);
        w.user_flow.identity_provider = cases[i].provider;
        w.facts.challenge_types = cases[i].offered | CHALLENGE_REDIRECT;
        out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
        assert_int_equal(out->kind, cases[i].native ? OUTCOME_CODE : OUTCOME_REDIRECT);
        assert_int_equal(out->write_passcode, cases[i].native);
    }
}

/* What comes with the start is tested at the start; a password in a flow without one is ignored (3.5). */
static void test_inputs_at_the_start(void **state)
{
    (void)state;
    struct world w = start_world();
    w.facts.password_given = true;
    w.facts.password_refusal = ERROR_PASSWORD_TOO_SHORT;
    w.facts.password_hash = NULL;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_false(out->put_signup);

    w.user_flow.identity_provider = PROVIDER_EMAIL_PASSWORD;
    w.facts.attributes_given = true;
    w.facts.attributes_refusal = ERROR_ATTRIBUTES_INVALID;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_START)->refusal, ERROR_PASSWORD_TOO_SHORT);
    w.facts.password_refusal = ERROR_NONE;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_START)->refusal, ERROR_ATTRIBUTES_INVALID);
    w.facts.attributes_refusal = ERROR_NONE;
    out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->kind, OUTCOME_NEEDS);
    assert_int_equal(out->need, NEED_HASH);
    w.facts.password_hash = "$argon2id$fresh";
    out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_true(out->put_signup);

    w = start_world();
    w.facts.attributes_given = true;
    assert_true(decide(&w, REQUEST_SIGNUP_START)->put_signup);
    /* an address that is taken is told before anything else is looked at */
    w = good_world(STATE_NONE);
    w.facts.attributes_given = true;
    w.facts.attributes_refusal = ERROR_ATTRIBUTES_INVALID;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_START)->refusal, ERROR_USER_EXISTS);
}

/* ---- whoever has an account already ---- */

static void test_hidden_account(void **state)
{
    (void)state;
    struct world w = good_world(STATE_NONE);
    w.tenant.hide_unknown_users = true;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_START);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_true(out->next.decoy);
    w.facts.password_given = true;
    w.facts.password_hash = NULL;
    w.user_flow.identity_provider = PROVIDER_EMAIL_PASSWORD;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_START)->need, NEED_HASH); /* the same work, the same time */
    /* the owner is told by mail, once for each challenge */
    w = good_world(STATE_SIGNUP_STARTED);
    w.at.decoy = true;
    w.user = good_world(STATE_NONE).user;
    out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_true(out->send_code && out->write_passcode);
    assert_int_equal(out->purpose, CODE_ACCOUNT_EXISTS);
    w.row = out->passcode;
    out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_CODE);
    assert_false(out->send_code || out->write_passcode);
    /* no code is right */
    w = good_world(STATE_SIGNUP_CODE_SENT);
    w.at.decoy = true;
    w.user = good_world(STATE_NONE).user;
    w.facts.code_right = true;
    out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_int_equal(out->passcode.attempts, 1);
    assert_int_equal(out->passcode.state, PASSCODE_OPEN);
}

/* Somebody else was faster: told only to whoever proved the address (2.4). */
static void test_address_taken_meanwhile(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
    } steps[] = { { STATE_SIGNUP_CODE_SENT, REQUEST_SIGNUP_CONTINUE_OOB },
                  { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CONTINUE_PASSWORD },
                  { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CONTINUE_PASSWORD },
                  { STATE_SIGNUP_ATTRIBUTES, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct world w = good_world(steps[i].at);
        w.user = good_world(STATE_NONE).user;
        w.facts.code_right = true;
        struct outcome *out = decide(&w, steps[i].request);
        assert_int_equal(out->refusal, ERROR_USER_EXISTS);
        assert_false(out->add_user || out->write_passcode || out->put_signup);
    }
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.user = good_world(STATE_NONE).user;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CODE_WRONG);
}

/* ---- the code ---- */

static void test_right_code_makes_the_user(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
    assert_int_equal(out->kind, OUTCOME_CONTINUE);
    assert_int_equal(out->next.state, STATE_SIGNUP_DONE);
    assert_true(guid_eq(out->next.user, w.facts.new_id));
    assert_true(out->add_user && out->write_passcode);
    assert_int_equal(out->passcode.state, PASSCODE_COMPLETED);
    assert_int_equal(out->passcode.changed_at, NOW);
    assert_false(out->delete_signup || out->put_signup || out->send_code);
    w.facts.signup = &w.signup;
    assert_true(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->delete_signup);
}

/* Credential first, then attributes (2.4). */
static void test_what_is_missing_after_the_code(void **state)
{
    static const struct {
        bool password_flow, hash_kept, attributes_missing;
        enum error_id refusal;
        enum flow_state next;
    } cases[] = {
        { true, false, false, ERROR_CREDENTIAL_REQUIRED, STATE_SIGNUP_CREDENTIAL },
        { true, false, true, ERROR_CREDENTIAL_REQUIRED, STATE_SIGNUP_CREDENTIAL },
        { true, true, true, ERROR_ATTRIBUTES_REQUIRED, STATE_SIGNUP_ATTRIBUTES },
        { true, true, false, ERROR_NONE, STATE_SIGNUP_DONE },
        { false, false, true, ERROR_ATTRIBUTES_REQUIRED, STATE_SIGNUP_ATTRIBUTES },
        { false, false, false, ERROR_NONE, STATE_SIGNUP_DONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_SIGNUP_CODE_SENT);
        w.facts.code_right = true;
        w.facts.password_hash = NULL;
        w.facts.attributes_missing = cases[i].attributes_missing;
        w.user_flow.identity_provider = cases[i].password_flow ? PROVIDER_EMAIL_PASSWORD : PROVIDER_EMAIL_OTP;
        w.facts.signup = &w.signup;
        w.signup.password_hash[0] = cases[i].hash_kept ? '$' : '\0';
        struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
        assert_int_equal(out->refusal, cases[i].refusal);
        assert_int_equal(out->next.state, cases[i].next);
        assert_int_equal(out->add_user, cases[i].refusal == ERROR_NONE);
        assert_int_equal(out->passcode.state, cases[i].refusal == ERROR_NONE ? PASSCODE_COMPLETED : PASSCODE_TAKEN);
        assert_int_equal(out->next.challenge_id, 200);
    }
}

/* The last step again within the grace: the same token; later the token is dead (6.10). */
static void test_repeated_last_step(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    struct outcome first = *decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
    w.row = first.passcode;
    w.user = good_world(STATE_NONE).user;
    w.user.id = w.facts.new_id;
    w.facts.now = NOW + 9;
    struct outcome *again = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
    assert_int_equal(again->kind, OUTCOME_CONTINUE);
    assert_int_equal(again->next.state, STATE_SIGNUP_DONE);
    assert_true(guid_eq(again->next.user, first.next.user));
    assert_false(again->add_user || again->write_passcode);
    w.facts.code_right = false;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    w.facts.code_right = true;
    w.facts.now = NOW + 10;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    w = good_world(STATE_SIGNUP_ATTRIBUTES);
    w.row.state = PASSCODE_COMPLETED;
    w.row.changed_at = NOW - 9;
    w.user = good_world(STATE_NONE).user;
    again = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
    assert_int_equal(again->next.state, STATE_SIGNUP_DONE);
    assert_false(again->add_user || again->write_passcode);
    /* with another password it is no repeat */
    w = good_world(STATE_SIGNUP_CREDENTIAL);
    w.row.state = PASSCODE_COMPLETED;
    w.row.changed_at = NOW - 9;
    w.user = good_world(STATE_NONE).user;
    w.user.password_hash[0] = '$';
    w.facts.password_given = true;
    w.facts.password_check = PASSWORD_UNCHECKED;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD)->need, NEED_VERIFY);
    w.facts.password_check = PASSWORD_WRONG;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD)->refusal, ERROR_CONTINUATION_UNFIT);
    w.facts.password_check = PASSWORD_RIGHT;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD)->next.state, STATE_SIGNUP_DONE);
}

/* A flow that ended stays so when another has taken its row: every old token of it is dead. */
static void test_ended_flow_stays_ended(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    w.row = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->passcode;
    w.row.flow_serial = 999;
    w.row.challenge_id = 998;
    w.row.state = PASSCODE_OPEN;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_INVALID);
    assert_false(out->write_passcode || out->send_code);
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    for (uint64_t i = 0; i < PASSCODE_ENDED_KEPT; i++) /* younger ones have taken its place: it is dead all the same */
        w.row.ended[i] = 510 - i;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CHALLENGE)->refusal, ERROR_CONTINUATION_INVALID);
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    for (uint64_t i = 0; i < PASSCODE_ENDED_KEPT; i++) /* those of others who came before do no harm */
        w.row.ended[i] = 99 - i;
    assert_true(decide(&w, REQUEST_SIGNUP_CHALLENGE)->send_code);
}

/* However many flows end in a row, in whatever order, none comes to life again. */
static void test_all_flows_stay_ended(void **state)
{
    static const uint64_t order[] = { 105, 101, 110, 107, 102, 120, 121, 104, 122, 103, 130 };

    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        w.at.flow_serial = w.row.flow_serial = order[i];
        w.row.state = PASSCODE_OPEN;
        if (decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->kind == OUTCOME_CONTINUE)
            w.row = w.out.passcode;
        for (size_t k = 0; k <= i; k++) {
            w.at.flow_serial = order[k];
            w.row.flow_serial = 999;
            assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
        }
    }
}

/* A code that was taken is taken; only the identical request gets the same answer again. */
static void test_repeated_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    w.facts.attributes_missing = true;
    w.row.state = PASSCODE_TAKEN;
    w.row.changed_at = NOW - 9;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
    assert_int_equal(out->refusal, ERROR_ATTRIBUTES_REQUIRED);
    assert_false(out->write_passcode);
    w.row.changed_at = NOW - 10;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
    /* no code is sent any more for what is proved (3.2: only while the challenge is unsolved) */
    out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_INVALID);
    assert_false(out->write_passcode || out->send_code);
}

/* ---- extensions ---- */

static void test_extensions(void **state)
{
    static const struct {
        bool missing;
        enum extension_says start, submit;
        enum error_id refusal;
    } cases[] = {
        { true, EXTENSION_GO_ON, EXTENSION_GO_ON, ERROR_ATTRIBUTES_REQUIRED },
        { true, EXTENSION_BLOCKS, EXTENSION_GO_ON, ERROR_SIGN_UP_BLOCKED },
        { true, EXTENSION_FAILED, EXTENSION_GO_ON, ERROR_EXTENSION_FAILED },
        { false, EXTENSION_FAILED, EXTENSION_GO_ON, ERROR_NONE }, /* nothing is asked for */
        { false, EXTENSION_GO_ON, EXTENSION_BLOCKS, ERROR_SIGN_UP_BLOCKED },
        { false, EXTENSION_GO_ON, EXTENSION_REFUSES, ERROR_ATTRIBUTES_INVALID },
        { false, EXTENSION_GO_ON, EXTENSION_FAILED, ERROR_EXTENSION_FAILED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_SIGNUP_CODE_SENT);
        w.facts.code_right = true;
        w.facts.attributes_missing = cases[i].missing;
        w.facts.attributes_start = cases[i].start;
        w.facts.attributes_submit = cases[i].submit;
        struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
        assert_int_equal(out->refusal, cases[i].refusal);
        assert_int_equal(out->add_user, cases[i].refusal == ERROR_NONE);
        /* who is refused may come again with the same token and code (1.10) */
        assert_int_equal(out->write_passcode, out->kind != OUTCOME_REFUSE);
    }
}

static void test_extensions_are_asked(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.facts.code_right = true;
    w.facts.attributes_start = w.facts.attributes_submit = EXTENSION_NOT_ASKED;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->need, NEED_ATTRIBUTES_SUBMIT);
    assert_int_equal(w.out.kind, OUTCOME_NEEDS);
    w.facts.attributes_missing = true;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->need, NEED_ATTRIBUTES_START);
    assert_int_equal(w.out.kind, OUTCOME_NEEDS);
    w.facts.code_right = false; /* nobody is asked for a wrong code */
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->kind, OUTCOME_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_no_user_flow),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_inputs_at_the_start),
        cmocka_unit_test(test_hidden_account),
        cmocka_unit_test(test_address_taken_meanwhile),
        cmocka_unit_test(test_right_code_makes_the_user),
        cmocka_unit_test(test_what_is_missing_after_the_code),
        cmocka_unit_test(test_repeated_last_step),
        cmocka_unit_test(test_repeated_code),
        cmocka_unit_test(test_ended_flow_stays_ended),
        cmocka_unit_test(test_all_flows_stay_ended),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_extensions_are_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
