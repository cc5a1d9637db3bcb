/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in on another device (RFC 8628) against recorded answers: what is shown, what each answer to a poll leads to, how long to
 * wait after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "support/client_bodies.h"

#define CODES(more)                                                                                                  \
    "{\"user_code\":\"BCDF-GHJK\",\"device_code\":\"d1\",\"verification_uri\":\"https://login.example/devicelogin\"" \
    ",\"message\":\"Open the page.\"" more "}"
#define USUAL CODES(",\"expires_in\":900,\"interval\":5")
#define PENDING "{\"error\":\"authorization_pending\",\"error_codes\":[70016]}"
#define SLOWER "{\"error\":\"slow_down\",\"error_codes\":[70016]}"
#define NOT_WAITING "The flow does not wait for a sign-in on another device."
#define POLL                                                                                                  \
    {                                                                                                         \
        "oauth2/v2.0/token",                                                                                  \
            "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d1&client_info=1" \
    }

static void a_whole_sign_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(USUAL), NO(PENDING), NO(PENDING), YES(TOKENS) };
    static const struct request requests[] = {
        { "oauth2/v2.0/devicecode", "&scope=openid%20profile%20offline_access" }, POLL, POLL, POLL
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_device_start(session.client, &session.flow), DOORCODE_DEVICE_PENDING);
    const struct doorcode_device *device = doorcode_flow_device(session.flow);
    assert_string_equal(device->user_code, "BCDF-GHJK");
    assert_string_equal(device->verification_uri, "https://login.example/devicelogin");
    assert_string_equal(device->message, "Open the page.");
    assert_int_equal(device->expires_in, 900);
    assert_string_equal(doorcode_flow_username(session.flow), "");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(doorcode_flow_poll_interval(session.flow), 5);
        assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_DEVICE_PENDING);
        assert_null(doorcode_flow_error(session.flow));
        assert_string_equal(doorcode_flow_device(session.flow)->user_code, "BCDF-GHJK");
    }
    assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_COMPLETED);
    assert_string_equal(doorcode_flow_tokens(session.flow)->refresh_token, "1.r");
    assert_null(doorcode_flow_device(session.flow));
    assert_int_equal(doorcode_flow_poll_interval(session.flow), 0);
    session_end(&session, requests, COUNT(requests));
}

/* ---- what a poll is answered with ---- */

#define ERROR(word) DOORCODE_ERROR_##word

static const struct {
    struct answer answer;
    enum doorcode_state state;
    int error; /* -1: none */
    int interval;
} polls[] = {
    { NO(PENDING), DOORCODE_DEVICE_PENDING, -1, 5 },
    { NO("{\"error\":\"Authorization_Pending\"}"), DOORCODE_DEVICE_PENDING, -1, 5 },
    { NO(SLOWER), DOORCODE_DEVICE_PENDING, -1, 10 },
    { { .status = "429 Too Many Requests", .body = SLOWER }, DOORCODE_DEVICE_PENDING, -1, 10 },
    { { .status = "400 Bad Request", .headers = "Retry-After: 40\r\n", .body = SLOWER },
      DOORCODE_DEVICE_PENDING,
      -1,
      40 },
    { { .status = "429 Too Many Requests", .headers = "Retry-After: 99999\r\n", .body = "{\"error\":\"x\"}" },
      DOORCODE_DEVICE_PENDING,
      ERROR(THROTTLED),
      3600 },
    { { .status = "503 Service Unavailable", .headers = "Retry-After: 20\r\n", .body = "" },
      DOORCODE_DEVICE_PENDING,
      ERROR(SERVER),
      20 },
    { { .status = NULL }, DOORCODE_DEVICE_PENDING, ERROR(UNREACHABLE), 5 },
    { { .status = "200 OK", .body = "{}" }, DOORCODE_DEVICE_PENDING, ERROR(PROTOCOL), 5 },
    { { .withheld = true }, DOORCODE_DEVICE_PENDING, ERROR(TIMEOUT), 10 },
    { NO("{\"error\":\"expired_token\",\"error_codes\":[70020]}"), DOORCODE_FAILED, ERROR(EXPIRED), 0 },
    { NO("{\"error\":\"authorization_declined\",\"error_codes\":[65004]}"), DOORCODE_FAILED, ERROR(CANCELLED), 0 },
    { NO("{\"error\":\"access_denied\"}"), DOORCODE_FAILED, ERROR(CANCELLED), 0 },
    { NO("{\"error\":\"access_denied\",\"error_codes\":[50105]}"), DOORCODE_FAILED, ERROR(BLOCKED), 0 },
    { NO("{\"error\":\"bad_verification_code\",\"error_codes\":[70018]}"), DOORCODE_FAILED, ERROR(INVALID_GRANT), 0 },
    { NO("{\"error\":\"invalid_grant\",\"error_codes\":[54005]}"), DOORCODE_FAILED, ERROR(INVALID_GRANT), 0 },
    { NO("{\"error\":\"invalid_grant\",\"error_codes\":[50057]}"), DOORCODE_FAILED, ERROR(USER_DISABLED), 0 },
    { NO("{\"error\":\"invalid_grant\",\"error_codes\":[50181]}"), DOORCODE_FAILED, ERROR(INVALID_CODE), 0 },
    { NO("{\"error\":\"unsupported_grant_type\"}"), DOORCODE_FAILED, ERROR(INVALID_REQUEST), 0 },
    { HICCUP, DOORCODE_FAILED, ERROR(PROTOCOL), 0 },
    { NO(MFA("m0")), DOORCODE_FAILED, ERROR(MFA_REQUIRED), 0 },
    { YES("{\"challenge_type\":\"redirect\"}"), DOORCODE_FAILED, ERROR(INTERACTION_REQUIRED), 0 },
    { YES("{\"token_type\":\"Bearer\",\"access_token\":\"a.b.c\"}"), DOORCODE_FAILED, ERROR(INVALID_TOKEN), 0 },
};

