/* SPDX-License-Identifier: Apache-2.0 */
/* Whole flows by the calls of states.h alone. That a compiler refuses the wrong ones: tests/packages/states.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"

#include "doorcode/states.h" /* after the support, so that its calls are played in both forms, too */

static void begin_at(struct session *session, const struct answer *answers, size_t count)
{
    session_begin(session, answers, count);
    doorcode_signin_start(session->client, "sam@example.org", &session->flow);
}

/* A password, a second factor that is changed, tokens. */
static void a_sign_in(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(MFA("m0")),  HICCUP,      YES(METHODS("m1")),
        YES(OOB("m2")),   YES(OOB("m3")),      YES(OOB("m4")), YES(TOKENS),
    };
    struct session session;
    struct doorcode_code_required code;
    struct doorcode_password_required password;
    struct doorcode_mfa_required mfa;
    struct doorcode_completed completed;
    size_t count;
    begin_at(&session, answers, COUNT(answers));
    assert_false(doorcode_as_code_required(session.flow, &code));
    assert_true(doorcode_as_password_required(session.flow, &password));
    assert_int_equal(doorcode_password_required_submit(password, "p"), DOORCODE_MFA_REQUIRED);
    assert_true(doorcode_as_mfa_required(session.flow, &mfa));
    assert_int_equal(doorcode_mfa_required_list_again(mfa), DOORCODE_MFA_REQUIRED);
    assert_string_equal(doorcode_mfa_required_methods(mfa, &count)[1].id, "e1b7");
    assert_int_equal(doorcode_mfa_required_choose(mfa, "e1b7"), DOORCODE_CODE_REQUIRED);
    assert_true(doorcode_as_code_required(session.flow, &code));
    assert_int_equal(doorcode_code_required_challenge(code)->code_length, 8);
    assert_int_equal(doorcode_code_required_resend(code), DOORCODE_CODE_REQUIRED);
    assert_string_equal(doorcode_code_required_methods(code, &count)[0].id, "6f3c");
    assert_int_equal(doorcode_code_required_choose_other(code, "6f3c"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_code_required_submit(code, "12345678"), DOORCODE_COMPLETED);
    assert_true(doorcode_as_completed(session.flow, &completed));
    assert_string_equal(doorcode_completed_tokens(completed)->access_token, "a.b.c");
    assert_null(doorcode_completed_account(completed)); /* there is no cache */
    session_end(&session, NULL, COUNT(answers));
}

static void a_registration(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),        YES(PASSWORD("s2")), NO(REGISTRATION("r0")), HICCUP,      YES(REGISTRABLE("r1")),
        YES(REGISTER_OOB("r2")), YES(OOB("r3")),      YES(TOKEN("r9")),       YES(TOKENS),
    };
    struct session session;
    struct doorcode_code_required code;
    struct doorcode_password_required password;
    struct doorcode_registration_required registration;
    size_t count;
    begin_at(&session, answers, COUNT(answers));
    assert_true(doorcode_as_password_required(session.flow, &password));
    doorcode_password_required_submit(password, "p");
    assert_true(doorcode_as_registration_required(session.flow, &registration));
    doorcode_registration_required_list_again(registration);
    doorcode_registration_required_methods(registration, &count);
    assert_int_equal(count, 2);
    doorcode_registration_required_register(registration, "sms", "+4790000007");
    assert_true(doorcode_as_code_required(session.flow, &code));
    assert_int_equal(doorcode_code_required_register_other(code, "email", NULL), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_code_required_submit(code, "12345678"), DOORCODE_COMPLETED);
    session_end(&session, NULL, COUNT(answers));
}

static void a_sign_up(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")), YES(OOB("u2")), NO(ATTRIBUTES("u5")), YES(TOKEN("u9")), YES(TOKENS),
    };
    static const struct doorcode_value name = { "displayName", "Sam" };
    struct session session;
    struct doorcode_code_required code;
    struct doorcode_attributes_required attributes;
    struct doorcode_signin_ready ready;
    size_t count;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    assert_true(doorcode_as_code_required(session.flow, &code));
    assert_null(doorcode_code_required_methods(code, &count));
    doorcode_code_required_submit(code, "12345678");
    assert_true(doorcode_as_attributes_required(session.flow, &attributes));
    assert_string_equal(doorcode_attributes_required_list(attributes, &count)[0].name, "displayName");
    assert_int_equal(doorcode_attributes_required_submit(attributes, &name, 1), DOORCODE_SIGNIN_READY);
    assert_true(doorcode_as_signin_ready(session.flow, &ready));
    assert_int_equal(doorcode_signin_ready_signin(ready), DOORCODE_COMPLETED);
    session_end(&session, NULL, COUNT(answers));
}

