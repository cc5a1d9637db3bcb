/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode reset-password: a new password for who forgot it. */
#include "cli.h"
#include "dialogue.h"

static enum doorcode_state start(const struct command_line *line, const struct doorcode_client *client,
                                 struct doorcode_flow **flow)
{
    return doorcode_reset_start(client, line->arguments[0], flow);
}

static int run(const struct command_line *line)
{
    static const struct dialogue_plan plan = {
        .start = start,
        .done_word = "password_reset",
        .done_text = "Changed the password of",
    };
    return dialogue_run(line, &plan);
}

static const struct command_option options[] = {
    DIALOGUE_OPTIONS,
    DIALOGUE_OPTION_NO_SIGNIN,
};

static const char *const examples[] = {
    "doorcode reset-password sam@example.org --authority http://127.0.0.1:8080/petstore --client-id "
    "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
    NULL,
};

const struct command reset_password_command = {
    .name = "reset-password",
    .arguments = "USER",
    .summary = "Reset a forgotten password and sign the user in",
    .description = "Has a code mailed to the user, asks for it and for a new password, signs in and keeps the "
                   "tokens. " DIALOGUE_DESCRIPTION,
    .examples = examples,
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
