/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords, second factors and reset against recorded answers: which requests are made, with which token, and which
 * state each answer leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"
#include "support/client_saved.h"

static void sign_in_with_a_password(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")), YES(PASSWORD("s2")), NO(GRANT("", "50126")), NO(GRANT("", "50053")), YES(TOKENS),
    };
    static const struct request requests[] = {
        { "oauth2/v2.0/initiate", USER SIGNIN_TYPES CAPABLE },
        { "oauth2/v2.0/challenge", "&continuation_token=s1" SIGNIN_TYPES },
        { "oauth2/v2.0/token", "&grant_type=password&continuation_token=s2&password=no" SCOPES },
        { "oauth2/v2.0/token", "&grant_type=password&continuation_token=s2&password=nono" SCOPES },
        { "oauth2/v2.0/token", "&grant_type=password&continuation_token=s2&password=%20Blue%20Kettle-42%20" SCOPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    expect(&session, PASSWORD_REQUIRED);
    assert_null(doorcode_flow_challenge(session.flow));
    doorcode_flow_submit_password(session.flow, "no");
    expect(&session, PASSWORD_REQUIRED);
    expect_error(&session, INVALID_PASSWORD);
    doorcode_flow_submit_password(session.flow, "nono");
    expect_error(&session, USER_LOCKED);
    doorcode_flow_submit_password(session.flow, "");
    expect_error(&session, INVALID_PASSWORD);
    assert_int_equal(doorcode_flow_submit_password(session.flow, " Blue Kettle-42 "), DOORCODE_COMPLETED);
    assert_memory_equal(doorcode_flow_tokens(session.flow)->id_token, "ey", 2);
    session_end(&session, requests, COUNT(requests));
}

/* Spec V1, 6.22: such a client may get a code where it would have been asked for a password. */
static void a_client_without_passwords_says_so(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES("{\"challenge_type\":\"redirect\"}") };
    static const struct request requests[] = {
        { "oauth2/v2.0/initiate", USER "&challenge_type=oob%20redirect" CAPABLE },
    };
    struct session session;
    session_options(&session, answers, COUNT(answers), &(struct doorcode_options){ .no_password = 1 });
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    expect(&session, WEB_FALLBACK);
    assert_string_equal(doorcode_flow_redirect_reason(session.flow), "");
    session_end(&session, requests, COUNT(requests));
}

