/* SPDX-License-Identifier: Apache-2.0 */
/* Entra's answers in another pace: byte by byte, cut off behind every byte, never; and bodies beyond the bounds. The error is
 * the same in an event loop, and a flow that was cut off goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"
#include "support/entra_flow.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TAKEN_MOST = 1 << 20 }; /* bytes that a client with bounds may have taken, with what the kernel holds */

struct stage {
    struct entra_book book;
    struct tenant *tenant;
    struct entra_player player;
};

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    entra_book_open(&stage->book);
    stage->tenant = entra_tenant();
    entra_player_start(&stage->player, &stage->book, stage->tenant);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    entra_player_stop(&stage->player);
    entra_tenant_free(stage->tenant);
    entra_book_close(&stage->book);
    free(stage);
    return 0;
}

static struct doorcode_client *client_of(const struct stage *stage, int nonblocking, long timeout_ms)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.nonblocking = nonblocking;
    options.timeout_ms = timeout_ms;
    return entra_client(&stage->player, &options);
}

static int error_of(const struct doorcode_flow *flow)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    return error != NULL ? (int)error->kind : -1;
}

/* Leads a flow to the place, where this answer comes in this pace. */
static struct doorcode_flow *lead(struct stage *stage, const struct doorcode_client *client, enum entra_wait wait,
                                  const char *name, const struct entra_pace *pace)
{
    struct entra_script script = entra_script_for(&stage->book, wait, entra_book_find(&stage->book, name));
    struct doorcode_flow *flow = NULL;
    entra_player_play(&stage->player, &script, pace);
    entra_lead(client, entra_places[wait].calls, &flow);
    return flow;
}

static size_t length_of(const struct stage *stage, const char *name)
{
    const struct entra_filler none = { NULL, NULL };
    size_t n;
    free(entra_render(&stage->book, entra_book_find(&stage->book, name), &none, &n));
    return n;
}

/* ---- slow ---- */

static void byte_by_byte(void **state)
{
    static const struct entra_pace slow = { .piece = 1, .pause_us = 20 };
    static const struct {
        enum entra_wait wait;
        const char *answer;
        enum doorcode_state state;
        int error;
    } rows[] = {
        { ENTRA_SIGNIN_CHALLENGE, "challenge/oob", DOORCODE_CODE_REQUIRED, -1 },
        { ENTRA_SIGNIN_CODE, "token/tokens", DOORCODE_COMPLETED, -1 },
        { ENTRA_SIGNIN_PASSWORD, "token/wrong_password", DOORCODE_PASSWORD_REQUIRED, DOORCODE_ERROR_INVALID_PASSWORD },
        { ENTRA_SIGNUP_CODE, "signup_continue/attributes_required", DOORCODE_ATTRIBUTES_REQUIRED, -1 },
        { ENTRA_RESET_POLL, "front/page_502", DOORCODE_RESET_PENDING, DOORCODE_ERROR_SERVER },
        { ENTRA_RESET_POLL, "front/chunked", DOORCODE_FAILED, DOORCODE_ERROR_USER_NOT_FOUND },
    };
    struct stage *stage = *state;
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        struct doorcode_client *client = client_of(stage, nonblocking, 0);
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct doorcode_flow *flow = lead(stage, client, rows[i].wait, rows[i].answer, &slow);
            assert_int_equal(doorcode_flow_state(flow), rows[i].state);
            assert_int_equal(error_of(flow), rows[i].error);
            doorcode_flow_free(flow);
        }
        doorcode_client_free(client);
    }
}

/* An answer that never comes, or never ends, is given up; the code may be sent again. */
static void never(void **state)
{
    static const struct entra_pace paces[] = {
        { .is_silent = true },
        { .piece = 1, .pause_us = 20000 },
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < 2 * COUNT(paces); i++) {
        struct doorcode_client *client = client_of(stage, (int)(i % 2), 0);
        struct entra_script script =
            entra_script_for(&stage->book, ENTRA_SIGNIN_CODE, entra_book_find(&stage->book, "token/wrong_code"));
        struct doorcode_flow *flow = NULL;
        entra_player_play(&stage->player, &script, &paces[i / 2]);
        assert_int_equal(entra_lead(client, "signin", &flow), DOORCODE_CODE_REQUIRED);
        client->timeout_ms = 300;
        entra_lead(client, "code", &flow);
        assert_int_equal(doorcode_flow_state(flow), DOORCODE_CODE_REQUIRED);
        assert_int_equal(error_of(flow), DOORCODE_ERROR_TIMEOUT);
        doorcode_flow_free(flow);
        doorcode_client_free(client);
    }
}

/* What an event loop is told to wait is never longer than the time-out, though libcurl has longer ones, too. */
static void no_time_out_is_lost(void **state)
{
    static const struct entra_pace silent = { .is_silent = true };
    struct stage *stage = *state;
    struct doorcode_client *client = client_of(stage, 1, 15);
    struct entra_script script =
        entra_script_for(&stage->book, ENTRA_SIGNIN_START, entra_book_find(&stage->book, "initiate/started"));
    for (int i = 0; i < 40; i++) {
        struct doorcode_flow *flow;
        entra_player_play(&stage->player, &script, &silent);
        enum doorcode_state at = doorcode_signin_start(client, "sam@example.org", &flow);
        while (at == DOORCODE_WORKING) {
            struct pollfd waits[DOORCODE_FLOW_WAITS];
            int timeout_ms;
            size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
            assert_in_range(timeout_ms, 0, 20);
            poll(waits, n, timeout_ms);
            at = doorcode_flow_step(flow);
        }
        assert_int_equal(error_of(flow), DOORCODE_ERROR_TIMEOUT);
        doorcode_flow_free(flow);
    }
    doorcode_client_free(client);
}

