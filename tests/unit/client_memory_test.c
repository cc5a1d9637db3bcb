/* SPDX-License-Identifier: Apache-2.0 */
/* The heap of whole flows: at most 64 KB besides libcurl's. Counted is what the library and jansson hold of malloc at the same
 * time, the tenant's keys included, which outlive the flow; not what libcurl and OpenSSL take by their own allocators. The
 * answers are as long as the service's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorcode/account.h"
#include "support/client_bodies.h"
#include "support/heap_watch.h"
#include "support/web_visit.h"

enum { HEAP_MOST = 64 * 1024 };

/* ---- answers as long as the service's ---- */

#define X16 "eyJhbGciOiJkaXIi"
#define X128 X16 X16 X16 X16 X16 X16 X16 X16
#define X512 X128 X128 X128 X128
#define LONG(word) word X512 X512 X128
#define LONG_TOKENS                                                                                                  \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid profile offline_access\",\"expires_in\":4199,\"ext_expires_in\":" \
    "4199,\"access_token\":\"" X512 X512 X512 X512 "\",\"refresh_token\":\"" X512 X512 X512                          \
    "\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"" X128 "\"}"
#define WRONG_CODE                                                                                                     \
    "{\"error\":\"invalid_grant\",\"suberror\":\"invalid_oob_value\",\"error_description\":\"AADSTS50181: " X512       \
    "\",\"error_codes\":[50181],\"timestamp\":\"2026-07-22 10:15:30Z\",\"trace_id\":\"7b0c9f1e-2d3a-4c5b-8e6f-"        \
    "0a1b2c3d4e5f\",\"correlation_id\":\"3e8d5c2b-1a0f-4e9d-8c7b-6a5f4e3d2c1b\",\"error_uri\":\"https://login.example" \
    "/error\"}"

static const struct doorcode_value facts[] = {
    { "displayName", "Sam Sample" },
    { "givenName", "Sam" },
    { "surname", "Sample" },
    { "city", "Oslo" },
    { "country", "Norway" },
    { "streetAddress", "Storgata 1" },
    { "postalCode", "0155" },
    { "jobTitle", "Zookeeper" },
    { "extension_9c1f_shoeSize", "42" },
    { "extension_9c1f_pets", X128 },
    { "extension_9c1f_a", X128 },
    { "extension_9c1f_b", X128 },
};

static void start_signin(struct session *session)
{
    doorcode_signin_start(session->client, "sam@example.org", &session->flow);
}

static void start_signup(struct session *session)
{
    doorcode_signup_start(session->client, "sam@example.org", "Blue-Kettle-42", facts, COUNT(facts), &session->flow);
}

static void start_reset(struct session *session)
{
    doorcode_reset_start(session->client, "sam@example.org", &session->flow);
}

static const struct {
    const char *name;
    void (*start)(struct session *session);
    struct answer answers[14];
} rows[] = {
    { "a sign-in with a code, wrong once",
      start_signin,
      { YES(TOKEN(LONG("s1"))), YES(OOB(LONG("s2"))), NO(WRONG_CODE), YES(LONG_TOKENS) } },
    { "a sign-up with attributes",
      start_signup,
      { YES(TOKEN(LONG("u1"))), YES(OOB(LONG("u2"))), NO(WRONG_CODE),
        NO(INTERRUPT("credential_required", "55103", LONG("u3"))), YES(PASSWORD(LONG("u4"))),
        NO(ATTRIBUTES(LONG("u5"))), YES(TOKEN(LONG("u9"))), YES(LONG_TOKENS) } },
    { "a reset",
      start_reset,
      { YES(TOKEN(LONG("p1"))), YES(OOB(LONG("p2"))), NO(WRONG_CODE), YES(TOKEN(LONG("p4"))), YES(TOKEN(LONG("p5"))),
        YES("{\"status\":\"in_progress\"}"),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"" LONG("p9") "\"}"), YES(LONG_TOKENS) } },
    { "a password and a second factor",
      start_signin,
      { YES(TOKEN(LONG("s1"))), YES(PASSWORD(LONG("s2"))), NO(MFA(LONG("m0"))), YES(METHODS(LONG("m1"))),
        YES(OOB(LONG("m2"))), NO(WRONG_CODE), YES(LONG_TOKENS) } },
    { "a registration",
      start_signin,
      { YES(TOKEN(LONG("s1"))), YES(PASSWORD(LONG("s2"))), NO(REGISTRATION(LONG("r0"))), YES(REGISTRABLE(LONG("r1"))),
        YES(REGISTER_OOB(LONG("r2"))), NO(WRONG_CODE), YES(TOKEN(LONG("r9"))), YES(LONG_TOKENS) } },
};