static void each_answer_to_a_poll(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(polls); i++) {
        const struct answer answers[] = { YES(USUAL), polls[i].answer };
        struct session session;
        session_begin(&session, answers, COUNT(answers));
        assert_int_equal(doorcode_device_start(session.client, &session.flow), DOORCODE_DEVICE_PENDING);
        if (polls[i].error == ERROR(TIMEOUT))
            session.client->timeout_ms = 1000;
        doorcode_device_poll(session.flow);
        bool right = doorcode_flow_state(session.flow) == polls[i].state && session_error(&session) == polls[i].error &&
                     doorcode_flow_poll_interval(session.flow) == polls[i].interval;
        if (!right)
            fail_msg("poll %zu: state %d, error %d, interval %d", i, (int)doorcode_flow_state(session.flow),
                     session_error(&session), doorcode_flow_poll_interval(session.flow));
        session_end(&session, NULL, COUNT(answers));
    }
}

static void each_slow_down_counts(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(USUAL), NO(SLOWER), NO(SLOWER), NO(PENDING), YES(TOKENS) };
    static const int intervals[] = { 10, 15, 15 };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    doorcode_device_start(session.client, &session.flow);
    for (size_t i = 0; i < COUNT(intervals); i++) {
        assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_DEVICE_PENDING);
        assert_int_equal(doorcode_flow_poll_interval(session.flow), intervals[i]);
    }
    assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_COMPLETED);
    session_end(&session, NULL, COUNT(answers));
}

/* ---- what the first request is answered with ---- */

static const struct {
    struct answer answer;
    int error; /* -1: none, and these: */
    int interval;
    int expires_in;
} starts[] = {
    { YES(CODES("")), -1, 5, 900 },
    { YES(CODES(",\"expires_in\":\"60\",\"interval\":\"7\"")), -1, 7, 60 },
    { YES(CODES(",\"expires_in\":0,\"interval\":0")), -1, 5, 900 },
    { YES(CODES(",\"expires_in\":-1,\"interval\":-1")), -1, 5, 900 },
    { YES(CODES(",\"expires_in\":1999999999,\"interval\":1999999999")), -1, 3600, 86400 },
    { YES("{}"), ERROR(PROTOCOL), 0, 0 },
    { YES("{\"user_code\":\"B\",\"device_code\":\"d\"}"), ERROR(PROTOCOL), 0, 0 },
    { YES("{\"user_code\":\"B\",\"verification_uri\":\"https://a.example/\"}"), ERROR(PROTOCOL), 0, 0 },
    { YES("{\"device_code\":\"d\",\"verification_uri\":\"https://a.example/\"}"), ERROR(PROTOCOL), 0, 0 },
    { YES("{\"user_code\":\"B\",\"device_code\":\"d\",\"verification_uri\":\"javascript:0\"}"), ERROR(PROTOCOL), 0, 0 },
    { NO("{\"error\":\"unauthorized_client\",\"error_codes\":[700016]}"), ERROR(CLIENT_NOT_FOUND), 0, 0 },
    { NO("{\"error\":\"invalid_scope\",\"error_codes\":[70011]}"), ERROR(INVALID_SCOPE), 0, 0 },
    { YES("{\"challenge_type\":\"redirect\"}"), ERROR(INTERACTION_REQUIRED), 0, 0 },
    { { .status = "404 Not Found", .body = "" }, ERROR(NOT_AVAILABLE), 0, 0 },
};

