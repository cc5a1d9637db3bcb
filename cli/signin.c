/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode signin: asks for what the server wants and keeps the tokens. */
#include "account.h"
#include "cli.h"
#include "dialogue.h"

static enum doorcode_state start(const struct command_line *line, const struct doorcode_client *client,
                                 struct doorcode_flow **flow)
{
    if (command_flag(line, "device-code"))
        return doorcode_device_start(client, flow);
    return doorcode_signin_start(client, line->arguments[0], flow);
}

static int run(const struct command_line *line)
{
    static const struct dialogue_plan plan = { .start = start, .is_signin = true };
    const bool is_elsewhere = command_flag(line, "device-code");
    if (is_elsewhere && command_flag(line, "browser"))
        return command_usage(line, "either --device-code or --browser");
    if (!is_elsewhere && account_user(line) == NULL)
        return command_usage(line, "missing argument: USER, which only --device-code goes without");
    return dialogue_run(line, &plan);
}

static const struct command_option options[] = {
    DIALOGUE_OPTIONS,
    { .name = "device-code",
      .help =
          "Show a code to type in a browser on any device, and wait until the user has signed in there; for machines "
          "without a browser. USER may be left out." },
    { .name = "no-password",
      .help = "Tell the server that only codes can be given, for accounts that may sign in with either." },
};

static const char *const examples[] = {
    "doorcode signin sam@example.org --authority http://127.0.0.1:8080/petstore --client-id "
    "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
    "doorcode signin --device-code --authority http://127.0.0.1:8080/petstore --client-id "
    "b4f695c8-07a3-46be-8395-efa2b7c0d4fa",
    NULL,
};

const struct command signin_command = {
    .name = "signin",
    .arguments = "[USER]",
    .summary = "Sign a user in and keep the tokens",
    .description =
        "Asks for the code that was mailed to the user, or for the password, then for a second factor where one is "
        "needed, and keeps the tokens in a private file. USER may be left out with --device-code only: then the tokens "
        "are kept for whoever has signed in. Where another user signs in than the one named, nothing is "
        "kept. " DIALOGUE_DESCRIPTION,
    .examples = examples,
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