static void answer_it(struct doorcode_flow *flow)
{
    enum doorcode_state state = doorcode_flow_state(flow);
    if (state == DOORCODE_CODE_REQUIRED)
        doorcode_flow_submit_code(flow, "12345678");
    else if (state == DOORCODE_PASSWORD_REQUIRED)
        doorcode_flow_submit_password(flow, "Blue-Kettle-42");
    else if (state == DOORCODE_ATTRIBUTES_REQUIRED)
        doorcode_flow_submit_attributes(flow, facts, COUNT(facts));
    else if (state == DOORCODE_MFA_REQUIRED)
        doorcode_flow_choose_method(flow, "e1b7");
    else if (state == DOORCODE_REGISTRATION_REQUIRED)
        doorcode_flow_register_method(flow, "sms", "+4790000007");
    else if (state == DOORCODE_RESET_PENDING)
        doorcode_reset_poll(flow);
    else if (state == DOORCODE_SIGNIN_READY)
        doorcode_flow_signin(flow);
    else
        fail_msg("state %d on the way", state);
}

static void heap_of_whole_flows(void **state)
{
    (void)state;
    if (!HEAP_CAN_WATCH)
        skip();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heap_watch watch = { .peak = 0 };
        struct session session;
        size_t n = 0;
        while (rows[i].answers[n].status != NULL)
            n++;
        struct doorcode_options options;
        doorcode_options_init(&options);
        assert_null(doorcode_cache_memory(&options.cache));
        session_options(&session, rows[i].answers, n, &options);
        heap_watched = &watch;
        rows[i].start(&session);
        while (doorcode_flow_state(session.flow) != DOORCODE_COMPLETED)
            answer_it(session.flow);
        doorcode_flow_free(session.flow);
        heap_watched = NULL;
        session.flow = NULL;
        session_end(&session, NULL, n);
        doorcode_cache_free(options.cache);
        print_message("%s: %ld bytes, %ld stay\n", rows[i].name, watch.peak, watch.held);
        assert_true(watch.held > 0 && watch.peak > watch.held); /* the keys stay with the client */
        assert_true(watch.peak <= HEAP_MOST);
    }
}

/* With the port and its server, but without a browser's connection to it (64 KB each, and given back with the page). */
static void heap_of_a_web_sign_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(LONG_TOKENS) };
    struct heap_watch watch = { .peak = 0 };
    struct web_session session;
    char address[1024];
    char given[64];
    if (!HEAP_CAN_WATCH)
        skip();
    web_prepare(&session, answers, COUNT(answers), tenant_page);
    heap_watched = &watch;
    doorcode_web_start(session.base.client, NULL, &session.web);
    doorcode_web_run(session.web);
    heap_watched = NULL;
    web_param(session.web, "nonce", session.nonce, sizeof session.nonce);
    web_param(session.web, "state", given, sizeof given);
    snprintf(address, sizeof address, "http://localhost/?code=" X512 "&state=%s", given);
    heap_watched = &watch;
    doorcode_web_feed(session.web, address);
    doorcode_web_run(session.web);
    heap_watched = NULL;
    assert_int_equal(doorcode_web_state(session.web), DOORCODE_WEB_COMPLETED);
    print_message("a web sign-in: %ld bytes\n", watch.peak);
    assert_true(watch.peak > 0 && watch.peak <= HEAP_MOST);
    web_end(&session, COUNT(answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_of_whole_flows),
        cmocka_unit_test(heap_of_a_web_sign_in),
    };
    heap_leave_out_libraries();
    return client_run_both("client: heap of flows", tests);
}
