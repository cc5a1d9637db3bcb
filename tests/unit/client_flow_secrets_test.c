/* SPDX-License-Identifier: Apache-2.0 */
/* Whole flows leave no password, code or token in memory that the library gives back, nor jansson; whatever form they have, and
 * when they are given up. libcurl's own memory is not looked at: its allocators are the whole process's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"
#include "support/heap_watch.h"

#define SECRET "Sesame-0pen-5esame"
#define CODE "0pen-123"
#define PART "0pen" /* a part is a find, too */
#define SECRET_OOB(word) "{\"continuation_token\":\"" SECRET word "\",\"challenge_type\":\"oob\"}"
#define SECRET_TOKENS                                                                                              \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid\",\"expires_in\":4199,\"access_token\":\"" SECRET SECRET SECRET \
    "\",\"refresh_token\":\"" SECRET "\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"" SECRET "\"}"

static void start_signin(struct session *session)
{
    (doorcode_signin_start)(session->client, "sam@example.org", &session->flow);
}

static void start_signup(struct session *session)
{
    (doorcode_signup_start)(session->client, "sam@example.org", SECRET, NULL, 0, &session->flow);
}

static void start_reset(struct session *session)
{
    (doorcode_reset_start)(session->client, "sam@example.org", &session->flow);
}

static void start_renewal(struct session *session)
{
    (doorcode_token_refresh)(session->client, SECRET, NULL, &session->flow);
}

static void start_device(struct session *session)
{
    (doorcode_device_start)(session->client, &session->flow);
}

static const struct {
    const char *name;
    void (*start)(struct session *session);
    struct answer answers[10];
} rows[] = {
    { "a code",
      start_signin,
      { YES(TOKEN(SECRET)), YES(SECRET_OOB("2")), NO(GRANT("invalid_oob_value", "50181")), YES(SECRET_TOKENS) } },
    { "a sign-up whose password waits for its challenge",
      start_signup,
      { YES(TOKEN(SECRET)), YES(SECRET_OOB("2")), NO(INTERRUPT("credential_required", "55103", SECRET "3")), HICCUP,
        YES(PASSWORD(SECRET "4")), NO(GRANT("password_too_weak", "399246")), YES(TOKEN(SECRET "9")),
        YES(SECRET_TOKENS) } },
    { "a reset that fails once",
      start_reset,
      { YES(TOKEN(SECRET)), YES(SECRET_OOB("2")), YES(TOKEN(SECRET "4")), YES(TOKEN(SECRET "5")),
        YES("{\"status\":\"failed\",\"continuation_token\":\"" SECRET "7\"}"), YES(TOKEN(SECRET "8")),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"" SECRET "9\"}"), YES(SECRET_TOKENS) } },
    { "a second factor",
      start_signin,
      { YES(TOKEN(SECRET)), YES(PASSWORD(SECRET "2")), NO(MFA(SECRET "0")), YES(METHODS(SECRET "1")),
        YES(SECRET_OOB("2")), YES(SECRET_TOKENS) } },
    { "a registration",
      start_signin,
      { YES(TOKEN(SECRET)), YES(PASSWORD(SECRET "2")), NO(REGISTRATION(SECRET "0")), YES(REGISTRABLE(SECRET "1")),
        YES(SECRET_OOB("2")), YES(TOKEN(SECRET "9")), YES(SECRET_TOKENS) } },
    { "a sign-in on another device",
      start_device,
      { YES("{\"user_code\":\"B\",\"verification_uri\":\"https://a.example/\",\"device_code\":\"" SECRET "\"}"),
        NO("{\"error\":\"authorization_pending\"}"), YES(SECRET_TOKENS) } },
    { "a renewal", start_renewal, { YES(SECRET_TOKENS) } },
    { "an answer that is cut off", start_renewal, { { .status = "200 OK", .body = SECRET_TOKENS, .missing = 9 } } },
    { "a large answer", start_renewal, { { .status = "200 OK", .body = SECRET_TOKENS, .pad = 70000 } } },
    { "an answer that is too large", start_renewal, { { .status = "200 OK", .body = SECRET_TOKENS, .pad = 300000 } } },
};

