/* SPDX-License-Identifier: Apache-2.0 */
/* Registration of a second factor: every condition within its cells (spec V1, 2.7, 3.13 to 3.15). */
#include "support/flow_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_list(void **state)
{
    (void)state;
    struct world w = good_world(STATE_REGISTER_REQUIRED);
    w.at.proofs = PROVED_CODE | PROVED_ADDRESS;
    struct outcome *out = decide(&w, REQUEST_REGISTER_INTROSPECT);
    assert_int_equal(out->kind, OUTCOME_REGISTRABLE);
    assert_int_equal(out->next.proofs, PROVED_CODE | PROVED_ADDRESS);
    assert_false(out->write_passcode || out->send_code);
}

static void test_challenge(void **state)
{
    static const struct {
        uint8_t offered;
        enum channel channel;
        bool fine;
    } cases[] = { { FACTOR_EMAIL, CHANNEL_EMAIL, true },
                  { FACTOR_EMAIL, CHANNEL_SMS, false },
                  { FACTOR_SMS, CHANNEL_SMS, true },
                  { FACTOR_SMS, CHANNEL_EMAIL, false },
                  { 0, CHANNEL_EMAIL, false } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_REGISTER_METHODS);
        w.tenant.second_factors = cases[i].offered;
        w.facts.channel = cases[i].channel;
        w.facts.target = cases[i].channel == CHANNEL_SMS ? "+4790000007" : "strong@example.org";
        w.facts.subject = (struct guid){ { 6 } };
        struct outcome *out = decide(&w, REQUEST_REGISTER_CHALLENGE);
        assert_int_equal(out->refusal, cases[i].fine ? ERROR_NONE : ERROR_CHANNEL_UNKNOWN);
        assert_int_equal(out->send_code, cases[i].fine);
        if (!cases[i].fine)
            continue;
        assert_int_equal(out->purpose, CODE_REGISTER);
        assert_int_equal(out->next.channel, cases[i].channel);
        assert_string_equal(out->next.target, w.facts.target);
        assert_true(guid_eq(out->next.subject, w.facts.subject));
    }
    struct world w = good_world(STATE_REGISTER_METHODS);
    w.facts.target = NULL;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CHALLENGE)->refusal, ERROR_CONTACT_INVALID);
}

/* Another flow has registered one: no step of this one brings a second, but for the repeat of its last. */
static void test_registered_meanwhile(void **state)
{
    static const struct {
        enum flow_state at;
        enum flow_request request;
    } steps[] = { { STATE_REGISTER_REQUIRED, REQUEST_REGISTER_INTROSPECT },
                  { STATE_REGISTER_METHODS, REQUEST_REGISTER_CHALLENGE },
                  { STATE_REGISTER_CODE_SENT, REQUEST_REGISTER_CONTINUE_OOB },
                  { STATE_REGISTER_PREVERIFIED, REQUEST_REGISTER_CONTINUE_TOKEN } };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct world w = good_world(steps[i].at);
        w.facts.code_right = true;
        w.methods[0] = (struct method){ .id = { { 5 } }, .channel = CHANNEL_SMS, .target = "+4790000007" };
        w.method_count = 1;
        struct outcome *out = decide(&w, steps[i].request);
        assert_int_equal(out->refusal, ERROR_CONTINUATION_UNFIT);
        assert_false(out->write_passcode || out->add_method || out->send_code);
    }
    struct world w = good_world(STATE_REGISTER_CODE_SENT);
    w.facts.code_right = true;
    w.row = decide(&w, REQUEST_REGISTER_CONTINUE_OOB)->passcode;
    w.methods[0] = (struct method){ .id = { { 5 } }, .channel = CHANNEL_EMAIL, .target = "strong@example.org" };
    w.method_count = 1;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CONTINUE_OOB)->kind, OUTCOME_CONTINUE);
}

static void test_limits(void **state)
{
    (void)state;
    struct world w = good_world(STATE_REGISTER_CODE_SENT);
    w.row.issued_at = NOW - 29;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CHALLENGE)->refusal, ERROR_CODES_EXHAUSTED);
    /* another contact has its own row */
    w.row = (struct passcode){ .version = 0 };
    w.facts.subject = (struct guid){ { 6 } };
    assert_int_equal(decide(&w, REQUEST_REGISTER_CHALLENGE)->kind, OUTCOME_CODE);
    w.facts.address_over_quota = true;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CHALLENGE)->refusal, ERROR_THROTTLED);
}

