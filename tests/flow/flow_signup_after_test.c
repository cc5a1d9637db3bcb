/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up after the address is proved: password, attributes, tokens (spec V1, 2.4, 2.5, 2.10, 3.7, 6.16). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- password ---- */

static void test_ask_password(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CREDENTIAL);
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CHALLENGE);
    assert_int_equal(out->kind, OUTCOME_PASSWORD);
    assert_int_equal(out->next.state, STATE_SIGNUP_PASSWORD);
    assert_int_equal(out->next.challenge_id, 200);
    assert_false(out->write_passcode || out->send_code);
    w.facts.challenge_types = CHALLENGE_OOB | CHALLENGE_REDIRECT;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CHALLENGE)->kind, OUTCOME_REDIRECT);
}

/* The proof must stand when it is used: another flow with the address overwrote it, or it went on. */
static void test_proof_must_stand(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
        enum error_id refusal;
    } steps[] = { { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CHALLENGE, ERROR_CONTINUATION_INVALID },
                  { STATE_SIGNUP_CREDENTIAL, REQUEST_SIGNUP_CONTINUE_PASSWORD, ERROR_CONTINUATION_UNFIT },
                  { STATE_SIGNUP_PASSWORD, REQUEST_SIGNUP_CONTINUE_PASSWORD, ERROR_CONTINUATION_UNFIT },
                  { STATE_SIGNUP_ATTRIBUTES, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES, ERROR_CONTINUATION_UNFIT } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (int broken = 0; broken < 4; broken++) {
            struct world w = good_world(steps[i].at);
            if (broken == 0)
                w.row.flow_serial = 150;
            if (broken == 1)
                w.row.challenge_id = 250;
            if (broken == 2)
                w.row.state = PASSCODE_OPEN;
            if (broken == 3)
                w.row.state = PASSCODE_COMPLETED; /* the user was made, and is gone */
            struct outcome *out = decide(&w, steps[i].request);
            assert_int_equal(out->refusal, steps[i].refusal);
            assert_false(out->add_user || out->write_passcode);
        }
}

static void test_password(void **state)
{
    static const enum error_id refusals[] = { ERROR_PASSWORD_INVALID, ERROR_PASSWORD_TOO_SHORT, ERROR_PASSWORD_TOO_LONG,
                                              ERROR_PASSWORD_TOO_WEAK, ERROR_PASSWORD_BANNED };

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct world w = good_world(STATE_SIGNUP_PASSWORD);
        w.facts.password_given = true;
        w.facts.password_refusal = refusals[i];
        struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD);
        assert_int_equal(out->refusal, refusals[i]);
        assert_false(out->write_passcode || out->add_user || out->put_signup);
    }
    struct world w = good_world(STATE_SIGNUP_PASSWORD);
    w.facts.password_given = true;
    w.facts.password_hash = NULL;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD)->need, NEED_HASH);
    w.facts.password_hash = "$argon2id$fresh";
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD);
    assert_int_equal(out->next.state, STATE_SIGNUP_DONE);
    assert_true(out->add_user && !out->put_signup);
    assert_int_equal(out->passcode.state, PASSCODE_COMPLETED);
    w.facts.attributes_missing = true;
    out = decide(&w, REQUEST_SIGNUP_CONTINUE_PASSWORD);
    assert_int_equal(out->refusal, ERROR_ATTRIBUTES_REQUIRED);
    assert_int_equal(out->next.state, STATE_SIGNUP_ATTRIBUTES);
    assert_true(out->put_signup && !out->add_user && !out->write_passcode);
}

/* iOS does not look for a redirect on `continue`: it is never sent there (3.7). */
static void test_no_redirect_on_continue(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_CODE_SENT);
    w.user_flow.identity_provider = PROVIDER_EMAIL_PASSWORD; /* since a moment ago */
    w.at.challenge_types = CHALLENGE_OOB | CHALLENGE_REDIRECT;
    w.facts.code_right = true;
    w.facts.password_hash = NULL;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_OOB)->refusal, ERROR_CREDENTIAL_REQUIRED);
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES)->refusal, ERROR_VERIFICATION_REQUIRED);
    w.at.state = STATE_SIGNUP_CREDENTIAL;
    assert_int_equal(decide(&w, REQUEST_SIGNUP_CHALLENGE)->kind, OUTCOME_REDIRECT);
}

/* ---- attributes ---- */

static void test_attributes(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_ATTRIBUTES);
    w.facts.attributes_given = true;
    w.facts.attributes_refusal = ERROR_ATTRIBUTES_INVALID;
    struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
    assert_int_equal(out->refusal, ERROR_ATTRIBUTES_INVALID);
    assert_false(out->write_passcode || out->put_signup || out->add_user);
    w.facts.attributes_refusal = ERROR_NONE;
    w.facts.attributes_missing = true;
    out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
    assert_int_equal(out->refusal, ERROR_ATTRIBUTES_REQUIRED);
    assert_int_equal(out->next.serial, 300);
    assert_true(out->put_signup && !out->write_passcode);
    w.facts.attributes_missing = false;
    w.facts.signup = &w.signup;
    out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
    assert_int_equal(out->next.state, STATE_SIGNUP_DONE);
    assert_true(out->add_user && out->delete_signup && !out->put_signup);
    /* the operator's extension finds them wrong: the token stays good */
    w.facts.attributes_submit = EXTENSION_REFUSES;
    out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
    assert_int_equal(out->refusal, ERROR_ATTRIBUTES_INVALID);
    assert_false(out->write_passcode || out->add_user);
}

