/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"

#include "base/err.h"
#include "cli.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { AUTHORITY = 2048 }; /* longer than the library takes */

/* ---- the cache ---- */

const struct doorcode_error *account_open_cache(const char *kind, const char *path, struct doorcode_cache **cache)
{
    static const struct doorcode_error unknown = {
        .kind = DOORCODE_ERROR_USAGE,
        .message = "There is no such place for tokens.",
        .advice = "Choose file, secret-service or memory with --cache, or DOORCODE_CACHE.",
        .description = "",
        .error = "",
        .suberror = "",
        .trace_id = "",
        .correlation_id = "",
    };
    *cache = NULL;
    if (strcmp(kind, "file") == 0)
        return doorcode_cache_file(path, cache);
    if (strcmp(kind, "secret-service") == 0)
        return doorcode_cache_secret_service(NULL, cache);
    return strcmp(kind, "memory") == 0 ? doorcode_cache_memory(cache) : &unknown;
}

struct doorcode_cache *account_cache(const struct command_line *line)
{
    struct doorcode_cache *cache;
    const struct doorcode_error *error =
        account_open_cache(command_value(line, "cache"), command_value(line, "token-file"), &cache);
    if (error != NULL)
        report_failure(line, error);
    return cache;
}

/* Removing nobody reads it and takes its lock, as keeping does. */
bool account_cache_is_usable(const struct command_line *line, struct doorcode_cache *cache)
{
    static const struct doorcode_account_filter nobody = { .username = "" };
    const struct doorcode_error *error = doorcode_accounts_remove(cache, &nobody, NULL);
    if (error != NULL)
        report_failure(line, error);
    return error == NULL;
}

void account_cache_close(struct doorcode_cache **cache)
{
    doorcode_cache_free(*cache);
}

bool account_removal(const struct command_line *line, char *text, size_t cap)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+@,";
    AUTO(account_cache_close) struct doorcode_cache *cache = NULL;
    struct stat about;
    if (strcmp(command_value(line, "cache"), "file") != 0 ||
        doorcode_cache_file(command_value(line, "token-file"), &cache) != NULL)
        return false;
    const char *path = doorcode_cache_place(cache);
    if (lstat(path, &about) != 0 || !S_ISREG(about.st_mode) || path[0] == '-' || path[strspn(path, plain)] != '\0')
        return false;
    int n = snprintf(text, cap, "rm %s", path);
    return n > 0 && (size_t)n < cap;
}

/* ---- accounts ---- */

/* As it is kept with an account: a slash at the end or a capital letter makes no difference. What is no authority is left as
 * it is, and fits no account. */
static const char *normal_authority(const char *typed)
{
    static char normal[AUTHORITY];
    struct doorcode_options options;
    struct doorcode_client *client;
    doorcode_options_init(&options);
    options.authority = typed;
    options.client_id = "00000000-0000-0000-0000-000000000000";
    options.allow_http = 1;
    if (doorcode_client_new(&options, &client) != NULL)
        return typed;
    snprintf(normal, sizeof(normal), "%s", doorcode_client_authority(client));
    doorcode_client_free(client);
    return normal;
}

const char *account_user(const struct command_line *line)
{
    return line->argument_count > 0 ? line->arguments[0] : NULL;
}

struct doorcode_account_filter account_filter(const struct command_line *line)
{
    const char *authority = command_value(line, "authority");
    return (struct doorcode_account_filter){
        .authority = authority != NULL ? normal_authority(authority) : NULL,
        .client_id = command_value(line, "client-id"),
        .username = command_has(line, "user") ? command_value(line, "user") : account_user(line),
    };
}

struct doorcode_account_filter account_filter_of(const struct doorcode_account *account)
{
    return (struct doorcode_account_filter){ account->authority, account->client_id, account->id };
}

int account_find(const struct command_line *line, const struct doorcode_account_filter *filter,
                 struct doorcode_cache *cache, struct doorcode_accounts **accounts)
{
    const struct doorcode_error *error = doorcode_accounts_read(cache, filter, accounts);
    if (error != NULL)
        return report_failure(line, error);
    if (doorcode_accounts_count(*accounts) > 0)
        return COMMAND_OK;
    char next[128];
    snprintf(next, sizeof(next), "Sign in with: %s signin USER", line->program->name);
    if (filter->username != NULL)
        command_fail(line, next, "%s is not signed in", filter->username);
    else
        command_fail(line, next, "nobody is signed in");
    return CLI_SIGNIN_NEEDED;
}

void account_list_close(struct doorcode_accounts **accounts)
{
    doorcode_accounts_free(*accounts);
}

const struct doorcode_error *account_client(const struct command_line *line, const struct doorcode_account *account,
                                            struct doorcode_cache *cache, struct doorcode_client **client)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = account->authority;
    options.client_id = account->client_id;
    options.ca_file = command_value(line, "ca-file");
    options.allow_http = command_flag(line, "allow-http");
    options.cache = cache;
    options.nonblocking = 1; /* network_wait */
    doorcode_wipe_curl();    /* no thread and no other use of libcurl before */
    return doorcode_client_new(&options, client);
}

void account_offer_names(command_offer_fn *offer, void *context)
{
    AUTO(account_cache_close) struct doorcode_cache *cache = NULL;
    AUTO(account_list_close) struct doorcode_accounts *accounts = NULL;
    const char *kind = getenv("DOORCODE_CACHE");
    if (kind != NULL && kind[0] != '\0' && strcmp(kind, "file") != 0)
        return; /* a keyring may ask to be unlocked, which a key on the way does not */
    if (account_open_cache("file", getenv("DOORCODE_TOKEN_FILE"), &cache) != NULL ||
        doorcode_accounts_read(cache, NULL, &accounts) != NULL)
        return;
    for (size_t i = 0; i < doorcode_accounts_count(accounts); i++)
        offer(context, doorcode_accounts_at(accounts, i)->username, doorcode_accounts_at(accounts, i)->authority);
}