static void a_reset(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("p1")), YES(OOB("p2")), YES(TOKEN("p4")), YES(TOKEN("p5")), YES("{\"status\":\"failed\"}"),
    };
    struct session session;
    struct doorcode_code_required code;
    struct doorcode_password_required password;
    struct doorcode_reset_pending pending;
    struct doorcode_failed failed;
    session_begin(&session, answers, COUNT(answers));
    doorcode_reset_start(session.client, "sam@example.org", &session.flow);
    assert_true(doorcode_as_code_required(session.flow, &code));
    doorcode_code_required_submit(code, "12345678");
    assert_true(doorcode_as_password_required(session.flow, &password));
    assert_false(doorcode_as_reset_pending(session.flow, &pending));
    doorcode_password_required_submit(password, "Blue-Kettle-42");
    assert_true(doorcode_as_reset_pending(session.flow, &pending));
    assert_int_equal(doorcode_reset_pending_interval(pending), 2);
    assert_int_equal(doorcode_reset_pending_poll(pending), DOORCODE_FAILED);
    assert_true(doorcode_as_failed(session.flow, &failed));
    assert_int_equal(doorcode_failed_error(failed)->kind, DOORCODE_ERROR_RESET_FAILED);
    session_end(&session, NULL, COUNT(answers));
}

/* The browser's page knows the user already, unless it is to offer all accounts. */
static void a_web_sign_in_after_it(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES("{\"challenge_type\":\"redirect\",\"redirect_reason\":\"because\"}") };
    static const struct doorcode_web_options rows[] = {
        { .port = 0 }, { .prompt = "login" }, { .prompt = "select_account" }, { .login_hint = "tom@example.org" }
    };
    static const char *const hints[] = { "&login_hint=sam%40example.org", "&login_hint=sam%40example.org", NULL,
                                         "&login_hint=tom%40example.org" };
    struct session session;
    struct doorcode_web_fallback fallback;
    begin_at(&session, answers, COUNT(answers));
    assert_true(doorcode_as_web_fallback(session.flow, &fallback));
    assert_string_equal(doorcode_web_fallback_reason(fallback), "because");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_web *web;
        if (doorcode_web_fallback_start(fallback, i == 0 ? NULL : &rows[i], &web) == DOORCODE_WEB_PREPARING)
            doorcode_web_run(web);
        assert_int_equal(doorcode_web_state(web), DOORCODE_WEB_OPEN);
        const char *hint = strstr(doorcode_web_url(web), "&login_hint=");
        if (hints[i] == NULL)
            assert_null(hint);
        else
            assert_memory_equal(hint, hints[i], strlen(hints[i]));
        doorcode_web_free(web);
    }
    session_end(&session, NULL, COUNT(answers));
}

/* A value that was kept too long, or never got, or for which there was no memory. */
static void values_without_power(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(PASSWORD("s2")), YES(TOKENS) };
    struct session session;
    struct doorcode_code_required code = { NULL };
    struct doorcode_password_required password;
    struct doorcode_web_fallback fallback = { NULL };
    struct doorcode_failed failed;
    struct doorcode_web *web;
    begin_at(&session, answers, COUNT(answers));
    assert_true(doorcode_as_password_required(session.flow, &password));
    doorcode_password_required_submit(password, "p");
    assert_int_equal(doorcode_password_required_submit(password, "p"), DOORCODE_COMPLETED);
    expect_error(&session, USAGE);
    assert_false(doorcode_as_code_required(session.flow, &code));
    assert_int_equal(doorcode_code_required_submit(code, "12345678"), DOORCODE_FAILED);
    assert_null(doorcode_code_required_challenge(code));
    assert_int_equal(doorcode_web_fallback_start(fallback, NULL, &web), DOORCODE_WEB_FAILED);
    assert_null(web);
    assert_false(doorcode_as_failed(session.flow, &failed));
    assert_true(doorcode_as_failed(NULL, &failed));
    assert_int_equal(doorcode_failed_error(failed)->kind, DOORCODE_ERROR_NO_MEMORY);
    session_end(&session, NULL, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sign_in), cmocka_unit_test(a_registration),         cmocka_unit_test(a_sign_up),
        cmocka_unit_test(a_reset),   cmocka_unit_test(a_web_sign_in_after_it), cmocka_unit_test(values_without_power),
    };
    return client_run_both("client: states", tests);
}
