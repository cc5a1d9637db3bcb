/* SPDX-License-Identifier: Apache-2.0 */
/* Edges of a web sign-in: words of a server that are no text for a terminal, time-outs without an end, no room to wait. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/web_visit.h"

/* A description is shown on a terminal, so it is as harmless here as in an answer of JSON. */
static void the_servers_words_can_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *sent;
        const char *shown;
    } rows[] = { { "tr%C2%9B31m%C2%9Fy%C3%A4", "tr  31m  y\xC3\xA4" }, { "%9B31m", "" }, { "a%ED%A0%80", "" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct web_session s;
        char target[256];
        web_begin(&s, NULL, 0, NULL);
        snprintf(target, sizeof target, "/?error=%s&error_description=%s&error_subcode=%s&state={state}", rows[i].sent,
                 rows[i].sent, rows[i].sent);
        assert_int_equal(web_visit(s.web, target, NULL), 200);
        web_finish(s.web);
        assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_FAILED);
        const struct doorcode_error *error = doorcode_web_error(s.web);
        assert_string_equal(error->error, rows[i].shown);
        assert_string_equal(error->suberror, rows[i].shown);
        assert_string_equal(error->description, rows[i].shown);
        web_end(&s, 0);
    }
}

/* As who wants none at all may write it. */
static void the_longest_time_out(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKENS) };
    const struct doorcode_web_options options = { .timeout_ms = LONG_MAX };
    struct web_session s;
    web_begin(&s, answers, 1, &options);
    assert_int_equal(web_visit(s.web, "/?code=c&state={state}", NULL), 200);
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    web_end(&s, 1);
}

/* A browser that comes is seen, though nothing could be waited for. */
static void no_room_for_descriptors(void **state)
{
    (void)state;
    struct web_session s;
    struct pollfd waits[1];
    web_begin(&s, NULL, 0, NULL);
    for (size_t cap = 0; cap < 2; cap++) { /* the port has two addresses, or one where there is no IPv6 */
        int timeout_ms;
        size_t n = doorcode_web_waits(s.web, waits, cap, &timeout_ms);
        assert_true(n <= cap);
        assert_true(timeout_ms >= 0 && (n == 1 || timeout_ms <= 20));
    }
    web_end(&s, 0);
}

/* An application that has one port registered signs in again as soon as it likes. */
static void one_port_twice(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(TOKENS) };
    struct doorcode_web_options options = { .port = 0 };
    for (int i = 0; i < 2; i++) {
        struct web_session s;
        web_begin(&s, answers, 1, &options);
        options.port = (unsigned)web_port(s.web);
        assert_int_equal(web_visit(s.web, "/?code=c&state={state}", NULL), 200);
        assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
        web_end(&s, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_servers_words_can_be_shown),
        cmocka_unit_test(the_longest_time_out),
        cmocka_unit_test(no_room_for_descriptors),
        cmocka_unit_test(one_port_twice),
    };
    return cmocka_run_group_tests_name("client: edges of a web sign-in", tests, NULL, NULL);
}
