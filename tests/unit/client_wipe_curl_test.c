/* SPDX-License-Identifier: Apache-2.0 */
/* A whole flow after doorcode_wipe_curl(): no password, code or token in freed memory, libcurl's included. Each flow is a process
 * of its own, as libcurl is set up once in each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/client_bodies.h"
#include "support/heap_watch.h"

#include <sys/wait.h>

#define SECRET "Sesame-0pen-5esame"
#define SECRET_TOKENS                                                                                      \
    "{\"token_type\":\"Bearer\",\"access_token\":\"" SECRET SECRET SECRET "\",\"refresh_token\":\"" SECRET \
    "\",\"id_token\":\"@ID_TOKEN@\"}"

enum setup { AS_IT_IS, WIPING, TOO_LATE };
enum outcome { CLEAN, LEAKS, BROKEN, NOT_WIPING };

static enum outcome play(enum setup setup)
{
    static const struct answer answers[] = {
        YES(TOKEN(SECRET)), YES("{\"continuation_token\":\"" SECRET "\",\"challenge_type\":\"oob\"}"),
        NO(MFA(SECRET)),    YES(METHODS(SECRET)),
        YES(OOB(SECRET)),   YES(SECRET_TOKENS),
    };
    struct heap_watch watch = { .secrets = { "0pen" } };
    struct session session;
    if (setup == TOO_LATE)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    if (setup != AS_IT_IS && doorcode_wipe_curl() == 0)
        return NOT_WIPING;
    session_begin(&session, answers, COUNT(answers));
    heap_watched = &watch;
    doorcode_signin_start(session.client, "sam@example.org", &session.flow);
    doorcode_flow_submit_code(session.flow, "0pen-123");
    doorcode_flow_choose_method(session.flow, "e1b7");
    doorcode_flow_submit_code(session.flow, "0pen-456");
    bool completed = doorcode_flow_state(session.flow) == DOORCODE_COMPLETED;
    doorcode_flow_free(session.flow);
    doorcode_client_free(session.client);
    heap_watched = NULL;
    answer_server_stop(&session.server);
    if (!completed)
        return BROKEN;
    return watch.leaks > 0 ? LEAKS : CLEAN;
}

static enum outcome play_apart(enum setup setup)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit((int)play(setup));
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return (enum outcome)WEXITSTATUS(status);
}

static void libcurl_wipes(void **state)
{
    (void)state;
    if (!HEAP_CAN_WATCH)
        skip();
    assert_int_equal(play_apart(AS_IT_IS), LEAKS);
    assert_int_equal(play_apart(WIPING), CLEAN);
    assert_int_equal(play_apart(TOO_LATE), NOT_WIPING);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(libcurl_wipes) };
    return client_run_both("client: libcurl that wipes", tests);
}
