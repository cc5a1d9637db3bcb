/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode token get: a token for a script, and nothing else. */
#include "base/err.h"
#include "cli.h"
#include "report.h"
#include "token.h"

static int tell_script(const struct command_line *line, const struct token *token)
{
    const struct doorcode_tokens *tokens = token->tokens;
    int64_t expires_at = tokens->expires_in > 0 ? tokens->received_at + tokens->expires_in : 0;
    return report_json(line, json_pack("{s:s, s:s, s:s, s:s, s:I}", "username", token->account->username,
                                       "access_token", tokens->access_token, "id_token", tokens->id_token, "scope",
                                       tokens->scope, "expires_at", (json_int_t)expires_at));
}

static int run(const struct command_line *line)
{
    AUTO(token_close) struct token token = { 0 };
    int status = token_get(line, NULL, command_flag(line, "force"), &token);
    if (status != COMMAND_OK)
        return status;
    if (command_flag(line, "json"))
        return tell_script(line, &token);
    const char *text = command_flag(line, "id") ? token.tokens->id_token : token.tokens->access_token;
    if (text[0] == '\0')
        return command_fail(line, "Sign in with the scope openid.", "there is no id token");
    fprintf(line->out, "%s\n", text);
    return COMMAND_OK;
}

static const struct command_option options[] = {
    CLI_OPTION_SCOPE,
    { .name = "force", .help = "Renew it in any case." },
    { .name = "id", .help = "Write the id token instead of the access token." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTION_CA_FILE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

const struct command token_get_command = {
    .name = "token get",
    .arguments = "[USER]",
    .summary = "Write an access token, for scripts",
    .description = "Writes the access token of USER, or of the account used last, and nothing else. A kept token is "
                   "taken if it has the "
                   "scopes and is good for more than five minutes; else it is renewed silently, and kept. Where the "
                   "server cannot be "
                   "reached, a kept token is taken as long as it is good.\n\nNobody is ever asked anything: where the "
                   "user has to sign "
                   "in, the error output says how, and the exit status is 4.",
    .examples =
        COMMAND_EXAMPLES("doorcode token get --scope api://pets/Pets.Read",
                         "curl -H \"Authorization: Bearer $(doorcode token get)\" https://api.example.org/pets"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
