/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as texts. That each flow goes on as restored is shown by all tests of flows, which are played so as well
 * (support/client_loop.h); here is what a text is, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"
#include "support/client_saved.h"

static const char text_of_a_flow[] =
    "doorcode flow 1\nauthority=%s\nclient_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
    "correlation_id=5f0c7a1e-91b4-4c55-8f0e-2a7d3c9b1e60\nusername=sam@example.org\nphase=signin\nstate=code_required\n"
    "choice_id=\nchoice_channel=\nchoice_contact=\n"
    "kind=code\ncontinuation_token=s2\ntarget_label=s*m@e*g\nchannel=email\ncode_length=8\ninterval=300\npoll_interval="
    "0\n"
    "methods=0\nattributes=0\n"
    "kind=error\ncontinuation_token=\ntarget_label=\nchannel=\ncode_length=0\ninterval=0\npoll_interval=0\nmethods=0\n"
    "attributes=0\nend\n";

static void fill(char *text, size_t size, const struct session *session)
{
    int n = snprintf(text, size, text_of_a_flow, doorcode_client_authority(session->client));
    assert_true(n > 0 && (size_t)n < size);
}

static void the_text_of_a_flow(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        YES(TOKEN("s1")),
        YES("{\"continuation_token\":\"s2\",\"challenge_type\":\"oob\",\"challenge_channel\":\"email\","
            "\"challenge_target_label\":\"s*m@e*g\",\"code_length\":8,\"interval\":300}"),
    };
    struct session session;
    char expected[2048];
    char text[2048];
    session_options(&session, answers, COUNT(answers),
                    &(struct doorcode_options){ .correlation_id = "5f0c7a1e-91b4-4c55-8f0e-2a7d3c9b1e60" });
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), DOORCODE_CODE_REQUIRED);
    fill(expected, sizeof expected, &session);
    assert_int_equal(doorcode_flow_save(session.flow, text, sizeof text), strlen(expected) + 1);
    assert_string_equal(text, expected);
    session_end(&session, NULL, 2);
}

/* A text that does not fit leaves nothing behind. */
static void too_little_room(void **state)
{
    (void)state;
    struct session session;
    char text[2048];
    char small[2048];
    session_begin(&session, NULL, 0);
    fill(text, sizeof text, &session);
    assert_int_equal(doorcode_flow_restore(session.client, text, &session.flow), DOORCODE_CODE_REQUIRED);
    for (size_t size = 0; size < strlen(text) + 1; size += 7) {
        memset(small, 'x', sizeof small);
        assert_int_equal(doorcode_flow_save(session.flow, small, size), strlen(text) + 1);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(small[i], 0);
        assert_int_equal(small[size], 'x');
    }
    assert_int_equal(doorcode_flow_save(NULL, NULL, 0), 0);
    session_end(&session, NULL, 0);
}

static void what_is_restored(void **state)
{
    (void)state;
    struct session session;
    char text[2048];
    session_begin(&session, NULL, 0);
    fill(text, sizeof text, &session);
    assert_int_equal(doorcode_flow_restore(session.client, text, &session.flow), DOORCODE_CODE_REQUIRED);
    assert_null(doorcode_flow_error(session.flow));
    assert_string_equal(doorcode_flow_challenge(session.flow)->target_label, "s*m@e*g");
    assert_int_equal(doorcode_flow_challenge(session.flow)->code_length, 8);
    assert_string_equal(doorcode_flow_correlation_id(session.flow), "5f0c7a1e-91b4-4c55-8f0e-2a7d3c9b1e60");
    session_end(&session, NULL, 0);
}

static void refused(struct session *session, const char *text)
{
    struct doorcode_flow *flow;
    assert_int_equal(doorcode_flow_restore(session->client, text, &flow), DOORCODE_FAILED);
    assert_int_equal(doorcode_flow_error(flow)->kind, DOORCODE_ERROR_USAGE);
    assert_int_equal(doorcode_flow_submit_code(flow, "12345678"), DOORCODE_FAILED);
    doorcode_flow_free(flow);
}

/* Each line changed, left out or cut is seen. */
static void texts_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *former, *now;
    } rows[] = {
        { "doorcode flow 1", "doorcode flow 2" },
        { "1f8b7c66", "2f8b7c66" },
        { "/petstore", "/toystore" },
        { "correlation_id=5f0c", "correlation_id=zzzz" },
        { "username=sam@example.org", "username=" },
        { "username=sam", "username=s\tm" },
        { "phase=signin", "phase=sign" },
        { "state=code_required", "state=completed" },
        { "state=code_required", "state=reset_pending" },
        { "state=code_required", "state=working" },
        { "kind=code", "kind=tokens" },
        { "code_length=8", "code_length=65" },
        { "code_length=8", "code_length=-1" },
        { "interval=300", "interval=99999999999999999999" },
        { "methods=0", "methods=1" },
        { "methods=0", "methods=17" },
        { "attributes=0", "attributes=129" },
        { "attributes=0\nend", "attributes=0\nend\nend" },
        { "\nend\n", "\n" },
    };
    struct session session;
    char text[2048];
    char changed[2048];
    session_begin(&session, NULL, 0);
    fill(text, sizeof text, &session);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *at = strstr(text, rows[i].former);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, rows[i].now, at + strlen(rows[i].former));
        refused(&session, changed);
    }
    for (size_t n = 0; n < strlen(text); n++) {
        snprintf(changed, sizeof changed, "%.*s", (int)n, text);
        refused(&session, changed);
    }
    refused(&session, NULL);
    session_end(&session, NULL, 0);
}

static void a_text_too_long(void **state)
{
    (void)state;
    struct session session;
    char *text = malloc(CLIENT_SAVED + 2);
    session_begin(&session, NULL, 0);
    memset(text, 'a', CLIENT_SAVED + 1);
    text[CLIENT_SAVED + 1] = '\0';
    refused(&session, text);
    free(text);
    session_end(&session, NULL, 0);
}

static void flows_that_do_not_wait(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES("{\"challenge_type\":\"redirect\"}") };
    struct session session;
    char text[64];
    session_begin(&session, answers, COUNT(answers));
    assert_int_equal(doorcode_signin_start(session.client, "sam@example.org", &session.flow), DOORCODE_WEB_FALLBACK);
    assert_int_equal(doorcode_flow_save(session.flow, text, sizeof text), 0);
    session_end(&session, NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_a_flow), cmocka_unit_test(too_little_room),
        cmocka_unit_test(what_is_restored),   cmocka_unit_test(texts_that_are_none),
        cmocka_unit_test(a_text_too_long),    cmocka_unit_test(flows_that_do_not_wait),
    };
    return client_run_all("client: saved flows", tests);
}
