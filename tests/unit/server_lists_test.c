/* SPDX-License-Identifier: Apache-2.0 */
/* What the administration lists on a terminal of 80 columns: no line is longer, and nothing that other commands ask for is cut.
 * (Lists of keys, mails, sessions, secrets and second factors: where these are made.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/admin_ran.h"
#include "support/free_port.h"

#include <signal.h>
#include <sys/wait.h>

#define APP "5e903f62-a14d-4058-8d3f-8f4c516a7e94"
#define LONG_NAME "A shop for dogs, cats, hamsters, parrots and whatever else is small"
#define WIDE "\xe6\xbc\xa2\xe5\xad\x97" /* four columns */

static const char others[] = "tenants:\n"
                             "  - name: petstore\n"
                             "    userFlows:\n"
                             "      - {name: a-flow-that-is-named-at-length, identityProvider: emailPassword}\n"
                             "    applications:\n"
                             "      - clientId: " APP "\n"
                             "        name: \"" LONG_NAME "\"\n"
                             "        userFlow: a-flow-that-is-named-at-length\n"
                             "    users:\n"
                             "      - {email: somebody.with.a.long.name@petstore.example.org, displayName: " WIDE "}\n"
                             "      - {email: kim@example.org, displayName: \"" LONG_NAME "\"}\n";

/* In a process of its own, as it listens until it is stopped; first of all, while nothing has drawn from libsodium, which
 * takes no fork after that. */
static void the_banner_fits(void **state)
{
    char line[128];
    char text[TERMINAL_TEXT];
    int status;
    struct terminal terminal = terminal_open(80);
    (void)state;
    snprintf(line, sizeof line, "dev --memory --quiet --https-port 0 --http-port %u", free_port());
    pid_t child = fork();
    if (child == 0)
        _exit(command_ran_to(&program, line, terminal.out, stderr));
    fclose(terminal.out); /* its end is the child's */
    terminal_read_until(&terminal, "ready\n", text);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(terminal.screen);
    assert_int_equal(status, 0);
    if (terminal_longest(text) > 80)
        fail_msg("%zu columns:\n%s", terminal_longest(text), text);
    assert_non_null(strstr(text, "  1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31  native, code by mail: doorcode signin,\n"
                                 "                                        the Postman collection, samples\n"));
}

static int make_directory(void **state)
{
    (void)state;
    expect("apply @pets.yaml", NULL);
    test_file(&folder, "others.yaml", others);
    expect("apply @others.yaml", NULL);
    return 0;
}

static void users_fit(void **state)
{
    (void)state;
    json_t *rows = json_of("user list --json");
    EXPECT_ON_TERMINAL("user list", "somebody.with.a.long.name@petstore.example.org  admin   yes      " WIDE "\n",
                       "\nkim@example.org                                 admin   yes      A shop ",
                       member(rows, 0, "id"), member(rows, 1, "id"), member(rows, 2, "id"), member(rows, 0, "created"));
    json_decref(rows);
    EXPECT_ON_TERMINAL("user show kim@example.org",
                       "\nname      A shop for dogs, cats, hamsters, parrots and whatever else is small\n");
    expect_part("user list", "  " LONG_NAME "  ");
}

static void applications_fit(void **state)
{
    (void)state;
    EXPECT_ON_TERMINAL("app list", "A shop for dogs, cats, hamsters, parrots", "...  no      no            0\n",
                       "    client_id  " APP "\n    user_flow  a-flow-that-is-named-at-length\n",
                       "    client_id  1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n");
    EXPECT_ON_TERMINAL(
        "app show " APP,
        "name           A shop for dogs, cats, hamsters, parrots and whatever else is\n               small\n");
    expect_part("app list", LONG_NAME "  " APP "  ");
    EXPECT_ON_TERMINAL("flow list", "a-flow-that-is-named-at-length  emailPassword         yes ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_banner_fits),
        cmocka_unit_test_setup(users_fit, make_directory),
        cmocka_unit_test(applications_fit),
    };
    return cmocka_run_group_tests_name("server: lists on a terminal", tests, make, clear);
}