/* Spec V1, 2.6: one method is blocked, another is taken, its code wrong once. */
static void a_second_factor(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),
        YES(PASSWORD("s2")),
        NO(MFA("m0")),
        HICCUP,
        YES(METHODS("m1")),
        NO("{\"error\":\"access_denied\",\"suberror\":\"provider_blocked_by_rep\",\"error_codes\":[550024]}"),
        YES(OOB("m2")),
        NO(GRANT("invalid_oob_value", "50181")),
        YES(OOB("m3")),
        YES(OOB("m4")),
        YES(TOKENS),
    };
    static const struct request requests[] = {
        { "oauth2/v2.0/initiate", USER SIGNIN_TYPES CAPABLE },
        { "oauth2/v2.0/challenge", "&continuation_token=s1" SIGNIN_TYPES },
        { "oauth2/v2.0/token", "&grant_type=password&continuation_token=s2&password=p" SCOPES },
        { "oauth2/v2.0/introspect", "&continuation_token=m0" },
        { "oauth2/v2.0/introspect", "&continuation_token=m0" },
        { "oauth2/v2.0/challenge", "&continuation_token=m1" SIGNIN_TYPES "&id=e1b7" },
        { "oauth2/v2.0/challenge", "&continuation_token=m1" SIGNIN_TYPES "&id=6f3c" },
        { "oauth2/v2.0/token", "&grant_type=mfa_oob&continuation_token=m2&oob=00000000" SCOPES },
        { "oauth2/v2.0/challenge", "&continuation_token=m2" SIGNIN_TYPES "&id=6f3c" },
        { "oauth2/v2.0/challenge", "&continuation_token=m3" SIGNIN_TYPES "&id=e1b7" },
        { "oauth2/v2.0/token", "&grant_type=mfa_oob&continuation_token=m4&oob=12345678" SCOPES },
    };
    struct session session;
    size_t count;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_MFA_REQUIRED);
    expect_error(&session, PROTOCOL);
    assert_null(doorcode_flow_methods(session.flow, &count));
    assert_int_equal(doorcode_flow_choose_method(session.flow, "6f3c"), DOORCODE_MFA_REQUIRED);
    expect_error(&session, USAGE);
    assert_int_equal(doorcode_flow_list_methods(session.flow), DOORCODE_MFA_REQUIRED);
    const struct doorcode_method *methods = doorcode_flow_methods(session.flow, &count);
    assert_int_equal(count, 2);
    assert_string_equal(methods[1].id, "e1b7");
    assert_string_equal(methods[1].channel, "sms");
    assert_string_equal(methods[1].hint, "+4********7");
    assert_int_equal(doorcode_flow_choose_method(session.flow, "e1b7"), DOORCODE_MFA_REQUIRED);
    expect_error(&session, CONTACT_BLOCKED);
    assert_int_equal(doorcode_flow_choose_method(session.flow, "6f3c"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "00000000"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_resend_code(session.flow), DOORCODE_CODE_REQUIRED);
    assert_non_null(doorcode_flow_methods(session.flow, &count));
    assert_int_equal(doorcode_flow_choose_method(session.flow, "e1b7"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_COMPLETED);
    session_end(&session, requests, COUNT(requests));
}

#define REGISTER "register/v1.0/"

/* Spec V1, 2.7: a bad number, then a good one, a code sent again, then tokens without a further word. */
static void registration_of_a_number(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),
        YES(PASSWORD("s2")),
        NO(REGISTRATION("r0")),
        YES(REGISTRABLE("r1")),
        NO("{\"error\":\"invalid_request\",\"error_codes\":[901001]}"),
        YES(REGISTER_OOB("r2")),
        YES(REGISTER_OOB("r3")),
        NO(GRANT("invalid_oob_value", "50181")),
        YES(TOKEN("r9")),
        YES(TOKENS),
    };
    static const struct request requests[] = {
        { "oauth2/v2.0/initiate", USER SIGNIN_TYPES CAPABLE },
        { "oauth2/v2.0/challenge", "&continuation_token=s1" SIGNIN_TYPES },
        { "oauth2/v2.0/token", "&grant_type=password&continuation_token=s2&password=p" SCOPES },
        { REGISTER "introspect", "&continuation_token=r0" },
        { REGISTER "challenge", "&continuation_token=r1&challenge_type=oob&challenge_channel=sms&challenge_target=4" },
        { REGISTER "challenge",
          "&continuation_token=r1&challenge_type=oob&challenge_channel=sms&challenge_target=%2B4790000007" },
        { REGISTER "challenge",
          "&continuation_token=r2&challenge_type=oob&challenge_channel=sms&challenge_target=%2B4790000007" },
        { REGISTER "continue", "&grant_type=oob&continuation_token=r3&oob=00000000" },
        { REGISTER "continue", "&grant_type=oob&continuation_token=r3&oob=12345678" },
        { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=r9" SCOPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "p"), DOORCODE_REGISTRATION_REQUIRED);
    assert_int_equal(doorcode_flow_register_method(session.flow, "sms", NULL), DOORCODE_REGISTRATION_REQUIRED);
    expect_error(&session, INVALID_CONTACT); /* there is no hint to take */
    assert_int_equal(doorcode_flow_register_method(session.flow, "pigeon", "x"), DOORCODE_REGISTRATION_REQUIRED);
    expect_error(&session, USAGE);
    assert_int_equal(doorcode_flow_register_method(session.flow, "sms", "4"), DOORCODE_REGISTRATION_REQUIRED);
    expect_error(&session, INVALID_CONTACT);
    assert_int_equal(doorcode_flow_register_method(session.flow, "sms", "+4790000007"), DOORCODE_CODE_REQUIRED);
    assert_string_equal(doorcode_flow_challenge(session.flow)->target_label, "+4790000007");
    assert_string_equal(doorcode_flow_challenge(session.flow)->channel, "sms");
    assert_int_equal(doorcode_flow_resend_code(session.flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "00000000"), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_COMPLETED);
    session_end(&session, requests, COUNT(requests));
}

/* After a sign-up the address is known; here the last call fails once, and can be made again. */
static void registration_of_a_proven_address(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("u1")),
        YES(OOB("u2")),
        YES(TOKEN("u9")),
        NO(REGISTRATION("r0")),
        YES(REGISTRABLE("r1")),
        YES("{\"continuation_token\":\"r2\",\"challenge_type\":\"preverified\"}"),
        YES(TOKEN("r9")),
        HICCUP,
        YES(TOKENS),
    };
    static const struct request requests[] = {
        { "signup/v1.0/start", USER SIGNIN_TYPES CAPABLE },
        { "signup/v1.0/challenge", "&continuation_token=u1" SIGNIN_TYPES },
        { CONTINUE, "&grant_type=oob&continuation_token=u2&oob=12345678" },
        { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=u9" USER SCOPES },
        { REGISTER "introspect", "&continuation_token=r0" },
        { REGISTER "challenge", "&continuation_token=r1&challenge_type=oob&challenge_channel=email&challenge_target="
                                "sam%40example.org" },
        { REGISTER "continue", "&grant_type=continuation_token&continuation_token=r2" },
        { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=r9" SCOPES },
        { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=r9" SCOPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signup_start(session.client, "sam@example.org", NULL, NULL, 0, &session.flow);
    doorcode_flow_submit_code(session.flow, "12345678");
    assert_int_equal(doorcode_flow_signin(session.flow), DOORCODE_REGISTRATION_REQUIRED);
    assert_int_equal(doorcode_flow_register_method(session.flow, "email", NULL), DOORCODE_SIGNIN_READY);
    expect_error(&session, PROTOCOL);
    assert_int_equal(doorcode_flow_signin(session.flow), DOORCODE_COMPLETED);
    session_end(&session, requests, COUNT(requests));
}

#define RESET "resetpassword/v1.0/"

static void a_reset(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("p1")),
        YES(OOB("p2")),
        YES("{\"expires_in\":600,\"continuation_token\":\"p4\"}"),
        NO(GRANT("password_recently_used", "399246")),
        YES("{\"continuation_token\":\"p5\",\"poll_interval\":3}"),
        YES("{\"status\":\"not_started\"}"),
        YES("{\"status\":\"in_progress\",\"continuation_token\":\"ignored\"}"),
        YES("{\"status\":\"dozing\"}"),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"p9\"}"),
        YES(TOKENS),
    };
    static const struct request requests[] = {
        { RESET "start", USER "&challenge_type=oob%20redirect" CAPABLE },
        { RESET "challenge", "&continuation_token=p1&challenge_type=oob%20redirect" },
        { RESET "continue", "&grant_type=oob&continuation_token=p2&oob=12345678" },
        { RESET "submit", "&continuation_token=p4&new_password=old" },
        { RESET "submit", "&continuation_token=p4&new_password=new" },
        { RESET "poll_completion", "&continuation_token=p5" },
        { RESET "poll_completion", "&continuation_token=p5" },
        { RESET "poll_completion", "&continuation_token=p5" },
        { RESET "poll_completion", "&continuation_token=p5" },
        { "oauth2/v2.0/token", "&grant_type=continuation_token&continuation_token=p9" USER SCOPES },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_reset_start(session.client, "sam@example.org", &session.flow);
    expect(&session, CODE_REQUIRED);
    assert_int_equal(doorcode_flow_challenge(session.flow)->interval, 300);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_PASSWORD_REQUIRED);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "old"), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, PASSWORD_RECENTLY_USED);
    assert_int_equal(doorcode_flow_poll_interval(session.flow), 0);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "new"), DOORCODE_RESET_PENDING);
    assert_int_equal(doorcode_flow_poll_interval(session.flow), 3);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_RESET_PENDING);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_RESET_PENDING);
    assert_null(doorcode_flow_error(session.flow));
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_RESET_PENDING);
    expect_error(&session, PROTOCOL);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_SIGNIN_READY);
    assert_int_equal(doorcode_flow_signin(session.flow), DOORCODE_COMPLETED);
    session_end(&session, requests, COUNT(requests));
}