/* One thing more: what the loop waits for, or what the state asks the caller for. False: the flow is over. */
static bool go_on(struct doorcode_flow *flow)
{
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    int timeout_ms;
    size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
    switch (doorcode_flow_state(flow)) {
    case DOORCODE_WORKING:
        poll(waits, n, timeout_ms);
        doorcode_flow_step(flow);
        return true;
    case DOORCODE_CODE_REQUIRED:
        (doorcode_flow_submit_code)(flow, CODE);
        return true;
    case DOORCODE_PASSWORD_REQUIRED:
        (doorcode_flow_submit_password)(flow, SECRET);
        return true;
    case DOORCODE_MFA_REQUIRED:
        (doorcode_flow_choose_method)(flow, "e1b7");
        return true;
    case DOORCODE_REGISTRATION_REQUIRED:
        (doorcode_flow_register_method)(flow, "email", NULL);
        return true;
    case DOORCODE_RESET_PENDING:
        (doorcode_reset_poll)(flow);
        return true;
    case DOORCODE_DEVICE_PENDING:
        (doorcode_device_poll)(flow);
        return true;
    case DOORCODE_SIGNIN_READY:
        (doorcode_flow_signin)(flow);
        return true;
    default:
        return false;
    }
}

static size_t answers_of(size_t row)
{
    size_t n = 0;
    while (rows[row].answers[n].status != NULL)
        n++;
    return n;
}

/* The row's flow, given up after so many steps. False: it was over before. */
static bool play(size_t row, size_t steps, struct heap_watch *watch)
{
    struct session session;
    session_begin(&session, rows[row].answers, answers_of(row));
    heap_watched = watch;
    rows[row].start(&session);
    while (steps > 0 && go_on(session.flow))
        steps--;
    doorcode_flow_free(session.flow);
    heap_watched = NULL;
    doorcode_client_free(session.client);
    answer_server_stop(&session.server);
    return steps == 0;
}

static void no_freed_memory_has_a_secret(void **state)
{
    (void)state;
    if (!HEAP_CAN_WATCH)
        skip();
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool given_up = true;
        for (size_t steps = 0; given_up; steps++) {
            struct heap_watch watch = { .secrets = { PART } };
            given_up = play(i, steps, &watch);
            if (watch.leaks > 0 || watch.freed < 2)
                fail_msg("%s, after %zu steps: a secret in %u of %u blocks", rows[i].name, steps, watch.leaks,
                         watch.freed);
        }
    }
}

/* The part of the id token that nothing else has. */
static void no_freed_memory_has_the_id_token(void **state)
{
    (void)state;
    static struct answer answer = { .status = "200 OK" };
    struct tenant *tenant = tenant_of_tests().ctx;
    struct session session;
    char issuer[128];
    char body[4096];
    if (!HEAP_CAN_WATCH)
        skip();
    session_begin(&session, &answer, 1);
    snprintf(issuer, sizeof issuer, "%s/" TENANT_ID "/v2.0", session.server.origin);
    json_t *claims = tenant_claims(issuer, (int64_t)time(NULL));
    char *token = tenant_token(tenant, TENANT_ES256, claims);
    json_decref(claims);
    snprintf(body, sizeof body, "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":\"%s\"}", token);
    answer.body = body;
    struct heap_watch watch = { .secrets = { strrchr(token, '.') + 20 } };
    heap_watched = &watch;
    doorcode_token_refresh(session.client, "1.r", NULL, &session.flow);
    expect(&session, COMPLETED);
    doorcode_flow_free(session.flow);
    heap_watched = NULL;
    session.flow = NULL;
    assert_true(watch.freed > 5);
    assert_int_equal(watch.leaks, 0);
    free(token);
    session_end(&session, NULL, 1);
}

/* Which may be in its address. */
static void no_freed_memory_has_the_password_of_a_proxy(void **state)
{
    (void)state;
    const struct doorcode_options options = { .authority = "https://login.example.org/petstore",
                                              .client_id = TENANT_CLIENT,
                                              .proxy = "http://sam:" SECRET "@127.0.0.1:9" };
    struct heap_watch watch = { .secrets = { PART } };
    struct doorcode_client *client;
    if (!HEAP_CAN_WATCH)
        skip();
    heap_watched = &watch;
    assert_null(doorcode_client_new(&options, &client));
    doorcode_client_free(client);
    heap_watched = NULL;
    assert_true(watch.freed > 2);
    assert_int_equal(watch.leaks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_freed_memory_has_a_secret),
        cmocka_unit_test(no_freed_memory_has_the_id_token),
        cmocka_unit_test(no_freed_memory_has_the_password_of_a_proxy),
    };
    heap_leave_out_libraries();
    return client_run_both("client: secrets of flows", tests);
}
