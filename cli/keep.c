/* SPDX-License-Identifier: Apache-2.0 */
#include "keep.h"

#include "account.h"
#include "base/err.h"
#include "base/terminal.h"
#include "report.h"

#include <time.h>

static int tell(const struct command_line *line, const struct doorcode_account *account, const char *place)
{
    char expires[64] = "at a time not told";
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "state", "completed", "username",
                                           account->username, "authority", account->authority, "client_id",
                                           account->client_id, "scope", account->scope, "expires_at",
                                           (json_int_t)account->expires_at, "kept_in", place));
    if (account->expires_at > 0)
        report_time(account->expires_at, (int64_t)time(NULL), expires, sizeof(expires));
    fprintf(line->out, "%sSigned in%s as %s.\n", terminal_color(line->out, COLOR_GOOD),
            terminal_color(line->out, COLOR_NONE), account->username);
    fprintf(line->out, "The access token ends %s.\nTokens are kept in %s\nSee them with: %s token show\n", expires,
            place, line->program->name);
    return COMMAND_OK;
}

int keep_tokens(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
                const struct doorcode_tokens *tokens)
{
    AUTO(account_list_close) struct doorcode_accounts *kept;
    const struct doorcode_error *error = doorcode_accounts_keep(cache, client, account_user(line), tokens, &kept);
    if (error != NULL)
        return report_failure(line, error);
    return tell(line, doorcode_accounts_at(kept, 0), doorcode_cache_place(cache));
}
