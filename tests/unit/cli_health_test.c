/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode health: the answer of /readyz as an exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cli_ran.h"

static void health_of(const struct answer *answer, int status, const char *out, const char *errors)
{
    struct answer_server server;
    char line[128];

    answer_server_start(&server, answer, 1);
    snprintf(line, sizeof line, "health --server %s", server.origin);
    expect(line, status, out, errors);
    assert_non_null(strstr(server.requests[0], "GET /readyz HTTP/1.1\r\n"));
    assert_null(strstr(server.requests[0], "Authorization"));
    assert_int_equal(answer_server_stop(&server), 1); /* which frees the requests */
}

static void answers_become_statuses(void **state)
{
    (void)state;
    health_of(&(struct answer){ .status = "200 OK", .body = "{\"status\":\"ready\"}" }, COMMAND_OK, "ready\n", "");
    health_of(&(struct answer){ .status = "503 Service Unavailable", .body = "no" }, COMMAND_FAILED, "",
              "not ready: HTTP 503");
    health_of(&(struct answer){ .status = "404 Not Found", .body = "" }, COMMAND_FAILED, "", "not ready: HTTP 404");
}

static void no_server_is_not_ready(void **state)
{
    struct answer_server server;
    char line[128];
    (void)state;
    answer_server_start(&server, NULL, 0);
    snprintf(line, sizeof line, "health --server %s", server.origin);
    answer_server_stop(&server);
    expect(line, COMMAND_FAILED, "", "doorcode health: ");
    expect("health --server ftp://127.0.0.1", COMMAND_USAGE, "", "is no http or https address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_become_statuses),
        cmocka_unit_test(no_server_is_not_ready),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
