/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode account list: who is signed in on this machine. */
#include "account.h"
#include "base/err.h"
#include "base/table.h"
#include "cli.h"
#include "report.h"

#include <string.h>
#include <time.h>

enum {
    CELL = 64,
    SHORT_ID = 8, /* characters of a client id that tell it from another one at a glance */
};

static json_t *account_object(const struct doorcode_account *account)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "username", account->username, "name",
                     account->name, "id", account->id, "tenant_id", account->tenant_id, "authority", account->authority,
                     "client_id", account->client_id, "scope", account->scope, "signin_scope", account->signin_scope,
                     "expires_at", (json_int_t)account->expires_at, "has_refresh_token", account->has_refresh_token);
}

static int list_to_script(const struct command_line *line, const struct doorcode_accounts *accounts)
{
    json_t *array = json_array();
    for (size_t i = 0; i < doorcode_accounts_count(accounts); i++)
        json_array_append_new(array, account_object(doorcode_accounts_at(accounts, i)));
    return report_json(line, array);
}

/* ---- for people ---- */

static void end_of(const struct doorcode_account *account, bool exact, char text[CELL])
{
    const int64_t now = (int64_t)time(NULL);
    if (account->expires_at == 0)
        snprintf(text, CELL, "%s", account->access_token_count > 0 ? "not told" : "none");
    else if (exact)
        report_time(account->expires_at, now, text, CELL);
    else
        report_span(account->expires_at, now, text, CELL);
}

static void put_short(struct table *t, const struct doorcode_account *account)
{
    char ends[CELL];
    char client[SHORT_ID + 1];
    const char *cells[] = { account->username, account->authority, ends, account->has_refresh_token ? "yes" : "no",
                            client };
    end_of(account, false, ends);
    snprintf(client, sizeof(client), "%s", account->client_id);
    table_row(t, cells);
}

static void put_long(struct table *t, const struct doorcode_account *account)
{
    char ends[CELL];
    const char *cells[] = { account->username, account->authority, account->client_id, ends,
                            account->has_refresh_token ? "kept" : "none" };
    end_of(account, true, ends);
    table_row(t, cells);
}

/* Two accounts that only the application tells apart. */
static bool has_namesakes(const struct doorcode_accounts *accounts)
{
    const size_t count = doorcode_accounts_count(accounts);
    for (size_t i = 0; i < count; i++) {
        const struct doorcode_account *a = doorcode_accounts_at(accounts, i);
        for (size_t j = i + 1; j < count; j++) {
            const struct doorcode_account *b = doorcode_accounts_at(accounts, j);
            if (strcmp(a->username, b->username) == 0 && strcmp(a->authority, b->authority) == 0)
                return true;
        }
    }
    return false;
}

/* An account takes one line: CLIENT comes last, and only where it tells something. */
static struct table *short_table(const struct doorcode_accounts *accounts)
{
    static const struct table_column columns[] = {
        { .name = "USER" },   { .name = "AUTHORITY", .cut = true }, { .name = "TOKEN ENDS" }, { .name = "RENEWABLE" },
        { .name = "CLIENT" },
    };
    return table_new(columns, has_namesakes(accounts) ? CLI_COUNT(columns) : CLI_COUNT(columns) - 1);
}

static struct table *long_table(void)
{
    static const struct table_column columns[] = {
        { .name = "USER" },
        { .name = "AUTHORITY", .below = true },
        { .name = "CLIENT ID", .below = true },
        { .name = "ACCESS TOKEN", .below = true },
        { .name = "REFRESH TOKEN" },
    };
    return TABLE_OF(columns);
}

static int list_to_person(const struct command_line *line, const struct doorcode_accounts *accounts)
{
    const bool is_long = command_flag(line, "long");
    struct table *t = is_long ? long_table() : short_table(accounts);
    for (size_t i = 0; i < doorcode_accounts_count(accounts); i++)
        (is_long ? put_long : put_short)(t, doorcode_accounts_at(accounts, i));
    err printed = table_print(t, line->out);
    table_free(t);
    return err_is_ok(printed) ? COMMAND_OK : command_fail(line, NULL, "%s", err_text(printed));
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
    if (doorcode_accounts_count(accounts) > 0)
        return list_to_person(line, accounts);
    fprintf(line->errors, "Nobody is signed in.\nSign in with: %s signin USER\n", line->program->name);
    return COMMAND_OK;
}

static const struct command_option options[] = {
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    { .name = "long", .letter = 'l', .help = "Show client ids and times in full." },
    CLI_OPTION_JSON,
};

const struct command account_list_command = {
    .name = "account list",
    .summary = "List who is signed in on this machine",
    .description =
        "The account that was used last comes first; it is the one that commands take which are given no USER. "
        "Nothing is asked of a server.\n\nTOKEN ENDS is the end of the newest access token; RENEWABLE says whether it "
        "is "
        "renewed without the user. CLIENT begins the client id, where two accounts differ in nothing else. On a "
        "terminal a long authority is cut; --long and --json show it whole, and so does a terminal that is too narrow "
        "for a line.",
    .examples =
        COMMAND_EXAMPLES("doorcode account list", "doorcode account list --long", "doorcode account list --json"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .run = run,
};
