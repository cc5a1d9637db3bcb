/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode token refresh: new tokens for a signed-in user. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"
#include "terminal.h"

#include <string.h>
#include <time.h>

static const struct doorcode_error *make_client(const struct command_line *line, const struct account_key *key,
                                                struct doorcode_client **client)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = key->authority;
    options.client_id = key->client_id;
    options.ca_file = command_value(line, "ca-file");
    options.allow_http = command_flag(line, "allow-http");
    return doorcode_client_new(&options, client);
}

/* Renewed tokens are the same user's (OpenID Connect Core, 12.2). Where one side names nobody, nothing can be said. */
static bool is_same_user(const char *former, const char *renewed)
{
    struct doorcode_claims *a = doorcode_claims_decode(former);
    struct doorcode_claims *b = doorcode_claims_decode(renewed);
    const char *was = a != NULL ? doorcode_claims_text(a, "sub") : NULL;
    const char *is = b != NULL ? doorcode_claims_text(b, "sub") : NULL;
    bool same = was == NULL || is == NULL || strcmp(was, is) == 0;
    doorcode_claims_free(a);
    doorcode_claims_free(b);
    return same;
}

static int keep(const struct command_line *line, struct token_file *file, const struct account_key *key,
                const struct doorcode_tokens *tokens)
{
    char expires[64] = "at a time not told";
    if (!is_same_user(account_text(token_file_find(file, key), "id_token"), tokens->id_token))
        return command_fail(line, "Nothing was kept. Sign in again.", "the server renewed the tokens of another user");
    if (!token_file_put(file, key, tokens) || !token_file_save(file))
        return account_file_problem(line, file);
    int64_t expires_at = account_expires_at(token_file_find(file, key));
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:s, s:s, s:I}", "state", "completed", "username", key->username,
                                           "scope", tokens->scope, "expires_at", (json_int_t)expires_at));
    if (expires_at > 0)
        report_time(expires_at, (int64_t)time(NULL), expires, sizeof(expires));
    fprintf(line->out, "%sRenewed%s the tokens of %s. The access token ends %s.\n",
            terminal_color(line->out, COLOR_GOOD), terminal_color(line->out, COLOR_NONE), key->username, expires);
    return COMMAND_OK;
}

static int refresh(const struct command_line *line, struct token_file *file, const struct account_key *key,
                   const char *refresh_token)
{
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    const struct doorcode_error *error = make_client(line, key, &client);
    if (error != NULL)
        return report_failure(line, error);
    enum doorcode_state state = doorcode_token_refresh(client, refresh_token, command_value(line, "scope"), &flow);
    int status = COMMAND_FAILED;
    if (state == DOORCODE_COMPLETED)
        status = keep(line, file, key, doorcode_flow_tokens(flow));
    else if (state == DOORCODE_WEB_FALLBACK)
        status = report_browser(line, doorcode_flow_redirect_reason(flow));
    else
        status = report_failure(line, doorcode_flow_error(flow));
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    return status;
}

static int run(const struct command_line *line)
{
    /* Held to the end: a refresh token that two processes send at once would look stolen to the server. */
    AUTO(token_file_close) struct token_file file;
    json_auto_t *account = account_open(line, TOKEN_FILE_CHANGE, &file);
    if (account == NULL)
        return COMMAND_FAILED;
    const struct account_key key = account_key_from(account);
    return refresh(line, &file, &key, account_text(account, "refresh_token"));
}

static const struct command_option options[] = {
    { .name = "scope",
      .letter = 's',
      .argument = "SCOPES",
      .help = "Scopes beside openid, profile and offline_access, parted by blanks." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTION_CA_FILE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTION_TOKEN_FILE,
    CLI_OPTION_JSON,
};

const struct command token_refresh_command = {
    .name = "token refresh",
    .arguments = "[USER]",
    .summary = "Renew the tokens of a signed-in user",
    .description = "Gets new tokens for the kept refresh token and keeps them; without USER for the account used last.",
    .examples = COMMAND_EXAMPLES("doorcode token refresh"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
