/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode token refresh: new tokens for a signed-in user. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"
#include "terminal.h"

#include <time.h>

static int tell(const struct command_line *line, const struct doorcode_account *account)
{
    char expires[64] = "at a time not told";
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:s, s:s, s:I}", "state", "completed", "username", account->username,
                                           "scope", account->scope, "expires_at", (json_int_t)account->expires_at));
    if (account->expires_at > 0)
        report_time(account->expires_at, (int64_t)time(NULL), expires, sizeof(expires));
    fprintf(line->out, "%sRenewed%s the tokens of %s. The access token ends %s.\n",
            terminal_color(line->out, COLOR_GOOD), terminal_color(line->out, COLOR_NONE), account->username, expires);
    return COMMAND_OK;
}

static int finish(const struct command_line *line, const struct doorcode_flow *flow)
{
    if (doorcode_flow_state(flow) == DOORCODE_WEB_FALLBACK)
        return report_browser(line, doorcode_flow_redirect_reason(flow));
    if (doorcode_flow_error(flow) != NULL) /* renewed, but not kept, is a failure here */
        return report_failure(line, doorcode_flow_error(flow));
    return tell(line, doorcode_flow_account(flow));
}

static int refresh(const struct command_line *line, struct doorcode_cache *cache,
                   const struct doorcode_account *account)
{
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    const char *scopes = command_value(line, "scope");
    const struct doorcode_error *error = account_client(line, account, cache, &client);
    if (error != NULL)
        return report_failure(line, error);
    doorcode_token_get(client, account->id, scopes != NULL ? scopes : account->scope, 1, &flow);
    int status = finish(line, flow);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    return status;
}

static int run(const struct command_line *line)
{
    AUTO(account_cache_close) struct doorcode_cache *cache = account_cache(line);
    AUTO(account_list_close) struct doorcode_accounts *accounts = cache != NULL ? account_find(line, cache) : NULL;
    return accounts != NULL ? refresh(line, cache, doorcode_accounts_at(accounts, 0)) : COMMAND_FAILED;
}

static const struct command_option options[] = {
    { .name = "scope",
      .letter = 's',
      .argument = "SCOPES",
      .help = "Scopes beside openid, profile and offline_access, parted by blanks; without it those of the newest "
              "access token." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTION_CA_FILE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTIONS_CACHE,
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