/* A refusal that comes while polling, and a failure that may be mended (spec V1, 1.10 and 6.8). */
static void a_reset_refused_late(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("p1")),
        YES(OOB("p2")),
        YES(TOKEN("p4")),
        YES(TOKEN("p5")),
        NO(GRANT("password_banned", "399249")),
        YES(TOKEN("p6")),
        YES("{\"status\":\"failed\",\"continuation_token\":\"p7\"}"),
        NO(GRANT("password_too_short", "399246")),
        YES("{\"continuation_token\":\"p8\",\"poll_interval\":99}"),
        YES("{\"status\":\"failed\"}"),
    };
    static const struct request requests[] = {
        { RESET "start", USER "&challenge_type=oob%20redirect" CAPABLE },
        { RESET "challenge", "&continuation_token=p1&challenge_type=oob%20redirect" },
        { RESET "continue", "&grant_type=oob&continuation_token=p2&oob=12345678" },
        { RESET "submit", "&continuation_token=p4&new_password=1" },
        { RESET "poll_completion", "&continuation_token=p5" },
        { RESET "submit", "&continuation_token=p5&new_password=2" },
        { RESET "poll_completion", "&continuation_token=p6" },
        { RESET "submit", "&continuation_token=p7&new_password=3" },
        { RESET "submit", "&continuation_token=p7&new_password=4" },
        { RESET "poll_completion", "&continuation_token=p8" },
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_reset_start(session.client, "sam@example.org", &session.flow);
    doorcode_flow_submit_code(session.flow, "12345678");
    assert_int_equal(doorcode_flow_submit_password(session.flow, "1"), DOORCODE_RESET_PENDING);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, PASSWORD_BANNED);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "2"), DOORCODE_RESET_PENDING);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, RESET_FAILED);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "3"), DOORCODE_PASSWORD_REQUIRED);
    expect_error(&session, PASSWORD_TOO_SHORT);
    assert_int_equal(doorcode_flow_submit_password(session.flow, "4"), DOORCODE_RESET_PENDING);
    assert_int_equal(doorcode_flow_poll_interval(session.flow), 2); /* spec V1, 3.11 */
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_FAILED);
    expect_error(&session, RESET_FAILED);
    session_end(&session, requests, COUNT(requests));
}

