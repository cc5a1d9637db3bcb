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

#define GRAPH "microsoft.graph."
#define DATA(type, actions) "{\"data\":{\"@odata.type\":\"" type "\",\"actions\":" actions "}}"
#define ONE(data, type, more) DATA(data, "[{\"@odata.type\":\"" type "\"" more "}]")
#define OTP_DATA GRAPH "OnOtpSendResponseData"
#define OTP(actions) DATA(OTP_DATA, actions)
#define SEND(type, more) ONE(OTP_DATA, type, more)
#define START(type, more) \
    ONE(GRAPH "onAttributeCollectionStartResponseData", GRAPH "attributeCollectionStart." type, more)
#define SUBMIT(type, more) \
    ONE(GRAPH "onAttributeCollectionSubmitResponseData", GRAPH "attributeCollectionSubmit." type, more)
#define ISSUANCE(more) \
    ONE(GRAPH "onTokenIssuanceStartResponseData", GRAPH "tokenIssuanceStart.provideClaimsForToken", more)
#define CLAIMS(claims) ISSUANCE(",\"claims\":" claims)

static const struct {
    enum extension_event event;
    const char *json;
    enum hook_failure failure;
    enum hook_action action;
} cases[] = {
    /* types in any case, with "#" and without */
    { EXTENSION_OTP_SEND, SEND(GRAPH "OtpSend.continueWithDefaultBehavior", ""), HOOK_FINE, HOOK_CONTINUE },
    { EXTENSION_SMS_SEND, SEND("#Microsoft.Graph.otpsend.CONTINUEwithdefaultbehavior", ""), HOOK_FINE, HOOK_CONTINUE },
    { EXTENSION_OTP_SEND,
      ONE("#MICROSOFT.GRAPH.onOtpSendResponsedata", "#" GRAPH "otpSend.continueWithDefaultBehavior", ""), HOOK_FINE,
      HOOK_CONTINUE },
    /* each event's actions */
    { EXTENSION_ATTRIBUTES_START, START("continueWithDefaultBehavior", ""), HOOK_FINE, HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_START, START("setPrefillValues", ",\"inputs\":{\"city\":\"Oslo\"}"), HOOK_FINE,
      HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_START, START("showBlockPage", ",\"message\":\"no\""), HOOK_FINE, HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("continueWithDefaultBehavior", ""), HOOK_FINE, HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("modifyAttributeValues", ",\"attributes\":{\"n\":42,\"b\":true,\"z\":null}"),
      HOOK_FINE, HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showBlockPage", ",\"title\":null"), HOOK_FINE, HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showValidationError", ",\"attributeErrors\":{\"city\":\"unknown\"}"),
      HOOK_FINE, HOOK_REFUSE },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"a\":\"1\",\"l\":[\"x\"],\"none\":[]}"), HOOK_FINE, HOOK_CLAIMS },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{}"), HOOK_FINE, HOOK_CLAIMS },
    /* an action of another event, or of none */
    { EXTENSION_OTP_SEND, SEND(GRAPH "attributeCollectionStart.showBlockPage", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND(GRAPH "OtpSend.continueWithDefaultBehaviour", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND(GRAPH "OtpSend.continueWithDefault", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND("##" GRAPH "OtpSend.continueWithDefaultBehavior", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND("OtpSend.continueWithDefaultBehavior", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND(GRAPH, ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, SEND("", ""), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, OTP("[{}]"), HOOK_ACTION_TYPE, 0 },
    { EXTENSION_OTP_SEND, OTP("[{\"@odata.type\":1}]"), HOOK_ACTION_TYPE, 0 },
    /* data of another event, or of none */
    { EXTENSION_OTP_SEND,
      ONE(GRAPH "onTokenIssuanceStartResponseData", GRAPH "OtpSend.continueWithDefaultBehavior", ""), HOOK_SCHEMA, 0 },
    { EXTENSION_OTP_SEND, ONE("OnOtpSendResponseData", GRAPH "OtpSend.continueWithDefaultBehavior", ""), HOOK_SCHEMA,
      0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"actions\":[{}]}}", HOOK_SCHEMA, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{\"@odata.type\":null,\"actions\":[{}]}}", HOOK_SCHEMA, 0 },
    /* how many */
    { EXTENSION_OTP_SEND, OTP("[]"), HOOK_ACTION_COUNT, 0 },
    { EXTENSION_OTP_SEND, OTP("[{},{}]"), HOOK_ACTION_COUNT, 0 },
    /* not an envelope */
    { EXTENSION_OTP_SEND, OTP("[7]"), HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, OTP("{}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, OTP("null"), HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":[]}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{\"Data\":{}}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{}", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "[]", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "<html>", HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, OTP("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), HOOK_BAD_BODY, 0 },
    { EXTENSION_OTP_SEND, "{\"data\":{},\"data\":{}}", HOOK_BAD_BODY, 0 },
    /* claims: texts and lists of texts */
    { EXTENSION_TOKEN_ISSUANCE, ISSUANCE(""), HOOK_NO_CLAIMS, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("null"), HOOK_NO_CLAIMS, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("[]"), HOOK_NO_CLAIMS, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"\":\"x\"}"), HOOK_CLAIM_KEY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"\":null}"), HOOK_CLAIM_KEY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":1}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":1.5}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":true}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":{\"a\":\"b\"}}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":{}}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":[1]}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":[null]}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"n\":[[\"x\"]]}"), HOOK_BAD_BODY, 0 },
    /* attributes: texts, whole numbers, booleans */
    { EXTENSION_ATTRIBUTES_START, START("setPrefillValues", ""), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_START, START("setPrefillValues", ",\"attributes\":{}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_START, START("setPrefillValues", ",\"inputs\":{\"a\":1.5}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("modifyAttributeValues", ""), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("modifyAttributeValues", ",\"attributes\":{\"a\":[]}"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showValidationError", ""), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showValidationError", ",\"attributeErrors\":[]"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showBlockPage", ",\"message\":7"), HOOK_BAD_BODY, 0 },
    { EXTENSION_ATTRIBUTES_SUBMIT, SUBMIT("showBlockPage", ",\"title\":{}"), HOOK_BAD_BODY, 0 },
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

static void test_claims_are_read(void **state)
{
    struct hook_answer answer;

    (void)state;
    assert_int_equal(read_text(EXTENSION_TOKEN_ISSUANCE,
                               CLAIMS("{\"DateOfBirth\":\"1990-02-01\",\"Roles\":[\"a\",\"b\"],\"gone\":null}"),
                               &answer),
                     HOOK_FINE);
    assert_int_equal(answer.claims.n, 2);
    assert_true(slice_eq(answer.claims.items[0].name, SLICE("DateOfBirth")) && !answer.claims.items[0].is_list);
    assert_true(slice_eq(answer.claims.items[0].values.items[0], SLICE("1990-02-01")));
    assert_true(answer.claims.items[1].is_list);
    assert_int_equal(answer.claims.items[1].values.n, 2);
    assert_true(slice_eq(answer.claims.items[1].values.items[1], SLICE("b")));
}

static void is_value(const struct hook_value *value, struct slice name, enum hook_value_kind kind, struct slice text)
{
    assert_true(slice_eq(value->name, name));
    assert_int_equal(value->kind, kind);
    assert_true(slice_eq(value->text, text));
}

static void test_values_are_read(void **state)
{
    struct hook_answer answer;

    (void)state;
    assert_int_equal(
        read_text(EXTENSION_ATTRIBUTES_SUBMIT,
                  SUBMIT("modifyAttributeValues",
                         ",\"attributes\":{\"n\":-9223372036854775808,\"b\":false,\"z\":null,\"t\":\"true\"}"),
                  &answer),
        HOOK_FINE);
    assert_int_equal(answer.value_count, 3);
    is_value(&answer.values[0], SLICE("n"), HOOK_NUMBER, SLICE("-9223372036854775808"));
    is_value(&answer.values[1], SLICE("b"), HOOK_FLAG, SLICE("false"));
    is_value(&answer.values[2], SLICE("t"), HOOK_TEXT, SLICE("true"));
}

static void test_pages_are_read(void **state)
{
    struct hook_answer answer;

    (void)state;
    assert_int_equal(read_text(EXTENSION_ATTRIBUTES_SUBMIT,
                               SUBMIT("showValidationError", ",\"message\":\"Look again\",\"attributeErrors\":"
                                                             "{\"city\":\"unknown\",\"ok\":null,\"zip\":\"too long\"}"),
                               &answer),
                     HOOK_FINE);
    assert_int_equal(answer.names.n, 2);
    assert_int_equal(answer.value_count, 2);
    assert_true(slice_eq(answer.names.items[1], SLICE("zip")));
    is_value(&answer.values[1], SLICE("zip"), HOOK_TEXT, SLICE("too long"));
    assert_true(slice_eq(answer.message, SLICE("Look again")));
    assert_int_equal(answer.title.n, 0);

    assert_int_equal(read_text(EXTENSION_ATTRIBUTES_START,
                               START("showBlockPage", ",\"title\":\"Not here\",\"message\":\"Ask \\u00e9lan\""),
                               &answer),
                     HOOK_FINE);
    assert_true(slice_eq(answer.title, SLICE("Not here")));
    assert_true(slice_eq(answer.message, SLICE("Ask \xc3\xa9lan")));
}

/* A claim of `name` bytes and a value of `value` bytes. */
static enum hook_failure read_claim_of(size_t name, size_t value)
{
    static char json[LIMIT_HOOK_REPLY], names[LIMIT_HOOK_CLAIMS + 1], values[LIMIT_HOOK_CLAIMS + 2];
    struct hook_answer answer;

    memset(names, 'n', sizeof names);
    memset(values, 'v', sizeof values);
    snprintf(json, sizeof json, CLAIMS("{\"%.*s\":[\"%.*s\"]}"), (int)name, names, (int)value, values);
    return read_text(EXTENSION_TOKEN_ISSUANCE, json, &answer);
}

static void test_size_of_claims(void **state)
{
    (void)state;
    assert_int_equal(read_claim_of(1, LIMIT_HOOK_CLAIMS - 1), HOOK_FINE);
    assert_int_equal(read_claim_of(1, LIMIT_HOOK_CLAIMS), HOOK_CLAIMS_SIZE);
    assert_int_equal(read_claim_of(LIMIT_HOOK_CLAIMS, 0), HOOK_FINE);
    assert_int_equal(read_claim_of(LIMIT_HOOK_CLAIMS, 1), HOOK_CLAIMS_SIZE);
}

/* Whatever room there is, the answer is whole or refused as too large; gives the room that it took. */
static size_t room_for(enum extension_event event, const char *json, struct hook_answer *answer)
{
    enum hook_failure failure;
    size_t bytes = 0;

    do {
        arena_init(&arena, space, bytes);
        failure = hook_answer_read(event, slice_of(json), &arena, answer);
        assert_true(failure == HOOK_FINE || failure == HOOK_ANSWER_SIZE);
    } while (failure != HOOK_FINE && ++bytes < sizeof space);
    return bytes;
}

#define LOOK_AGAIN \
    SUBMIT("showValidationError", ",\"message\":\"Look\",\"attributeErrors\":{\"city\":\"unknown\",\"n\":42}")

static void test_no_room(void **state)
{
    struct hook_answer answer;

    (void)state;
    assert_in_range(room_for(EXTENSION_ATTRIBUTES_SUBMIT, LOOK_AGAIN, &answer), sizeof "Look unknown 42", 512);
    assert_true(slice_eq(answer.values[1].text, SLICE("42")));
    assert_in_range(room_for(EXTENSION_TOKEN_ISSUANCE, CLAIMS("{\"a\":\"b\",\"l\":[\"c\",\"d\"]}"), &answer), 4, 512);
    assert_true(slice_eq(answer.claims.items[1].values.items[1], SLICE("d")));
}

static void test_too_large(void **state)
{
    static char large[LIMIT_HOOK_REPLY + 1];
    const struct slice all = { large, sizeof large }, most = { large, sizeof large - 1 };
    struct hook_answer answer;

    (void)state;
    memset(large, ' ', sizeof large);
    memcpy(large, LOOK_AGAIN, sizeof LOOK_AGAIN - 1);
    arena_init(&arena, space, sizeof space);
    assert_int_equal(hook_answer_read(EXTENSION_ATTRIBUTES_SUBMIT, most, &arena, &answer), HOOK_FINE);
    assert_int_equal(hook_answer_read(EXTENSION_ATTRIBUTES_SUBMIT, all, &arena, &answer), HOOK_BAD_BODY);
}

static void test_every_failure_has_its_code(void **state)
{
    (void)state;
    assert_int_equal(hook_failure_code(HOOK_FINE), 0);
    assert_string_equal(hook_failure_text(HOOK_FINE), "");
    for (enum hook_failure f = HOOK_FINE + 1; f < HOOK_FAILURES; f++) {
        assert_in_range(hook_failure_code(f), 1003000, 1003027);
        assert_true(hook_failure_code(f) > hook_failure_code(f - 1));
        assert_true(strlen(hook_failure_text(f)) > 0);
    }
    assert_int_equal(hook_failure_code(HOOK_CONNECTION), 1003027);
    assert_int_equal(hook_failure_code(HOOK_TIMED_OUT), 1003005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions_and_failures),
        cmocka_unit_test(test_claims_are_read),
        cmocka_unit_test(test_values_are_read),
        cmocka_unit_test(test_pages_are_read),
        cmocka_unit_test(test_size_of_claims),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_every_failure_has_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
