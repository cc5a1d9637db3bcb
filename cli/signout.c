/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode signout: forgets tokens. There is no endpoint for it (spec V1, 2.9); the server's own copies run out. */
#include "account.h"
#include "base/err.h"
#include "cli.h"
#include "report.h"

/* The keys of what is meant: all, every account of USER, or the account used last. */
static size_t forget(struct token_file *file, const struct account_key *wanted, bool all)
{
    json_auto_t *last = json_incref(token_file_find(file, wanted));
    if (all || wanted->username != NULL || last == NULL)
        return token_file_remove(file, wanted);
    const struct account_key key = account_key_from(last);
    return token_file_remove(file, &key);
}

static int run(const struct command_line *line)
{
    const struct account_key wanted = account_key_of(line);
    bool all = command_flag(line, "all");
    if (all && wanted.username != NULL)
        return command_usage(line, "either a USER or --all");
    AUTO(token_file_close) struct token_file file;
    if (!token_file_open(&file, command_value(line, "token-file"), TOKEN_FILE_CHANGE))
        return account_file_problem(line, &file);
    size_t removed = forget(&file, &wanted, all);
    if (removed == 0 && !all)
        return command_fail(line, "Nothing was changed.", "%s is signed in",
                            wanted.username != NULL ? "no such user" : "nobody");
    if (removed > 0 && !token_file_save(&file))
        return account_file_problem(line, &file);
    if (command_flag(line, "json"))
        return report_json(line, json_pack("{s:s, s:I}", "state", "signed_out", "removed", (json_int_t)removed));
    fprintf(line->out, "Signed out: the tokens of %zu account%s were removed from this machine.\n", removed,
            removed == 1 ? "" : "s");
    return COMMAND_OK;
}

static const struct command_option options[] = {
    { .name = "all", .help = "Sign all users out." },
    CLI_OPTIONS_ACCOUNT,
    CLI_OPTION_TOKEN_FILE,
    CLI_OPTION_JSON,
};

const struct command signout_command = {
    .name = "signout",
    .arguments = "[USER]",
    .summary = "Forget the tokens of a signed-in user",
    .description = "Removes the tokens from this machine; without USER those of the account used last.",
    .examples = COMMAND_EXAMPLES("doorcode signout", "doorcode signout --all"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .max_arguments = 1,
    .run = run,
};
