/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode token show: what is known of a signed-in user, for people, or the bare tokens for scripts. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"
#include "terminal.h"

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
    fprintf(out, "  %s%-*s%s  %s\n", terminal_color(out, COLOR_DIM), width, name, terminal_color(out, COLOR_NONE),
            value);
}

static void put_claims(FILE *out, const char *title, const char *token)
{
    struct doorcode_claims *claims = doorcode_claims_decode(token);
    if (claims == NULL)
        return; /* opaque, or none */
    int width = 0;
    for (size_t i = 0; i < doorcode_claims_count(claims); i++) {
        int n = (int)strlen(doorcode_claims_name(claims, i));
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
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:o, s:o}", "username", account->username, "authority",
                  account->authority, "client_id", account->client_id, "scope", account->scope, "expires_at",
                  (json_int_t)account->expires_at, "has_refresh_token", account->has_refresh_token, "id_token_claims",
                  claims_object(account->id_token), "access_token_claims", claims_object(newest_token(account)));
    if (command_flag(line, "access"))
        json_object_set_new(object, "access_token", json_string(newest_token(account)));
    if (command_flag(line, "id"))
        json_object_set_new(object, "id_token", json_string(account->id_token));
    return report_json(line, object);
}

static int show_token(const struct command_line *line, const struct doorcode_account *account, const char *token)
{
    if (token[0] == '\0')
        return command_fail(line, "Sign in again.", "no such token is kept");
    if (account->expires_at > 0 && account->expires_at <= (int64_t)time(NULL))
        fprintf(line->errors, "The token is no longer valid. Renew it with: %s token refresh\n", line->program->name);
    fprintf(line->out, "%s\n", token);
    return COMMAND_OK;
}

static int show(const struct command_line *line, const struct doorcode_account *account)
{
    if (command_flag(line, "json"))
        return show_to_script(line, account);
    if (command_flag(line, "access"))
        return show_token(line, account, newest_token(account));
    if (command_flag(line, "id"))
        return show_token(line, account, account->id_token);
    show_to_person(line->out, account);
    return COMMAND_OK;
}

static int run(const struct command_line *line)
{
    if (command_flag(line, "access") && command_flag(line, "id") && !command_flag(line, "json"))
        return command_usage(line, "only one of --access and --id can be shown without --json");
    AUTO(account_cache_close) struct doorcode_cache *cache = account_cache(line);
    AUTO(account_list_close) struct doorcode_accounts *accounts = cache != NULL ? account_find(line, cache) : NULL;
    return accounts != NULL ? show(line, doorcode_accounts_at(accounts, 0)) : COMMAND_FAILED;
}

static const struct command_option options[] = {
    { .name = "access", .help = "Write the access token itself." },
    { .name = "id", .help = "Write the id token itself." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

static const char *const examples[] = {
    "doorcode token show",
    "curl -H \"Authorization: Bearer $(doorcode token show --access)\" https://api.example.org/pets",
    NULL,
};

const struct command token_show_command = {
    .name = "token show",
    .arguments = "[USER]",
    .summary = "Show the tokens of a signed-in user",
    .description =
        "Shows account, times and the claims of the tokens; without USER those of the account used last. The "
        "claims are only read: no signature is checked. Tokens themselves are written only with --access or "
        "--id.",
    .examples = examples,
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
