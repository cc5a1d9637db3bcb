/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up against recorded answers: which requests are made, with which token, and which
 * state each answer leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"
#include "support/client_saved.h"

/* Those of ATTRIBUTES. */
static void expect_attributes(const struct doorcode_flow *flow)
{
    size_t count;
    const struct doorcode_attribute *attributes = doorcode_flow_attributes(flow, &count);
    assert_int_equal(count, 2);
    assert_string_equal(attributes[0].name, "displayName");
    assert_string_equal(attributes[0].type, "string");
    assert_string_equal(attributes[0].regex, "^.{1,256}$");
    assert_true(attributes[0].required);
    assert_string_equal(attributes[1].type, "integer");
    assert_string_equal(attributes[1].regex, "");
    assert_false(attributes[1].required);
}

/* Spec V1, 2.4: order B with attributes, each step wrong once; then sign-in. */
static const struct answer later_answers[] = {
    YES(TOKEN("u1")),
    YES(OOB("u2")),
    NO(GRANT("invalid_oob_value", "50181")),
    NO(INTERRUPT("credential_required", "55103", "u3")),
    YES(PASSWORD("u4")),
    NO(GRANT("password_too_weak", "399246")),
    NO(ATTRIBUTES("u5")),
    NO("{\"error\":\"invalid_grant\",\"suberror\":\"attribute_validation_failed\",\"error_codes\":[90023],"
       "\"invalid_attributes\":[{\"name\":\"displayName\"},{\"name\":\"extension_9c1f_shoeSize\"}]}"),
    NO(ATTRIBUTES("u6")),
    YES(TOKEN("u9")),
    YES(TOKENS),
};
static const struct request later_requests[] = {
    { "signup/v1.0/start", USER SIGNIN_TYPES CAPABLE },
    { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
    { CONTINUE, "&grant_type=oob&continuation_token=u2&oob=00000000" },
    { CONTINUE, "&grant_type=oob&continuation_token=u2&oob=12345678" },
    { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
    { CONTINUE, "&grant_type=password&continuation_token=u4&password=weak" },
    { CONTINUE, "&grant_type=password&continuation_token=u4&password=Blue-Kettle-42" },
    { CONTINUE, "&grant_type=attributes&continuation_token=u5&attributes=%7B%22displayName%22%3A%22%22%7D" },
    { CONTINUE, "&grant_type=attributes&continuation_token=u5&attributes=%7B%22displayName%22%3A%22S%22%7D" },
    { CONTINUE, "&grant_type=attributes&continuation_token=u6&attributes=%7B%22displayName%22%3A%22S%C3%A6m%22%2C"
                "%22extension_9c1f_shoeSize%22%3A%2242%22%7D" },
    { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=u9" USER SCOPES },
};

static void sign_up_with_everything_later(void **state)
{
    (void)state;
    static const struct doorcode_value empty[] = { { "displayName", "" } };
    static const struct doorcode_value partly[] = { { "displayName", "S" } };
    static const struct doorcode_value whole[] = { { "displayName", "Sæm" }, { "extension_9c1f_shoeSize", "42" } };
    struct session session;
    size_t count;
    session_begin(&session, later_answers, COUNT(later_answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    expect(&session, CODE_REQUIRED);
    doorcode_flow_submit_code(session.flow, "00000000");
    expect_error(&session, INVALID_CODE);
    doorcode_flow_submit_code(session.flow, "12345678");
    expect(&session, PASSWORD_REQUIRED);
    doorcode_flow_submit_password(session.flow, "weak");
    expect(&session, PASSWORD_REQUIRED);
    expect_error(&session, PASSWORD_TOO_WEAK);
    assert_null(doorcode_flow_attributes(session.flow, &count));
    doorcode_flow_submit_password(session.flow, "Blue-Kettle-42");
    expect(&session, ATTRIBUTES_REQUIRED);
    expect_attributes(session.flow);
    doorcode_flow_submit_attributes(session.flow, empty, 1);
    expect(&session, ATTRIBUTES_REQUIRED);
    expect_error(&session, INVALID_ATTRIBUTES);
    const struct doorcode_error *error = doorcode_flow_error(session.flow);
    assert_int_equal(error->invalid_attribute_count, 2);
    assert_string_equal(error->invalid_attributes[1], "extension_9c1f_shoeSize");
    doorcode_flow_submit_attributes(session.flow, partly, 1);
    expect(&session, ATTRIBUTES_REQUIRED);
    assert_null(doorcode_flow_error(session.flow));
    doorcode_flow_submit_attributes(session.flow, whole, 2);
    expect(&session, SIGNIN_READY);
    doorcode_flow_signin(session.flow);
    expect(&session, COMPLETED);
    session_end(&session, later_requests, COUNT(later_requests));
}

/* Order A: everything at the start, then a code; the answer may be without a token (spec V1, 3.7). */
static void sign_up_with_everything_at_once(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("u1")), YES(OOB("u2")), YES(OOB("u3")), YES("{}") };
    static const struct request requests[] = {
        { "signup/v1.0/start",
          USER SIGNIN_TYPES CAPABLE "&password=Blue-Kettle-42&attributes=%7B%22city%22%3A%22Oslo%22%7D" },
        { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
        { "signup/v1.0/challenge", "&continuation_token=u2" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=oob&continuation_token=u3&oob=12345678" },
    };
    static const struct doorcode_value city[] = { { "city", "Oslo" } };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", "Blue-Kettle-42", city, 1, &session.flow);
    expect(&session, CODE_REQUIRED);
    doorcode_flow_resend_code(session.flow);
    doorcode_flow_submit_code(session.flow, "12345678");
    expect(&session, SIGNIN_READY);
    doorcode_flow_signin(session.flow);
    expect(&session, SIGNIN_READY);
    expect_error(&session, SIGNIN_REQUIRED);
    session_end(&session, requests, COUNT(requests));
}

/* The code is spent, so a challenge that fails after it must not end the sign-up. */
static void a_challenge_that_failed_is_asked_for_again(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")),    YES(OOB("u2")),   NO(INTERRUPT("credential_required", "55103", "u3")), HICCUP, HICCUP,
        YES(PASSWORD("u4")), YES(TOKEN("u9")),
    };
    static const struct request requests[] = {
        { "signup/v1.0/start", USER SIGNIN_TYPES CAPABLE },
        { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=oob&continuation_token=u2&oob=12345678" },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=password&continuation_token=u4&password=p" },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, PROTOCOL);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, PROTOCOL);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_SIGNIN_READY);
    session_end(&session, requests, COUNT(requests));
}

/* A password that had to wait for its challenge is for this one only, whatever the server asks for next. */
static void a_password_that_waited_is_sent_once(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")),
        YES(OOB("u2")),
        NO(INTERRUPT("credential_required", "55103", "u3")),
        HICCUP,
        YES(PASSWORD("u4")),
        NO(INTERRUPT("credential_required", "55103", "u5")),
        YES(PASSWORD("u6")),
    };
    static const struct request requests[] = {
        { "signup/v1.0/start", USER SIGNIN_TYPES CAPABLE },
        { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=oob&continuation_token=u2&oob=12345678" },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=password&continuation_token=u4&password=p" },
        { "signup/v1.0/challenge", "&continuation_token=u5" SIGNIN_TYPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    doorcode_flow_submit_code(session.flow, "12345678");
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_PASSWORD_REQUIRED);
    assert_null(doorcode_flow_error(session.flow));
    session_end(&session, requests, COUNT(requests));
}

static void an_unverified_address_gets_its_code(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")), YES(PASSWORD("u2")), NO(INTERRUPT("verification_required", "55104", "u3")),
        HICCUP,           YES(OOB("u4")),
    };
    static const struct request requests[] = {
        { "signup/v1.0/start", USER SIGNIN_TYPES CAPABLE },
        { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=password&continuation_token=u2&password=p" },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
        { "signup/v1.0/challenge", "&continuation_token=u3" SIGNIN_TYPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(session.flow)->target_label, "");
    assert_int_equal(doorcode_flow_resend_code(session.flow), DOORCODE_CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(session.flow)->target_label, "s*m@e*********g");
    session_end(&session, requests, COUNT(requests));
}

static void values_that_cannot_be_sent(void **state)
{
    (void)state;
    static char longest[70000];
    memset(longest, 'a', sizeof longest - 1);
    const struct {
        const char *password;
        struct doorcode_value value;
        enum doorcode_error_kind error;
    } rows[] = {
        { "", { "city", "Oslo" }, DOORCODE_ERROR_PASSWORD_TOO_SHORT },
        { longest, { "city", "Oslo" }, DOORCODE_ERROR_PASSWORD_TOO_LONG },
        { NULL, { "city", NULL }, DOORCODE_ERROR_INVALID_ATTRIBUTES },
        { NULL, { "", "Oslo" }, DOORCODE_ERROR_INVALID_ATTRIBUTES },
        { NULL, { NULL, "Oslo" }, DOORCODE_ERROR_INVALID_ATTRIBUTES },
        { NULL, { "city", "\xff" }, DOORCODE_ERROR_INVALID_ATTRIBUTES },
        { NULL, { "city", longest }, DOORCODE_ERROR_INVALID_ATTRIBUTES },
    };
    struct session session;
    session_begin(&session, NULL, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        doorcode_signup_start(session.client, "sam@example.org", rows[i].password, &rows[i].value, 1, &session.flow);
        expect(&session, FAILED);
        assert_int_equal(session_error(&session), rows[i].error);
        doorcode_flow_free(session.flow);
    }
    doorcode_signup_start(session.client, "", NULL, NULL, 0, &session.flow);
    expect_error(&session, INVALID_USERNAME);
    session_end(&session, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign_up_with_everything_later),
        cmocka_unit_test(sign_up_with_everything_at_once),
        cmocka_unit_test(a_challenge_that_failed_is_asked_for_again),
        cmocka_unit_test(a_password_that_waited_is_sent_once),
        cmocka_unit_test(an_unverified_address_gets_its_code),
        cmocka_unit_test(values_that_cannot_be_sent),
    };
    return client_run_all("client: sign-up", tests);
}
