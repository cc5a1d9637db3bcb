/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode account list: who is signed in on this machine. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"
#include "terminal.h"

#include <string.h>
#include <time.h>

enum { COLUMNS = 5, CELL = 64 };

static json_t *account_object(const struct doorcode_account *account)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "username", account->username, "name",
                     account->name, "id", account->id, "tenant_id", account->tenant_id, "authority", account->authority,
                     "client_id", account->client_id, "scope", account->scope, "expires_at",
                     (json_int_t)account->expires_at, "has_refresh_token", account->has_refresh_token);
}

static int list_to_script(const struct command_line *line, const struct doorcode_accounts *accounts)
{
    json_t *array = json_array();
    for (size_t i = 0; i < doorcode_accounts_count(accounts); i++)
        json_array_append_new(array, account_object(doorcode_accounts_at(accounts, i)));
    return report_json(line, array);
}

static void cells_of(const struct doorcode_account *account, char expires[CELL], const char *cells[COLUMNS])
{
    snprintf(expires, CELL, "%s", account->access_token_count > 0 ? "not told" : "none");
    if (account->expires_at > 0)
        report_time(account->expires_at, (int64_t)time(NULL), expires, CELL);
    cells[0] = account->username;
    cells[1] = account->authority;
    cells[2] = account->client_id;
    cells[3] = expires;
    cells[4] = account->has_refresh_token ? "kept" : "none";
}

static void put_row(FILE *out, const char *const cells[COLUMNS], const int widths[COLUMNS])
{
    for (int i = 0; i < COLUMNS - 1; i++)
        fprintf(out, "%-*s  ", widths[i], cells[i]);
    fprintf(out, "%s\n", cells[COLUMNS - 1]);
}

static void list_to_person(FILE *out, const struct doorcode_accounts *accounts)
{
    static const char *const titles[COLUMNS] = { "USER", "AUTHORITY", "CLIENT ID", "ACCESS TOKEN", "REFRESH TOKEN" };
    int widths[COLUMNS];
    char expires[CELL];
    const char *cells[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        widths[i] = (int)strlen(titles[i]);
    for (size_t n = 0; n < doorcode_accounts_count(accounts); n++) {
        cells_of(doorcode_accounts_at(accounts, n), expires, cells);
        for (int i = 0; i < COLUMNS; i++)
            widths[i] = (int)strlen(cells[i]) > widths[i] ? (int)strlen(cells[i]) : widths[i];
    }
    fprintf(out, "%s", terminal_color(out, COLOR_DIM));
    put_row(out, titles, widths);
    fprintf(out, "%s", terminal_color(out, COLOR_NONE));
    for (size_t n = 0; n < doorcode_accounts_count(accounts); n++) {
        cells_of(doorcode_accounts_at(accounts, n), expires, cells);
        put_row(out, cells, widths);
    }
}

static int run(const struct command_line *line)
{
    const struct doorcode_account_filter filter = account_filter(line);
    AUTO(account_list_close) struct doorcode_accounts *accounts = NULL;
    AUTO(account_cache_close) struct doorcode_cache *cache = account_cache(line);
    if (cache == NULL)
        return COMMAND_FAILED;
    const struct doorcode_error *error = doorcode_accounts_read(cache, &filter, &accounts);
    if (error != NULL)
        return report_failure(line, error);
    if (command_flag(line, "json"))
        return list_to_script(line, accounts);
    if (doorcode_accounts_count(accounts) == 0)
        fprintf(line->errors, "Nobody is signed in.\nSign in with: %s signin USER\n", line->program->name);
    else
        list_to_person(line->out, accounts);
    return COMMAND_OK;
}

static const struct command_option options[] = {
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

const struct command account_list_command = {
    .name = "account list",
    .summary = "List who is signed in on this machine",
    .description =
        "The account that was used last comes first; it is the one that commands take which are given no USER. "
        "Nothing is asked of a server.",
    .examples = COMMAND_EXAMPLES("doorcode account list", "doorcode account list --json"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .run = run,
};
