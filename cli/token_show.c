/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode token show: what is known of a signed-in user, never the tokens themselves. */
#include "account.h"
#include "base/display.h"
#include "base/err.h"
#include "base/terminal.h"
#include "cli.h"
#include "report.h"

#include <string.h>
#include <time.h>

enum { NAME_COLUMN_MOST = 28 };

static bool is_time(const char *name)
{
    static const char *const times[] = { "exp", "iat", "nbf", "auth_time" };
    for (size_t i = 0; i < CLI_COUNT(times); i++) {
        if (strcmp(name, times[i]) == 0)
            return true;
    }
    return false;
}

static void put_row(FILE *out, const char *name, int width, const char *value)
{
    const int n = (int)display_width(slice_of(name));
    const int taken = n > width ? n : width;
    fprintf(out, "  %s", terminal_color(out, COLOR_DIM));
    display_put(out, slice_of(name)); /* a claim's may come from anywhere */
    fprintf(out, "%s%*s", terminal_color(out, COLOR_NONE), taken - n + 2, "");
    display_wrap(out, slice_of(value), (size_t)taken + 4, (size_t)terminal_columns(out));
}

static void put_claims(FILE *out, const char *title, const char *token)
{
    struct doorcode_claims *claims = doorcode_claims_decode(token);
    if (claims == NULL)
        return; /* opaque, or none */
    int width = 0;
    for (size_t i = 0; i < doorcode_claims_count(claims); i++) {
        int n = (int)display_width(slice_of(doorcode_claims_name(claims, i)));
        width = n > width && n <= NAME_COLUMN_MOST ? n : width;
    }
    fprintf(out, "\n%s\n", title);
    for (size_t i = 0; i < doorcode_claims_count(claims); i++) {
        const char *name = doorcode_claims_name(claims, i);
        char text[64];
        int64_t at = 0;
        bool readable = is_time(name) && doorcode_claims_number(claims, name, &at);
        if (readable)
            report_time(at, (int64_t)time(NULL), text, sizeof(text));
        put_row(out, name, width, readable ? text : doorcode_claims_text(claims, name));
    }
    doorcode_claims_free(claims);
}

static const char *newest_token(const struct doorcode_account *account)
{
    return account->access_token_count > 0 ? account->access_tokens[0].token : "";
}

static void put_access_token(FILE *out, const struct doorcode_access_token *token, int width)
{
    char expires[64] = "not told";
    if (token->expires_at > 0)
        report_time(token->expires_at, (int64_t)time(NULL), expires, sizeof(expires));
    put_row(out, "scope", width, token->scope);
    put_row(out, "access token", width, expires);
}

static void show_to_person(FILE *out, const struct doorcode_account *account)
{
    enum { WIDTH = 13 };
    fprintf(out, "Account\n");
    put_row(out, "user", WIDTH, account->username);
    put_row(out, "authority", WIDTH, account->authority);
    put_row(out, "client id", WIDTH, account->client_id);
    for (size_t i = 0; i < account->access_token_count; i++)
        put_access_token(out, &account->access_tokens[i], WIDTH);
    put_row(out, "refresh token", WIDTH, account->has_refresh_token ? "kept" : "none");
    put_claims(out, "Claims of the id token", account->id_token);
    put_claims(out, "Claims of the access token", newest_token(account));
}

static json_t *claims_object(const char *token)
{
    struct doorcode_claims *claims = doorcode_claims_decode(token);
    json_t *object = claims != NULL ? json_loads(doorcode_claims_json(claims), 0, NULL) : NULL;
    doorcode_claims_free(claims);
    return object != NULL ? object : json_null();
}

static int show_to_script(const struct command_line *line, const struct doorcode_account *account)
{
    return report_json(line,
                       json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:o, s:o}", "username", account->username, "authority",
                                 account->authority, "client_id", account->client_id, "scope", account->scope,
                                 "expires_at", (json_int_t)account->expires_at, "has_refresh_token",
                                 account->has_refresh_token, "id_token_claims", claims_object(account->id_token),
                                 "access_token_claims", claims_object(newest_token(account))));
}

static int run(const struct command_line *line)
{
    const struct doorcode_account_filter filter = account_filter(line);
    AUTO(account_cache_close) struct doorcode_cache *cache = account_cache(line);
    AUTO(account_list_close) struct doorcode_accounts *accounts = NULL;
    int status = cache != NULL ? account_find(line, &filter, cache, &accounts) : COMMAND_FAILED;
    if (status != COMMAND_OK)
        return status;
    if (command_flag(line, "json"))
        return show_to_script(line, doorcode_accounts_at(accounts, 0));
    show_to_person(line->out, doorcode_accounts_at(accounts, 0));
    return COMMAND_OK;
}

static const struct command_option options[] = {
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

const struct command token_show_command = {
    .name = "token show",
    .arguments = "[USER]",
    .summary = "Show what the tokens of a signed-in user say",
    .description =
        "Shows account, times and the claims of the tokens; without USER those of the account used last. The "
        "claims are only read: no signature is checked. For the tokens themselves there is token get.",
    .examples = COMMAND_EXAMPLES("doorcode token show", "doorcode token show sam@example.org --json"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
