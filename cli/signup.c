/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode signup: makes an account. */
#include "base/slice.h"
#include "cli.h"
#include "dialogue.h"

#include <string.h>

enum { VALUES = 128, NAME = 512 }; /* attributes on the command line; their longest name */

struct facts {
    struct doorcode_value values[VALUES];
    char names[VALUES][NAME];
    size_t count;
};

/* False where an argument is not NAME=VALUE. */
static bool take_facts(const struct command_line *line, struct facts *facts)
{
    facts->count = 0;
    for (int i = 1; i < line->argument_count; i++) {
        const char *argument = line->arguments[i];
        const char *equals = strchr(argument, '=');
        size_t n = equals != NULL ? (size_t)(equals - argument) : 0;
        if (n == 0 || facts->count >= VALUES)
            return false;
        char *name = facts->names[facts->count];
        if (!slice_to_cstr(slice_bytes(argument, n), name, NAME))
            return false;
        facts->values[facts->count++] = (struct doorcode_value){ name, equals + 1 };
    }
    return true;
}

static enum doorcode_state start(const struct command_line *line, const struct doorcode_client *client,
                                 struct doorcode_flow **flow)
{
    struct facts facts;
    take_facts(line, &facts); /* which run() has seen to be good */
    return doorcode_signup_start(client, line->arguments[0], NULL, facts.values, facts.count, flow);
}

static int run(const struct command_line *line)
{
    static const struct dialogue_plan plan = {
        .start = start, .prompt = "create", .done_word = "signed_up", .done_text = "Signed up"
    };
    struct facts facts;
    if (!take_facts(line, &facts))
        return command_usage(line, "what is told about the user has to be NAME=VALUE, like city=Oslo");
    return dialogue_run(line, &plan);
}

static const struct command_option options[] = {
    DIALOGUE_OPTIONS,
    DIALOGUE_OPTION_NO_SIGNIN,
};

static const char *const examples[] = {
    "doorcode signup sam@example.org displayName=Sam city=Oslo --authority http://127.0.0.1:8080/petstore --client-id "
    "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
    NULL,
};

const struct command signup_command = {
    .name = "signup",
    .arguments = "USER [NAME=VALUE ...]",
    .summary = "Sign a new user up and in",
    .description = "Has a code mailed to the new user, asks for it, for a password where one is needed and for what "
                   "the tenant wants to know and was not given as NAME=VALUE; then signs in and keeps the "
                   "tokens. " DIALOGUE_DESCRIPTION,
    .examples = examples,
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = -1,
    .run = run,
};
