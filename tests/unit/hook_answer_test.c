/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of extensions: each action, each failure that a body can show (spec OIDC, 11.1 to 11.5). */
#include "hook/answer.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char space[1 << 17];
static struct arena arena;

static enum hook_failure read_text(enum extension_event event, const char *json, struct hook_answer *out)
{
    arena_init(&arena, space, sizeof space);
    return hook_answer_read(event, slice_of(json), &arena, out);
}

#define ACTION(type, more) "{\"data\":{\"@odata.type\":\"x\",\"actions\":[{\"@odata.type\":\"" type "\"" more "}]}}"
#define GRAPH "microsoft.graph."

static const struct {
    enum extension_event event;
    const char *json;
    enum hook_failure failure;
    enum hook_action action;
} cases[] = {
    { EXTENSION_OTP_SEND, ACTION(GRAPH "OtpSend.continueWithDefaultBehavior", ""), HOOK_FINE, HOOK_CONTINUE },
    { EXTENSION_SMS_SEND, ACTION("#Microsoft.Graph.otpsend.CONTINUEwithdefaultbehavior", ""), HOOK_FINE,
      HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_START, ACTION(GRAPH "attributeCollectionStart.continueWithDefaultBehavior", ""), HOOK_FINE,
      HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_START,
      ACTION(GRAPH "attributeCollectionStart.setPrefillValues", ",\"inputs\":{\"city\":\"Oslo\"}"), HOOK_FINE,
      HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_START, ACTION(GRAPH "attributeCollectionStart.showBlockPage", ",\"message\":\"no\""),
      HOOK_FINE, HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT,
      ACTION(GRAPH "attributeCollectionSubmit.modifyAttributeValues",
             ",\"attributes\":{\"n\":42,\"b\":true,\"z\":null}"),
      HOOK_FINE, HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_SUBMIT, ACTION(GRAPH "attributeCollectionSubmit.showBlockPage", ""), HOOK_FINE, HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT,
      ACTION(GRAPH "attributeCollectionSubmit.showValidationError", ",\"attributeErrors\":{\"city\":\"unknown\"}"),
      HOOK_FINE, HOOK_REFUSE },
    { EXTENSION_TOKEN_ISSUANCE,
      ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"a\":\"1\",\"l\":[\"x\"]}"), HOOK_FINE,
      HOOK_CLAIMS },
    /* an action of another event */
    { EXTENSION_OTP_SEND, ACTION(GRAPH "attributeCollectionStart.showBlockPage", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, ACTION("OtpSend.continueWithDefaultBehavior", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":[{}]}}", HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":[]}}", HOOK_ACTION_COUNT, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":[{},{}]}}", HOOK_ACTION_COUNT, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":[7]}}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":{}}}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":[]}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "[]", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "<html>", HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ""), HOOK_NO_CLAIMS, 0 },
    { EXTENSION_TOKEN_ISSUANCE, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":null"),
      HOOK_NO_CLAIMS, 0 },
    { EXTENSION_TOKEN_ISSUANCE, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"\":\"x\"}"),
      HOOK_CLAIM_KEY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"n\":1}"),
      HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE,
      ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"n\":{\"a\":\"b\"}}"), HOOK_FINE,
      HOOK_CLAIMS },
    { EXTENSION_TOKEN_ISSUANCE, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"n\":[1]}"),
      HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, ACTION(GRAPH "attributeCollectionSubmit.modifyAttributeValues", ""), HOOK_BAD_BODY,
      0 },
    { EXTENSION_ATTRIBUTES_SUBMIT,
      ACTION(GRAPH "attributeCollectionSubmit.modifyAttributeValues", ",\"attributes\":{\"a\":[]}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, ACTION(GRAPH "attributeCollectionSubmit.showValidationError", ""), HOOK_BAD_BODY,
      0 },
};

static void test_actions_and_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hook_answer answer;
        enum hook_failure got = read_text(cases[i].event, cases[i].json, &answer);
        if (got != cases[i].failure || (got == HOOK_FINE && answer.action != cases[i].action))
            fail_msg("%s: failure %u, action %d", cases[i].json, hook_failure_code(got), answer.action);
    }
}

static void test_what_is_read(void **state)
{
    struct hook_answer answer;

    (void)state;
    assert_int_equal(
        read_text(EXTENSION_TOKEN_ISSUANCE,
                  ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken",
                         ",\"claims\":{\"DateOfBirth\":\"1990-02-01\",\"Roles\":[\"a\",\"b\"],\"gone\":null}"),
                  &answer),
        HOOK_FINE);
    assert_int_equal(answer.claims.n, 2);
    assert_true(slice_eq(answer.claims.items[0].name, SLICE("DateOfBirth")) && !answer.claims.items[0].is_list);
    assert_true(slice_eq(answer.claims.items[0].values.items[0], SLICE("1990-02-01")));
    assert_true(answer.claims.items[1].is_list);
    assert_int_equal(answer.claims.items[1].values.n, 2);

    assert_int_equal(read_text(EXTENSION_ATTRIBUTES_SUBMIT,
                               ACTION(GRAPH "attributeCollectionSubmit.modifyAttributeValues",
                                      ",\"attributes\":{\"n\":-42,\"b\":false,\"t\":\"x\"}"),
                               &answer),
                     HOOK_FINE);
    assert_int_equal(answer.value_count, 3);
    assert_true(slice_eq(answer.values[0].text, SLICE("-42")));
    assert_true(slice_eq(answer.values[1].text, SLICE("false")));

    assert_int_equal(read_text(EXTENSION_ATTRIBUTES_SUBMIT,
                               ACTION(GRAPH "attributeCollectionSubmit.showValidationError",
                                      ",\"message\":\"Look again\",\"attributeErrors\":{\"city\":\"?\",\"zip\":\"?\"}"),
                               &answer),
                     HOOK_FINE);
    assert_int_equal(answer.names.n, 2);
    assert_true(slice_eq(answer.names.items[1], SLICE("zip")));
    assert_true(slice_eq(answer.message, SLICE("Look again")));
}

static void test_too_many_claims(void **state)
{
    static char json[8192], value[LIMIT_HOOK_CLAIMS + 2];
    struct hook_answer answer;

    (void)state;
    memset(value, 'v', LIMIT_HOOK_CLAIMS - 1);
    snprintf(json, sizeof json, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"n\":\"%s\"}"),
             value);
    assert_int_equal(read_text(EXTENSION_TOKEN_ISSUANCE, json, &answer), HOOK_FINE);
    memset(value, 'v', LIMIT_HOOK_CLAIMS);
    snprintf(json, sizeof json, ACTION(GRAPH "tokenIssuanceStart.provideClaimsForToken", ",\"claims\":{\"n\":\"%s\"}"),
             value);
    assert_int_equal(read_text(EXTENSION_TOKEN_ISSUANCE, json, &answer), HOOK_CLAIMS_SIZE);
}

static void test_every_failure_has_its_code(void **state)
{
    (void)state;
    for (enum hook_failure f = 0; f < HOOK_FAILURES; f++) {
        assert_int_equal(hook_failure_code(f) == 0, f == HOOK_FINE);
        for (enum hook_failure other = 0; other < f; other++)
            assert_int_not_equal(hook_failure_code(f), hook_failure_code(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions_and_failures),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_too_many_claims),
        cmocka_unit_test(test_every_failure_has_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
