/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"

#include "base/err.h"

#include <stdlib.h>

struct account_key account_key_of(const struct command_line *line)
{
    return (struct account_key){
        .authority = command_value(line, "authority"),
        .client_id = command_value(line, "client-id"),
        .username = line->argument_count > 0 ? line->arguments[0] : NULL,
    };
}

int account_file_problem(const struct command_line *line, const struct token_file *file)
{
    return command_fail(line, "Mend that, or choose another file with --token-file.", "%s", file->problem);
}

json_t *account_open(const struct command_line *line, enum token_file_use use, struct token_file *file)
{
    const struct account_key key = account_key_of(line);
    if (!token_file_open(file, command_value(line, "token-file"), use)) {
        account_file_problem(line, file);
        return NULL;
    }
    json_t *account = token_file_find(file, &key);
    if (account != NULL)
        return json_incref(account);
    char next[128];
    snprintf(next, sizeof(next), "Sign in with: %s signin USER", line->program->name);
    if (key.username != NULL)
        command_fail(line, next, "%s is not signed in", key.username);
    else
        command_fail(line, next, "nobody is signed in");
    return NULL;
}

void account_offer_names(command_offer_fn *offer, void *context)
{
    AUTO(token_file_close) struct token_file file;
    const json_t *account;
    size_t i;
    if (!token_file_open(&file, getenv("DOORCODE_TOKEN_FILE"), TOKEN_FILE_READ))
        return;
    json_array_foreach(json_object_get(file.root, "accounts"), i, account)
        offer(context, account_text(account, "username"), account_text(account, "authority"));
}