/* Kept, and the code that is out stays good (2.5). */
static void test_attributes_before_the_code(void **state)
{
    static const enum flow_state states[] = { STATE_SIGNUP_STARTED, STATE_SIGNUP_CODE_SENT };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world w = good_world(states[i]);
        w.facts.attributes_given = true;
        struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
        assert_int_equal(out->refusal, ERROR_VERIFICATION_REQUIRED);
        assert_int_equal(out->next.state, states[i]);
        assert_int_equal(out->next.challenge_id, w.at.challenge_id);
        assert_true(out->put_signup && !out->write_passcode);
        w.facts.attributes_refusal = ERROR_ATTRIBUTES_INVALID;
        out = decide(&w, REQUEST_SIGNUP_CONTINUE_ATTRIBUTES);
        assert_int_equal(out->refusal, ERROR_ATTRIBUTES_INVALID);
        assert_int_equal(out->kind, OUTCOME_REFUSE);
        assert_false(out->put_signup);
    }
}

/* What an extension set before attributes are asked for is kept until they are handed in. */
static void test_defaults_of_an_extension(void **state)
{
    (void)state;
    for (int sets = 0; sets < 2; sets++) {
        struct world w = good_world(STATE_SIGNUP_CODE_SENT);
        w.facts.code_right = true;
        w.facts.attributes_missing = true;
        w.facts.attributes_start = sets ? EXTENSION_SETS_VALUES : EXTENSION_GO_ON;
        struct outcome *out = decide(&w, REQUEST_SIGNUP_CONTINUE_OOB);
        assert_int_equal(out->refusal, ERROR_ATTRIBUTES_REQUIRED);
        assert_int_equal(out->put_signup, sets);
    }
}

/* ---- tokens ---- */

static void test_redeem(void **state)
{
    (void)state;
    struct world w = good_world(STATE_SIGNUP_DONE);
    struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_CODE);
    assert_int_equal(out->passcode.state, PASSCODE_REDEEMED);
    w.row = out->passcode;
    out = decide(&w, REQUEST_TOKEN_CONTINUATION);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_REDEEMED);
    assert_false(out->write_passcode);
    w.row.flow_serial = 150;
    assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_INVALID);
}

/* Optional, but if it is there it must fit (2.10). */
static void test_username(void **state)
{
    static const enum flow_state states[] = { STATE_SIGNUP_DONE, STATE_RESET_DONE, STATE_REGISTER_DONE };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct world w = good_world(states[i]);
        w.facts.identity = "kim@example.org";
        struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
        assert_int_equal(out->refusal, ERROR_CONTINUATION_INVALID);
        assert_false(out->write_passcode);
        w.facts.identity = NULL;
        assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->kind, OUTCOME_TOKENS);
    }
}

/* Registration at once only if all of this holds; a second factor never (6.16). */
static void test_registration_after_sign_up(void **state)
{
    (void)state;
    for (unsigned missing = 0; missing <= 5; missing++) {
        struct world w = good_world(STATE_SIGNUP_DONE);
        w.tenant.registration_after_sign_up = missing != 1;
        w.application.multi_factor = missing == 2 ? TOGGLE_OFF : TOGGLE_ON;
        w.method_count = missing == 3 ? 1 : 0;
        w.at.capabilities = missing == 4 ? CAPABILITY_MFA_REQUIRED : CAPABILITY_REGISTRATION_REQUIRED;
        if (missing == 5)
            w.user.origin = ORIGIN_EMAIL_OTP;
        struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
        if (missing != 0) {
            assert_int_equal(out->kind, OUTCOME_TOKENS);
            continue;
        }
        assert_int_equal(out->refusal, ERROR_REGISTRATION_REQUIRED);
        assert_int_equal(out->next.state, STATE_REGISTER_REQUIRED);
        assert_int_equal(out->next.proofs, PROVED_CODE | PROVED_ADDRESS);
        /* the token has paid: the identical request at once gets the same again, later none does */
        assert_int_equal(out->passcode.state, PASSCODE_REDEEMED);
        w.row = out->passcode;
        out = decide(&w, REQUEST_TOKEN_CONTINUATION);
        assert_int_equal(out->refusal, ERROR_REGISTRATION_REQUIRED);
        assert_false(out->write_passcode);
        w.facts.now += w.policy.repeat_seconds;
        assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_REDEEMED);
        w.facts.now -= w.policy.repeat_seconds;
        w.method_count = 1; /* what it paid for is done */
        assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_REDEEMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ask_password),
        cmocka_unit_test(test_proof_must_stand),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_no_redirect_on_continue),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_attributes_before_the_code),
        cmocka_unit_test(test_defaults_of_an_extension),
        cmocka_unit_test(test_redeem),
        cmocka_unit_test(test_username),
        cmocka_unit_test(test_registration_after_sign_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