static void test_code(void **state)
{
    (void)state;
    struct world w = good_world(STATE_REGISTER_CODE_SENT);
    w.at.proofs = PROVED_PASSWORD;
    struct outcome *out = decide(&w, REQUEST_REGISTER_CONTINUE_OOB);
    assert_int_equal(out->refusal, ERROR_CODE_WRONG);
    assert_false(out->add_method);
    w.facts.code_right = true;
    out = decide(&w, REQUEST_REGISTER_CONTINUE_OOB);
    assert_int_equal(out->next.state, STATE_REGISTER_DONE);
    assert_int_equal(out->next.proofs, PROVED_PASSWORD | PROVED_FACTOR);
    assert_true(out->add_method && out->write_passcode);
    assert_int_equal(out->passcode.state, PASSCODE_COMPLETED);
    w.row = out->passcode;
    out = decide(&w, REQUEST_REGISTER_CONTINUE_OOB);
    assert_int_equal(out->next.state, STATE_REGISTER_DONE);
    assert_false(out->add_method || out->write_passcode);
    assert_int_equal(decide(&w, REQUEST_REGISTER_CHALLENGE)->refusal, ERROR_CONTINUATION_UNFIT);
    w.facts.now = NOW + 10;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CONTINUE_OOB)->refusal, ERROR_CONTINUATION_REDEEMED);
}

/* ---- preverified ---- */

/* Only the address that the sign-up verified a moment ago. */
static void test_preverified(void **state)
{
    static const struct {
        uint8_t proofs;
        enum channel channel;
        const char *target;
        bool preverified;
    } cases[] = { { PROVED_CODE | PROVED_ADDRESS, CHANNEL_EMAIL, "sam@EXAMPLE.org", true },
                  { PROVED_CODE | PROVED_ADDRESS, CHANNEL_EMAIL, "strong@example.org", false },
                  { PROVED_CODE | PROVED_ADDRESS, CHANNEL_SMS, "+4790000007", false },
                  { PROVED_CODE, CHANNEL_EMAIL, SAM, false },
                  { PROVED_PASSWORD, CHANNEL_EMAIL, SAM, false } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w = good_world(STATE_REGISTER_METHODS);
        w.at.proofs = cases[i].proofs;
        w.facts.channel = cases[i].channel;
        w.facts.target = cases[i].target;
        struct outcome *out = decide(&w, REQUEST_REGISTER_CHALLENGE);
        assert_int_equal(out->kind, cases[i].preverified ? OUTCOME_PREVERIFIED : OUTCOME_CODE);
        assert_int_equal(out->write_passcode, !cases[i].preverified);
        assert_int_equal(out->send_code, !cases[i].preverified);
        assert_string_equal(out->next.target, cases[i].target);
    }
}

static void test_preverified_is_stored_once(void **state)
{
    (void)state;
    struct world w = good_world(STATE_REGISTER_PREVERIFIED);
    w.at.proofs = PROVED_CODE | PROVED_ADDRESS;
    struct outcome *out = decide(&w, REQUEST_REGISTER_CONTINUE_TOKEN);
    assert_int_equal(out->next.state, STATE_REGISTER_DONE);
    assert_true(out->add_method && out->write_passcode);
    assert_int_equal(out->passcode.state, PASSCODE_COMPLETED);
    assert_int_equal(out->passcode.flow_serial, 100);
    assert_int_equal(out->passcode.challenge_id, 0);
    struct continuation done = out->next;
    struct continuation before = w.at;
    w.row = out->passcode;
    w.facts.now = NOW + 9;
    out = decide(&w, REQUEST_REGISTER_CONTINUE_TOKEN);
    assert_int_equal(out->next.state, STATE_REGISTER_DONE);
    assert_false(out->add_method || out->write_passcode);
    w.facts.now = NOW + 10; /* after the grace the token is dead (6.10) */
    out = decide(&w, REQUEST_REGISTER_CONTINUE_TOKEN);
    assert_int_equal(out->refusal, ERROR_CONTINUATION_REDEEMED);
    assert_false(out->add_method || out->write_passcode);
    w.facts.now = NOW;
    w.at = done;
    out = decide(&w, REQUEST_TOKEN_CONTINUATION);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_CODE | PROVED_ADDRESS | PROVED_FACTOR);
    w.row = out->passcode;
    assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_REDEEMED);
    w.at = before;
    assert_int_equal(decide(&w, REQUEST_REGISTER_CONTINUE_TOKEN)->refusal, ERROR_CONTINUATION_REDEEMED);
}

/* ---- tokens ---- */

static void test_redeem(void **state)
{
    (void)state;
    struct world w = good_world(STATE_REGISTER_DONE);
    w.at.proofs = PROVED_PASSWORD | PROVED_FACTOR;
    w.tenant.multi_factor = true; /* not asked for again (2.6) */
    struct outcome *out = decide(&w, REQUEST_TOKEN_CONTINUATION);
    assert_int_equal(out->kind, OUTCOME_TOKENS);
    assert_int_equal(out->proofs, PROVED_PASSWORD | PROVED_FACTOR);
    for (enum passcode_state s = PASSCODE_NONE; s <= PASSCODE_TAKEN; s++) {
        w.row.state = s;
        assert_int_equal(decide(&w, REQUEST_TOKEN_CONTINUATION)->refusal, ERROR_CONTINUATION_INVALID);
        assert_false(w.out.write_passcode);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_challenge),
        cmocka_unit_test(test_registered_meanwhile),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_preverified),
        cmocka_unit_test(test_preverified_is_stored_once),
        cmocka_unit_test(test_redeem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
