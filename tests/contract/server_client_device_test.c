/* SPDX-License-Identifier: Apache-2.0 */
/* The client library as a device without a browser, at the server: the user signs in elsewhere (RFC 8628; spec OIDC, 4.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/device_user.h"
#include "support/world_client.h"

#include "api/router.h"

/* A device of the test, and its user with a browser elsewhere. */
static void device_asks(struct person *p, struct browser *b)
{
    takes_app(p, WORLD_APP_ES256);
    memset(b, 0, sizeof *b);
    b->world = &p->world;
    doorcode_device_start(p->client, &p->flow);
    expect(p, DEVICE_PENDING);
}

static void a_user_who_lets_it_go_on(void **state)
{
    static struct browser b;
    struct person *p = *state;
    char uri[128];

    device_asks(p, &b);
    const struct doorcode_device *device = doorcode_flow_device(p->flow);
    snprintf(uri, sizeof uri, "http://127.0.0.1:%u" DEVICE_LOGIN_PATH, (unsigned)p->world.port);
    assert_string_equal(device->verification_uri, uri);
    assert_non_null(strstr(device->message, device->user_code));
    assert_int_equal(device->expires_in, policy_default.device_code_seconds);
    assert_int_equal(doorcode_flow_poll_interval(p->flow), DEVICE_POLL_SECONDS);
    doorcode_device_poll(p->flow);
    expect(p, DEVICE_PENDING);
    device_user_allows(&b, doorcode_flow_device(p->flow)->user_code);
    doorcode_device_poll(p->flow);
    is_in(p, SAM);
    struct doorcode_flow *first = lays_aside(p);
    renews(p, first);
    is_in(p, SAM);
    doorcode_flow_free(first);
}

static void a_user_who_does_not(void **state)
{
    static struct browser b;
    struct person *p = *state;

    device_asks(p, &b);
    device_user_opens(&b, doorcode_flow_device(p->flow)->user_code);
    assert_int_equal(browser_press(&b, "do=decline"), 200);
    doorcode_device_poll(p->flow);
    refused(p, FAILED, CANCELLED);
}

static void a_user_who_is_late(void **state)
{
    static struct browser b;
    struct person *p = *state;

    device_asks(p, &b);
    world_advance(&p->world, policy_default.device_code_seconds);
    doorcode_device_poll(p->flow);
    refused(p, FAILED, EXPIRED);
}

static void a_device_that_hurries(void **state)
{
    static struct browser b;
    struct person *p = *state;

    device_asks(p, &b);
    for (int i = 0; i < LIMIT_DEVICE_POLLS; i++) {
        doorcode_device_poll(p->flow);
        expect(p, DEVICE_PENDING);
        assert_int_equal(doorcode_flow_poll_interval(p->flow), DEVICE_POLL_SECONDS);
    }
    doorcode_device_poll(p->flow);
    expect(p, DEVICE_PENDING);
    assert_int_equal(doorcode_flow_poll_interval(p->flow), 2 * DEVICE_POLL_SECONDS);
    world_advance(&p->world, 2 * DEVICE_POLL_SECONDS);
    device_user_allows(&b, doorcode_flow_device(p->flow)->user_code);
    doorcode_device_poll(p->flow);
    is_in(p, SAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_user_who_lets_it_go_on, person_born, person_gone),
        cmocka_unit_test_setup_teardown(a_user_who_does_not, person_born, person_gone),
        cmocka_unit_test_setup_teardown(a_user_who_is_late, person_born, person_gone),
        cmocka_unit_test_setup_teardown(a_device_that_hurries, person_born, person_gone),
    };
    return client_run_both("server and client: another device", tests);
}