/* ---- cut off ---- */

/* Behind every byte of the answer; then the step is made again and succeeds. */
static void cut_everywhere(struct stage *stage, const struct doorcode_client *client, enum entra_wait wait,
                           const char *name)
{
    static const struct entra_script usual = { .count = 0 };
    const struct entra_place *place = &entra_places[wait];
    size_t n = length_of(stage, name);
    for (size_t cut = 1; cut < n; cut++) {
        struct doorcode_flow *flow = lead(stage, client, wait, name, &(struct entra_pace){ .cut = cut });
        int error = error_of(flow);
        if (doorcode_flow_state(flow) != place->stays ||
            (error != DOORCODE_ERROR_UNREACHABLE && error != DOORCODE_ERROR_PROTOCOL))
            fail_msg("%s cut behind %zu of %zu bytes: state %d, error %d", name, cut, n, doorcode_flow_state(flow),
                     error);
        entra_player_play(&stage->player, &usual, NULL);
        if (place->again[0] != '\0')
            entra_lead(client, place->again, &flow);
        if (place->again[0] != '\0' && error_of(flow) != -1)
            fail_msg("%s cut behind %zu of %zu bytes: not made again, error %d", name, cut, n, error_of(flow));
        doorcode_flow_free(flow);
    }
}

static void cut_behind_every_byte(void **state)
{
    static const struct {
        enum entra_wait wait;
        const char *answer;
    } rows[] = {
        { ENTRA_SIGNIN_CHALLENGE, "challenge/oob" },
        { ENTRA_SIGNIN_RESEND, "challenge/oob" },
        { ENTRA_SIGNIN_PASSWORD, "token/mfa_required" },
        { ENTRA_SIGNUP_ATTRIBUTES, "signup_continue/attributes_invalid" },
        { ENTRA_MFA_METHODS, "introspect/methods" },
    };
    struct stage *stage = *state;
    struct doorcode_client *client = client_of(stage, 0, 0);
    for (size_t i = 0; i < COUNT(rows); i++)
        cut_everywhere(stage, client, rows[i].wait, rows[i].answer);
    doorcode_client_free(client);
}

/* ---- too much ---- */

/* The connection is given up long before the server has sent what it would. */
static void endless(void **state)
{
    static const char *const answers[] = { "broken/endless", "broken/endless_head", "broken/endless_line",
                                           "broken/large" };
    struct stage *stage = *state;
    for (size_t i = 0; i < 2 * COUNT(answers); i++) {
        struct doorcode_client *client = client_of(stage, (int)(i % 2), 0);
        struct doorcode_flow *flow = lead(stage, client, ENTRA_SIGNIN_START, answers[i / 2], NULL);
        assert_int_equal(doorcode_flow_state(flow), DOORCODE_FAILED);
        doorcode_flow_free(flow);
        doorcode_client_free(client);
        if (entra_player_bytes(&stage->player) > TAKEN_MOST * 8)
            fail_msg("%s: %zu bytes were taken", answers[i / 2], entra_player_bytes(&stage->player));
    }
}

/* ---- redirections ---- */

/* Neither the form nor the token goes anywhere else: no further request comes, to this server or another. */
static void redirections_are_not_followed(void **state)
{
    static const char *const answers[] = { "front/moved", "front/moved_307" };
    struct stage *stage = *state;
    for (size_t i = 0; i < 2 * COUNT(answers); i++) {
        struct doorcode_client *client = client_of(stage, (int)(i % 2), 0);
        struct doorcode_flow *flow = lead(stage, client, ENTRA_SIGNIN_PASSWORD, answers[i / 2], NULL);
        assert_int_equal(doorcode_flow_state(flow), DOORCODE_PASSWORD_REQUIRED);
        assert_int_equal(error_of(flow), DOORCODE_ERROR_PROTOCOL);
        assert_int_equal(entra_player_posts(&stage->player), 3);
        doorcode_flow_free(flow);
        doorcode_client_free(client);
    }
}

/* ---- waiting as told ---- */

static void a_wait_is_told(void **state)
{
    static const struct {
        const char *answer;
        int64_t retry_after;
    } rows[] = {
        { "common/throttled", 30 },   { "common/unavailable", 120 }, { "front/page_503", 120 },
        { "front/page_429", 7 },      { "front/empty_429", 0 },      { "front/page_429_silly", 0 },
        { "front/page_429_date", 0 }, { "common/token_expired", 0 },
    };
    struct stage *stage = *state;
    struct doorcode_client *client = client_of(stage, 0, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_flow *flow = lead(stage, client, ENTRA_SIGNIN_RESEND, rows[i].answer, NULL);
        assert_int_equal(doorcode_flow_error(flow)->retry_after, rows[i].retry_after);
        doorcode_flow_free(flow);
    }
    doorcode_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(never),
        cmocka_unit_test(no_time_out_is_lost),
        cmocka_unit_test(cut_behind_every_byte),
        cmocka_unit_test(endless),
        cmocka_unit_test(redirections_are_not_followed),
        cmocka_unit_test(a_wait_is_told),
    };
    return cmocka_run_group_tests_name("client: answers in another pace", tests, set_up, tear_down);
}
