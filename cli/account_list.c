/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode account list: who is signed in on this machine. */
#include "account.h"
#include "base/err.h"
#include "base/terminal.h"
#include "cli.h"
#include "report.h"

#include <string.h>
#include <time.h>

enum {
    COLUMNS = 5,
    CELL = 64,
    SHORT_ID = 8,  /* characters of a client id that tell it from another one at a glance */
    NARROWEST = 8, /* an authority is not cut further */
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

/* Texts of one account, one for each column; those of its own are in `made`. */
struct row {
    const char *cells[COLUMNS];
    char made[COLUMNS][CELL];
};

struct sheet {
    const char *const *titles;
    size_t count; /* of the columns */
    void (*fill)(const struct doorcode_account *account, struct row *row);
    int widths[COLUMNS];
};

enum { AUTHORITY = 1 }; /* its column, in all of them */

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

static void fill_short(const struct doorcode_account *account, struct row *row)
{
    row->cells[0] = account->username;
    row->cells[AUTHORITY] = account->authority;
    row->cells[2] = row->made[2];
    row->cells[3] = account->has_refresh_token ? "yes" : "no";
    row->cells[4] = row->made[4];
    end_of(account, false, row->made[2]);
    snprintf(row->made[4], CELL, "%.*s", SHORT_ID, account->client_id);
}

static void fill_long(const struct doorcode_account *account, struct row *row)
{
    row->cells[0] = account->username;
    row->cells[AUTHORITY] = account->authority;
    row->cells[2] = account->client_id;
    row->cells[3] = row->made[3];
    row->cells[4] = account->has_refresh_token ? "kept" : "none";
    end_of(account, true, row->made[3]);
}

static int width_of(const char *text)
{
    return (int)terminal_width(text);
}

static void measure(struct sheet *sheet, const struct doorcode_accounts *accounts)
{
    struct row row;
    for (size_t i = 0; i < sheet->count; i++)
        sheet->widths[i] = width_of(sheet->titles[i]);
    for (size_t n = 0; n < doorcode_accounts_count(accounts); n++) {
        sheet->fill(doorcode_accounts_at(accounts, n), &row);
        for (size_t i = 0; i < sheet->count; i++) {
            int width = width_of(row.cells[i]);
            sheet->widths[i] = width > sheet->widths[i] ? width : sheet->widths[i];
        }
    }
}

/* On a terminal, authorities give way so that an account takes one line. */
static void fit(struct sheet *sheet, int columns)
{
    int all = 0;
    for (size_t i = 0; i < sheet->count; i++)
        all += sheet->widths[i] + (i > 0 ? 2 : 0);
    int over = all - columns;
    if (columns == 0 || over <= 0)
        return;
    int room = sheet->widths[AUTHORITY] - over;
    sheet->widths[AUTHORITY] = room > NARROWEST ? room : NARROWEST;
}

/* What is too wide ends in "...". Only authorities are, which are plain ASCII. */
static void put_cell(FILE *out, const char *text, int width, bool is_last)
{
    int over = width_of(text) - width;
    if (over > 0)
        fprintf(out, "%.*s...", width - 3, text);
    else
        fputs(text, out);
    fprintf(out, "%*s", is_last || over > 0 ? 0 : -over, "");
    fputs(is_last ? "\n" : "  ", out);
}

static void put_row(FILE *out, const struct sheet *sheet, const char *const *cells)
{
    for (size_t i = 0; i < sheet->count; i++)
        put_cell(out, cells[i], sheet->widths[i], i + 1 == sheet->count);
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

static void list_to_person(FILE *out, const struct doorcode_accounts *accounts, bool all)
{
    static const char *const short_titles[] = { "USER", "AUTHORITY", "TOKEN ENDS", "RENEWABLE", "CLIENT" };
    static const char *const long_titles[] = { "USER", "AUTHORITY", "CLIENT ID", "ACCESS TOKEN", "REFRESH TOKEN" };
    struct sheet sheet = { .titles = long_titles, .count = COLUMNS, .fill = fill_long };
    struct row row;
    if (!all)
        sheet = (struct sheet){ .titles = short_titles,
                                .count = has_namesakes(accounts) ? COLUMNS : COLUMNS - 1,
                                .fill = fill_short };
    measure(&sheet, accounts);
    fit(&sheet, all ? 0 : terminal_columns(out));
    fprintf(out, "%s", terminal_color(out, COLOR_DIM));
    put_row(out, &sheet, sheet.titles);
    fprintf(out, "%s", terminal_color(out, COLOR_NONE));
    for (size_t n = 0; n < doorcode_accounts_count(accounts); n++) {
        sheet.fill(doorcode_accounts_at(accounts, n), &row);
        put_row(out, &sheet, row.cells);
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
        list_to_person(line->out, accounts, command_flag(line, "long"));
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
        "terminal a long authority is cut; --long and --json show it whole.",
    .examples =
        COMMAND_EXAMPLES("doorcode account list", "doorcode account list --long", "doorcode account list --json"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .run = run,
};