static void each_answer_to_the_start(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct session session;
        session_begin(&session, &starts[i].answer, 1);
        doorcode_device_start(session.client, &session.flow);
        const struct doorcode_device *device = doorcode_flow_device(session.flow);
        int expires_in = device != NULL ? device->expires_in : 0;
        bool right = session_error(&session) == starts[i].error && expires_in == starts[i].expires_in &&
                     doorcode_flow_poll_interval(session.flow) == starts[i].interval &&
                     (device == NULL) == (doorcode_flow_state(session.flow) == DOORCODE_FAILED);
        if (!right)
            fail_msg("start %zu: error %d, interval %d, %d s", i, session_error(&session),
                     doorcode_flow_poll_interval(session.flow), expires_in);
        session_end(&session, NULL, 1);
    }
}

/* What is shown can be shown. */
static void texts_are_harmless(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES("{\"user_code\":\"B\\u009bK\",\"device_code\":\"d1\",\"verification_uri\":\"https://a.example/\\u001b[2J\","
            "\"message\":\"a\\nb\"}"),
    };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_device_start(session.client, &session.flow), DOORCODE_DEVICE_PENDING);
    const struct doorcode_device *device = doorcode_flow_device(session.flow);
    assert_string_equal(device->user_code, "B  K");
    assert_string_equal(device->verification_uri, "https://a.example/ [2J");
    assert_string_equal(device->message, "a b");
    session_end(&session, NULL, COUNT(answers));
}

/* ---- ends ---- */

static struct answer always_pending(void *ctx, const char *request)
{
    static const struct answer code = YES(CODES(",\"expires_in\":1"));
    static const struct answer pending = NO(PENDING);
    (void)ctx;
    return strstr(request, "/devicecode ") != NULL ? code : pending;
}

static void a_server_that_never_lets_go(void **state)
{
    (void)state;
    struct answer_facts facts = tenant_of_tests();
    struct doorcode_options options;
    struct session session;
    facts.choose = always_pending;
    doorcode_options_init(&options);
    session_with(&session, NULL, 0, facts, &options);
    assert_int_equal(doorcode_device_start(session.client, &session.flow), DOORCODE_DEVICE_PENDING);
    while (doorcode_device_poll(session.flow) == DOORCODE_DEVICE_PENDING)
        assert_null(doorcode_flow_error(session.flow));
    expect(&session, FAILED);
    expect_error(&session, EXPIRED);
    assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_FAILED);
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    answer_server_stop(&session.server);
}

static void steps_that_do_not_fit(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(USUAL), YES(TOKEN("s1")), YES(OOB("s2")) };
    struct session session;
    session_begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_device_start(session.client, &session.flow), DOORCODE_DEVICE_PENDING);
    assert_int_equal(doorcode_flow_submit_code(session.flow, "12345678"), DOORCODE_DEVICE_PENDING);
    expect_error(&session, USAGE);
    assert_int_equal(doorcode_flow_signin(session.flow), DOORCODE_DEVICE_PENDING);
    assert_int_equal(doorcode_reset_poll(session.flow), DOORCODE_DEVICE_PENDING);
    size_t count = 1;
    assert_null(doorcode_flow_methods(session.flow, &count));
    assert_int_equal(count, 0);
    assert_int_equal(doorcode_flow_save(session.flow, NULL, 0), 0);
    doorcode_flow_free(session.flow);
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), DOORCODE_CODE_REQUIRED);
    assert_int_equal(doorcode_device_poll(session.flow), DOORCODE_CODE_REQUIRED);
    expect_error(&session, USAGE);
    assert_string_equal(doorcode_flow_error(session.flow)->message, NOT_WAITING);
    assert_int_equal((doorcode_device_poll)(NULL), DOORCODE_FAILED);
    assert_null(doorcode_flow_device(NULL));
    session_end(&session, NULL, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_sign_in),       cmocka_unit_test(each_answer_to_a_poll),
        cmocka_unit_test(each_slow_down_counts), cmocka_unit_test(each_answer_to_the_start),
        cmocka_unit_test(texts_are_harmless),    cmocka_unit_test(a_server_that_never_lets_go),
        cmocka_unit_test(steps_that_do_not_fit),
    };
    return client_run_both("client: sign-in on another device", tests);
}
