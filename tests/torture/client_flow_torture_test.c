/* SPDX-License-Identifier: Apache-2.0 */
/* Whole flows when the n-th request for memory fails, the library's or jansson's, for every n: no crash, an error that says so or one
 * that the server's next answer gives, and nothing secret in what is freed. libcurl and OpenSSL have memory enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorcode/account.h"
#include "support/client_bodies.h"
#include "support/heap_watch.h"

#define SECRET "Sesame-0pen-5esame"

enum { CALLS_MOST = 12 };

static const struct doorcode_value facts[] = { { "displayName", "Sam" }, { "city", "Oslo" } };

static const struct {
    char kind;
    struct answer answers[11];
} rows[] = {
    { 's', { YES(TOKEN(SECRET "1")), YES(OOB(SECRET "2")), NO(GRANT("invalid_oob_value", "50181")), YES(TOKENS) } },
    { 's',
      { YES(TOKEN(SECRET "1")), YES(PASSWORD(SECRET "2")), NO(REGISTRATION(SECRET "3")), YES(REGISTRABLE(SECRET "4")),
        YES("{\"continuation_token\":\"" SECRET "5\",\"challenge_type\":\"preverified\"}"), YES(TOKEN(SECRET "6")),
        NO(MFA(SECRET "7")), YES(METHODS(SECRET "8")), YES(OOB(SECRET "9")), YES(TOKENS) } },
    { 'u',
      { YES(TOKEN(SECRET "1")), YES(OOB(SECRET "2")), NO(INTERRUPT("credential_required", "55103", SECRET "3")), HICCUP,
        YES(PASSWORD(SECRET "4")), NO(ATTRIBUTES(SECRET "5")), YES(TOKEN(SECRET "6")), YES(TOKENS) } },
    { 'r',
      { YES(TOKEN(SECRET "1")), YES(OOB(SECRET "2")), YES(TOKEN(SECRET "3")), YES(TOKEN(SECRET "4")),
        YES("{\"status\":\"failed\",\"continuation_token\":\"" SECRET "5\"}"), YES(TOKEN(SECRET "6")),
        YES("{\"status\":\"succeeded\",\"continuation_token\":\"" SECRET "7\"}"), YES(TOKENS) } },
    { 'd',
      { YES("{\"user_code\":\"B\",\"verification_uri\":\"https://a.example/\",\"device_code\":\"" SECRET "1\"}"),
        NO("{\"error\":\"authorization_pending\"}"), NO("{\"error\":\"slow_down\"}"), YES(TOKENS) } },
};

static void start(struct session *session, char kind)
{
    if (kind == 'd')
        doorcode_device_start(session->client, &session->flow);
    else if (kind == 'u')
        doorcode_signup_start(session->client, "sam@example.org", NULL, facts, 2, &session->flow);
    else if (kind == 'r')
        doorcode_reset_start(session->client, "sam@example.org", &session->flow);
    else
        doorcode_signin_start(session->client, "sam@example.org", &session->flow);
}

/* What the state asks for. False: the flow is over. */
static bool answer_it(struct doorcode_flow *flow)
{
    size_t count;
    enum doorcode_state state = doorcode_flow_state(flow);
    bool listed = doorcode_flow_methods(flow, &count) != NULL;
    if (state == DOORCODE_CODE_REQUIRED)
        doorcode_flow_submit_code(flow, "12345678");
    else if (state == DOORCODE_PASSWORD_REQUIRED)
        doorcode_flow_submit_password(flow, SECRET);
    else if (state == DOORCODE_ATTRIBUTES_REQUIRED)
        doorcode_flow_submit_attributes(flow, facts, 2);
    else if (state == DOORCODE_RESET_PENDING)
        doorcode_reset_poll(flow);
    else if (state == DOORCODE_DEVICE_PENDING)
        doorcode_device_poll(flow);
    else if (state == DOORCODE_SIGNIN_READY)
        doorcode_flow_signin(flow);
    else if (state != DOORCODE_MFA_REQUIRED && state != DOORCODE_REGISTRATION_REQUIRED)
        return false;
    else if (!listed)
        doorcode_flow_list_methods(flow);
    else if (state == DOORCODE_MFA_REQUIRED)
        doorcode_flow_choose_method(flow, "e1b7");
    else
        doorcode_flow_register_method(flow, "email", NULL);
    return true;
}

/* False: the flow never asked that often. *blocks: those that stay at the end, less those that were there before. */
static bool play(size_t row, unsigned nth, long *blocks)
{
    struct heap_watch watch = { .secrets = { "0pen" }, .fail_in = nth };
    struct doorcode_options options;
    struct session session;
    size_t n = 0;
    while (rows[row].answers[n].status != NULL)
        n++;
    doorcode_options_init(&options);
    assert_null(doorcode_cache_memory(&options.cache));
    session_options(&session, rows[row].answers, n, &options);
    heap_watched = &watch;
    start(&session, rows[row].kind);
    for (size_t calls = 0; calls < CALLS_MOST && answer_it(session.flow); calls++)
        continue;
    enum doorcode_state state = doorcode_flow_state(session.flow);
    bool told = state != DOORCODE_FAILED || doorcode_flow_error(session.flow) != NULL;
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    doorcode_cache_free(options.cache);
    heap_watched = NULL;
    *blocks = watch.blocks;
    answer_server_stop(&session.server);
    if (!told || watch.leaks > 0)
        fail_msg("row %zu, request %u: state %d, %u blocks with a secret", row, nth, state, watch.leaks);
    if (watch.fail_in > 0)
        assert_int_equal(state, DOORCODE_COMPLETED);
    return watch.fail_in == 0;
}

static void every_request_for_memory(void **state)
{
    (void)state;
    if (!HEAP_CAN_WATCH)
        skip();
    for (size_t row = 0; row < COUNT(rows); row++) {
        long former;
        long blocks;
        unsigned nth = 1;
        play(row, UINT32_MAX, &former); /* what a whole flow leaves: nothing, but the client and the cache are gone */
        while (play(row, nth, &blocks)) {
            if (blocks != former)
                fail_msg("row %zu, request %u: %ld blocks are lost", row, nth, blocks - former);
            nth++;
        }
        assert_true(nth > 100); /* each flow asks often */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_request_for_memory) };
    heap_leave_out_libraries();
    return client_run_both("client: flows without memory", tests);
}
