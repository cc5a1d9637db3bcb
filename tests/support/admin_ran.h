/* SPDX-License-Identifier: Apache-2.0 */
/* admin_ran.h: administration commands run in a folder of their own, with what they must print. Static inline; one file of a
 * program includes it. Failures end the test. */
#ifndef DOORCODE_TESTS_ADMIN_RAN_H
#define DOORCODE_TESTS_ADMIN_RAN_H

#include "crypto/vault.h"
#include "server/commands/commands.h"
#include "store/store.h"
#include "support/command_ran.h"
#include "support/terminal_ran.h"
#include "support/text_file.h"

#include <jansson.h>

static const struct command *const *const lists[] = { server_commands, NULL };
static const struct command_program program = { .name = "doorcode", .version = "0", .date = "", .lists = lists };
static struct test_folder folder;

enum { ADMIN_LINE = 768 };

static const char pets[] = "tenants:\n"
                           "  - name: petstore\n"
                           "    userFlows:\n"
                           "      - name: signup\n"
                           "        identityProvider: emailOneTimePasscode\n"
                           "        attributes: [{name: displayName}]\n"
                           "      - {name: spare, identityProvider: emailPassword}\n"
                           "    applications:\n"
                           "      - clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
                           "        name: Shop\n"
                           "        userFlow: signup\n"
                           "        nativeAuthentication: true\n"
                           "        permissions: [openid, \"api://pets/a\"]\n"
                           "    users:\n"
                           "      - {email: sam@example.org, displayName: \"Sam \\\"S\\\" Z\xc3\xb6\"}\n"
                           "      - {email: kim@example.org, enabled: false}\n";

static inline int make(void **state)
{
    (void)state;
    unsetenv("DOORCODE_CONFIG");
    test_folder_make(&folder);
    test_file(&folder, "pets.yaml", pets);
    return 0;
}

static inline int clear(void **state)
{
    (void)state;
    test_folder_remove(&folder);
    return 0;
}

/* "@" stands for the folder's files: "apply @pets.yaml". --data is added. */
static inline void complete(const char *line, char full[ADMIN_LINE])
{
    const char *at = strchr(line, '@');

    if (at != NULL && (at == line || at[-1] == ' '))
        snprintf(full, ADMIN_LINE, "%.*s%s/%s --data %s", (int)(at - line), line, folder.path, at + 1, folder.path);
    else
        snprintf(full, ADMIN_LINE, "%s --data %s", line, folder.path);
}

static inline struct ran run(const char *line)
{
    char full[ADMIN_LINE];

    complete(line, full);
    return command_ran(&program, full);
}

/* On a terminal of 80 columns no line is longer, and all of the parts are there; NULL ends them. */
static inline void expect_on_terminal(const char *line, const char *const *parts)
{
    char full[ADMIN_LINE];
    char text[TERMINAL_TEXT];

    complete(line, full);
    terminal_ran(&program, full, 80, text);
    if (terminal_longest(text) > 80)
        fail_msg("%s: %zu columns:\n%s", line, terminal_longest(text), text);
    for (; *parts != NULL; parts++)
        if (strstr(text, *parts) == NULL)
            fail_msg("%s: no '%s' in:\n%s", line, *parts, text);
}
#define EXPECT_ON_TERMINAL(line, ...) expect_on_terminal(line, (const char *const[]){ __VA_ARGS__, NULL })

/* It succeeds, says nothing on the error output, and prints `out` (NULL: whatever). */
static inline void expect(const char *line, const char *out)
{
    struct ran ran = run(line);

    assert_string_equal(ran.errors, "");
    assert_int_equal(ran.status, COMMAND_OK);
    if (out != NULL)
        assert_string_equal(ran.out, out);
    command_ran_free(&ran);
}

/* It fails with these words, and changes or prints nothing. */
static inline void expect_failure(const char *line, int status, const char *errors)
{
    struct ran ran = run(line);

    if (strstr(ran.errors, errors) == NULL)
        fail_msg("%s: %s", line, ran.errors);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.out, "");
    command_ran_free(&ran);
}

static inline void expect_part(const char *line, const char *part)
{
    struct ran ran = run(line);

    assert_string_equal(ran.errors, "");
    if (strstr(ran.out, part) == NULL)
        fail_msg("%s: no '%s' in:\n%s", line, part, ran.out);
    command_ran_free(&ran);
}

static inline json_t *json_of(const char *line)
{
    struct ran ran = run(line);
    json_error_t why;
    json_t *rows = json_loads(ran.out, JSON_REJECT_DUPLICATES, &why);

    if (rows == NULL)
        fail_msg("%s: %s in:\n%s%s", line, why.text, ran.out, ran.errors);
    assert_true(json_is_array(rows));
    command_ran_free(&ran);
    return rows;
}

static const char *member(const json_t *rows, size_t row, const char *name)
{
    const char *text = json_string_value(json_object_get(json_array_get(rows, row), name));

    assert_non_null(text);
    return text;
}

static inline struct store *open_database(void)
{
    struct store *store;
    char path[256];

    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    return store;
}

static inline struct user stored_sam(struct store *store)
{
    struct directory *d;
    struct user user;

    assert_int_equal(store_directory(store, &d).code, ERR_OK);
    assert_int_equal(
        store_user_by_identity(store, directory_tenant(d, SLICE("petstore"))->id, SLICE("sam@example.org"), &user).code,
        ERR_OK);
    directory_release(d);
    return user;
}

#endif
