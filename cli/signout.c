/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode signout, account remove: forget tokens. There is no endpoint for it (spec V1, 2.9); the server's own copies run out. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"

static bool wants_all(const struct command_line *line)
{
    return command_has(line, "all") && command_flag(line, "all");
}

/* What is meant: all, every account of USER, or the account used last. `who` borrows its name from the list; "" for all. */
static const struct doorcode_error *forget(const struct command_line *line, struct doorcode_cache *cache,
                                           struct doorcode_accounts **accounts, const char **who, size_t *removed)
{
    struct doorcode_account_filter wanted = account_filter(line);
    *removed = 0;
    *who = "";
    if (wants_all(line))
        return doorcode_accounts_remove(cache, &wanted, removed);
    const struct doorcode_error *error = doorcode_accounts_read(cache, &wanted, accounts);
    if (error != NULL || doorcode_accounts_count(*accounts) == 0)
        return error;
    *who = doorcode_accounts_at(*accounts, 0)->username;
    if (wanted.username == NULL)
        wanted = account_filter_of(doorcode_accounts_at(*accounts, 0));
    return doorcode_accounts_remove(cache, &wanted, removed);
}

static int run(const struct command_line *line)
{
    size_t removed;
    const char *who;
    bool all = wants_all(line);
    if (all && line->argument_count > 0)
        return command_usage(line, "either a USER or --all");
    AUTO(account_cache_close) struct doorcode_cache *cache = account_cache(line);
    if (cache == NULL)
        return COMMAND_FAILED;
    AUTO(account_list_close) struct doorcode_accounts *accounts = NULL;
    const struct doorcode_error *error = forget(line, cache, &accounts, &who, &removed);
    if (error != NULL)
        return report_failure(line, error);
    if (removed == 0 && !all)
        return command_fail(line, "Nothing was changed.", "%s is signed in",
                            line->argument_count > 0 ? "no such user" : "nobody");
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:I}", "state", "signed_out", "removed", (json_int_t)removed));
    fprintf(line->out, "Signed out%s%s: the tokens of %zu account%s were removed from this machine.\n",
            who[0] != '\0' ? " " : "", who, removed, removed == 1 ? "" : "s");
    return COMMAND_OK;
}

static const struct command_option signout_options[] = {
    { .name = "all", .help = "Sign all users out." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

const struct command signout_command = {
    .name = "signout",
    .arguments = "[USER]",
    .summary = "Forget the tokens of a signed-in user",
    .description = "Removes the tokens from this machine; without USER those of the account used last.",
    .examples = COMMAND_EXAMPLES("doorcode signout", "doorcode signout --all"),
    .options = signout_options,
    .option_count = CLI_COUNT(signout_options),
    .max_arguments = 1,
    .run = run,
};

static const struct command_option remove_options[] = {
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTIONS_CACHE,
    CLI_OPTION_JSON,
};

const struct command account_remove_command = {
    .name = "account remove",
    .arguments = "USER",
    .summary = "Remove the accounts of a user from this machine",
    .description =
        "Forgets all tokens of USER, a name or an id that account list shows with --json. A browser may still be "
        "signed in.",
    .examples = COMMAND_EXAMPLES("doorcode account remove sam@example.org"),
    .options = remove_options,
    .option_count = CLI_COUNT(remove_options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
