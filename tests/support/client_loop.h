/* SPDX-License-Identifier: Apache-2.0 */
/* client_loop.h: the calls of doorcode/client.h in both forms. A test program runs its tests twice (client_run_both); the
 * second time its clients are to be non-blocking (options.nonblocking = client_in_loop), and each call below is driven
 * to its end by an event loop, with steps made too often and calls that are refused in between. Included by one file each,
 * after cmocka. */
#ifndef DOORCODE_TESTS_CLIENT_LOOP_H
#define DOORCODE_TESTS_CLIENT_LOOP_H

#include "doorcode/account.h"

#include <stdbool.h>

static bool client_in_loop;
/* Called with each flow that a call has left; NULL: nothing is. */
static void (*client_after)(struct doorcode_flow *flow);
static int client_failed;

static inline void client_in(bool loop, void (*after)(struct doorcode_flow *flow))
{
    client_in_loop = loop;
    client_after = after;
}

static inline int client_ran(int failed)
{
    client_failed += failed;
    return client_failed;
}

/* One form after the other, which the operands of a sum would not be; the value is how many tests have failed. */
#define client_run_form(form, tests) client_ran(cmocka_run_group_tests_name(form, tests, NULL, NULL))
#define client_run_both(name, tests)                                                                 \
    (client_in(false, NULL), (void)client_run_form(name ", blocking", tests), client_in(true, NULL), \
     client_run_form(name ", in an event loop", tests))

/* While the server is asked nothing of the flow is shown, and every call is refused. */
static inline void client_interrupts(struct doorcode_flow *flow)
{
    static const struct doorcode_value city[] = { { "city", "Oslo" } };
    size_t count;
    const enum doorcode_state states[] = {
        doorcode_flow_submit_code(flow, "87654321"),
        doorcode_flow_resend_code(flow),
        doorcode_flow_submit_password(flow, "Red-Kettle-24"),
        doorcode_flow_submit_attributes(flow, city, 1),
        doorcode_flow_choose_method(flow, "6f3c"),
        doorcode_flow_register_method(flow, "email", NULL),
        doorcode_flow_list_methods(flow),
        doorcode_reset_poll(flow),
        doorcode_device_poll(flow),
        doorcode_flow_signin(flow),
        doorcode_flow_state(flow),
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        assert_int_equal(states[i], DOORCODE_WORKING);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_USAGE);
    assert_null(doorcode_flow_challenge(flow));
    assert_null(doorcode_flow_device(flow));
    assert_null(doorcode_flow_redirect_reason(flow));
    assert_null(doorcode_flow_attributes(flow, &count));
    assert_null(doorcode_flow_methods(flow, &count));
    assert_int_equal(doorcode_flow_poll_interval(flow), 0);
    assert_null(doorcode_flow_tokens(flow));
}

/* The loop: `state` is what the call returned. */
static inline enum doorcode_state client_ends(struct doorcode_flow *flow, enum doorcode_state state)
{
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    int timeout_ms;
    assert_true(client_in_loop || state != DOORCODE_WORKING);
    while (state == DOORCODE_WORKING) {
        client_interrupts(flow);
        size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        assert_true(n <= DOORCODE_FLOW_WAITS && timeout_ms >= 0); /* there is always a time-out of libcurl's */
        poll(waits, n, timeout_ms);
        for (int i = 0; i < 3; i++)
            state = doorcode_flow_step(flow);
    }
    assert_int_equal(doorcode_flow_step(flow), state);
    assert_int_equal(doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms), 0);
    assert_int_equal(timeout_ms, -1);
    if (client_after != NULL)
        client_after(flow);
    return state;
}

/* Waits until one of several flows has something to do. */
static inline void client_wait_for(struct doorcode_flow *const *flows, size_t count)
{
    struct pollfd waits[256];
    int soonest = -1;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        int timeout_ms;
        n += doorcode_flow_waits(flows[i], waits + n, sizeof waits / sizeof waits[0] - n, &timeout_ms);
        if (timeout_ms >= 0 && (soonest < 0 || timeout_ms < soonest))
            soonest = timeout_ms;
    }
    poll(waits, n, soonest);
}

/* The same with a flow that the call has made. */
static inline enum doorcode_state client_begun(struct doorcode_flow *const *flow, enum doorcode_state state)
{
    return client_ends(*flow, state);
}

#define doorcode_signin_start(client, username, flow) client_begun(flow, doorcode_signin_start(client, username, flow))
#define doorcode_signup_start(client, username, password, attributes, count, flow) \
    client_begun(flow, doorcode_signup_start(client, username, password, attributes, count, flow))
#define doorcode_reset_start(client, username, flow) client_begun(flow, doorcode_reset_start(client, username, flow))
#define doorcode_device_start(client, flow) client_begun(flow, doorcode_device_start(client, flow))
#define doorcode_token_refresh(client, token, scopes, flow) \
    client_begun(flow, doorcode_token_refresh(client, token, scopes, flow))
#define doorcode_token_get(client, user, scopes, force, flow) \
    client_begun(flow, doorcode_token_get(client, user, scopes, force, flow))
#define doorcode_flow_submit_code(flow, code) client_ends(flow, doorcode_flow_submit_code(flow, code))
#define doorcode_flow_resend_code(flow) client_ends(flow, doorcode_flow_resend_code(flow))
#define doorcode_flow_submit_password(flow, password) client_ends(flow, doorcode_flow_submit_password(flow, password))
#define doorcode_flow_submit_attributes(flow, attributes, count) \
    client_ends(flow, doorcode_flow_submit_attributes(flow, attributes, count))
#define doorcode_flow_choose_method(flow, id) client_ends(flow, doorcode_flow_choose_method(flow, id))
#define doorcode_flow_register_method(flow, id, contact) \
    client_ends(flow, doorcode_flow_register_method(flow, id, contact))
#define doorcode_flow_list_methods(flow) client_ends(flow, doorcode_flow_list_methods(flow))
#define doorcode_reset_poll(flow) client_ends(flow, doorcode_reset_poll(flow))
#define doorcode_device_poll(flow) client_ends(flow, doorcode_device_poll(flow))
#define doorcode_flow_signin(flow) client_ends(flow, doorcode_flow_signin(flow))

#endif
