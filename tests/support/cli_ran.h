/* SPDX-License-Identifier: Apache-2.0 */
/* cli_ran.h: the commands of a user, run in this process against recorded answers, with a folder of their own. For cli
 * tests; included by one file each. */
#ifndef DOORCODE_TESTS_CLI_RAN_H
#define DOORCODE_TESTS_CLI_RAN_H

#include "cli.h"
#include "support/command_ran.h"
#include "support/tenant.h"

#include <fcntl.h>

#ifndef COUNT
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#endif

static const struct command *const *const lists[] = { cli_commands, NULL };
static const struct command_program program = {
    .name = "doorcode",
    .summary = "s",
    .description = "d",
    .version = "0",
    .date = "d",
    .lists = lists,
};

static char folder[64];
static char code_file[96];
static char token_file[96];

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/doorcode-cli-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(code_file, sizeof code_file, "%s/codes", folder);
    snprintf(token_file, sizeof token_file, "%s/tokens.json", folder);
    setenv("DOORCODE_TOKEN_FILE", token_file, 1);
    setenv("DOORCODE_CLIENT_ID", "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", 1);
    return setenv("TERM", "xterm", 1);
}

static inline int remove_folder(void **state)
{
    (void)state;
    char path[128];
    static const char *const names[] = { "codes", "tokens.json", "tokens.json.lock", "" };
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return 0;
}

static inline void check(const char *line, struct ran got, int status, const char *out, const char *errors)
{
    static const char *const secrets[] = { "secret-", "12345678", "00000000", "\033" };
    if (got.status != status || strstr(got.out, out) == NULL || strstr(got.errors, errors) == NULL)
        fail_msg("'%s' gave %d\nout: %s\nerrors: %s", line, got.status, got.out, got.errors);
    for (size_t i = 0; i < COUNT(secrets); i++) {
        if (strstr(got.out, secrets[i]) != NULL || strstr(got.errors, secrets[i]) != NULL)
            fail_msg("'%s' shows %s\nout: %s\nerrors: %s", line, secrets[i], got.out, got.errors);
    }
}

static inline void expect(const char *line, int status, const char *out, const char *errors)
{
    struct ran got = command_ran(&program, line);
    check(line, got, status, out, errors);
    command_ran_free(&got);
}

/* A command without its authority, whose codes come from a file. */
static inline void expect_command(const struct answer *answers, size_t count, const char *codes, const char *command,
                                  int status, const char *out, const char *errors)
{
    struct answer_server server;
    char line[512];
    FILE *file = fopen(code_file, "w");
    fputs(codes, file);
    fclose(file);
    answer_server_start_with(&server, answers, count, tenant_of_tests());
    snprintf(line, sizeof line, "%s --authority %s/petstore --code-file %s", command, server.origin, code_file);
    expect(line, status, out, errors);
    assert_int_equal(answer_server_stop(&server), count);
}

#endif