static void steps_that_do_not_fit(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKEN("s1")), YES(OOB("s2")) };
    static const struct doorcode_value city[] = { { "city", "Oslo" } };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    enum doorcode_state states[] = {
        doorcode_flow_submit_password(session.flow, "p"),
        doorcode_flow_submit_attributes(session.flow, city, 1),
        doorcode_flow_choose_method(session.flow, "6f3c"),
        doorcode_flow_register_method(session.flow, "email", NULL),
        doorcode_flow_list_methods(session.flow),
        doorcode_reset_poll(session.flow),
        doorcode_flow_signin(session.flow),
    };
    for (size_t i = 0; i < COUNT(states); i++)
        assert_int_equal(states[i], DOORCODE_CODE_REQUIRED);
    expect_error(&session, USAGE);
    assert_int_equal(doorcode_flow_submit_password(NULL, "p"), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_signin(NULL), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_poll_interval(NULL), 0);
    session_end(&session, NULL, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign_in_with_a_password),
        cmocka_unit_test(a_client_without_passwords_says_so),
        cmocka_unit_test(a_second_factor),
        cmocka_unit_test(registration_of_a_number),
        cmocka_unit_test(registration_of_a_proven_address),
        cmocka_unit_test(a_reset),
        cmocka_unit_test(a_reset_refused_late),
        cmocka_unit_test(steps_that_do_not_fit),
    };
    return client_run_all("client: passwords, second factors, reset", tests);
}
