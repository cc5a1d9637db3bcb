/* SPDX-License-Identifier: Apache-2.0 */
/* The development receiver: what it takes, keeps and forgets; its answers are such as the server accepts. */
#include "hook/receiver.h"

#include "hook/answer.h"
#include "hook/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct received call;

static err take(struct receiver *r, const char *body, enum extension_event *event)
{
    return receiver_take(r, 1784715330, SLICE("Bearer x"), slice_of(body), event);
}

static void keeps_the_newest(void **state)
{
    struct receiver *r;
    enum extension_event event;
    char body[128];

    (void)state;
    assert_true(err_is_ok(receiver_new(&r)));
    assert_int_equal(receiver_find(r, 0, &call).code, ERR_NOT_FOUND);
    for (int i = 1; i <= RECEIVER_KEPT + 2; i++) {
        snprintf(body, sizeof body, "{\"type\":\"microsoft.graph.authenticationEvent.emailOtpSend\",\"n\":%d}", i);
        assert_true(err_is_ok(take(r, body, &event)));
        assert_int_equal(event, EXTENSION_OTP_SEND);
    }
    assert_true(err_is_ok(receiver_find(r, 0, &call)));
    assert_int_equal(call.id, RECEIVER_KEPT + 2);
    assert_string_equal(call.authorization, "Bearer x");
    assert_true(slice_eq((struct slice){ call.body, call.body_n }, slice_of(body)));
    assert_true(err_is_ok(receiver_find(r, 3, &call)));
    assert_int_equal(receiver_find(r, 2, &call).code, ERR_NOT_FOUND);
    assert_int_equal(receiver_find(r, RECEIVER_KEPT + 3, &call).code, ERR_NOT_FOUND);
    receiver_clear(r);
    assert_int_equal(receiver_find(r, 0, &call).code, ERR_NOT_FOUND);
    assert_true(err_is_ok(take(r, body, &event)));
    assert_true(err_is_ok(receiver_find(r, RECEIVER_KEPT + 3, &call)));
    receiver_free(r);
}

static void refuses_what_is_no_event(void **state)
{
    static const char *const bodies[] = { "",
                                          "[]",
                                          "{",
                                          "{}",
                                          "{\"type\":7}",
                                          "{\"type\":\"emailOtpSend\"}",
                                          "{\"type\":\"microsoft.graph.authenticationEvent.\"}",
                                          "{\"type\":\"microsoft.graph.authenticationEvent.emailOtpSend\"} x" };
    struct receiver *r;
    enum extension_event event;
    static char large[LIMIT_HOOK_BODY + 2];

    (void)state;
    assert_true(err_is_ok(receiver_new(&r)));
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(take(r, bodies[i], &event).code, ERR_FORMAT);
    memset(large, ' ', sizeof large - 1);
    assert_false(err_is_ok(take(r, large, &event)));
    assert_int_equal(receiver_find(r, 0, &call).code, ERR_NOT_FOUND);
    receiver_free(r);
}

static void answers_as_the_server_wants(void **state)
{
    static char space[16384], text[512];
    struct hook_answer answer;
    struct arena arena;
    struct buf out;

    (void)state;
    for (int event = 0; event < EXTENSION_EVENTS; event++) {
        arena_init(&arena, space, sizeof space);
        buf_init(&out, text, sizeof text);
        hook_answer_default((enum extension_event)event, &out);
        assert_true(buf_ok(&out));
        assert_int_equal(hook_answer_read((enum extension_event)event, buf_slice(&out), &arena, &answer), HOOK_FINE);
        assert_int_equal(answer.action, event == EXTENSION_TOKEN_ISSUANCE ? HOOK_CLAIMS : HOOK_CONTINUE);
        assert_int_equal(answer.claims.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_newest),
        cmocka_unit_test(refuses_what_is_no_event),
        cmocka_unit_test(answers_as_the_server_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
