/* SPDX-License-Identifier: Apache-2.0 */
/* account.h: which of the kept accounts a command line means: [USER], --authority, --client-id, --token-file. */
#ifndef DOORCODE_CLI_ACCOUNT_H
#define DOORCODE_CLI_ACCOUNT_H

#include "base/command.h"
#include "token_file.h"

struct account_key account_key_of(const struct command_line *line);
/* Opens the file and finds the account used last of those meant, as a reference of the caller's own (json_auto_t). NULL
 * and the user has been told where that fails. Close the file in any case. */
json_t *account_open(const struct command_line *line, enum token_file_use use, struct token_file *file);
/* Tells that the file is not usable; COMMAND_FAILED. */
int account_file_problem(const struct command_line *line, const struct token_file *file);

/* For completion: the names of the kept accounts, the one used last first; none where the file is not usable. */
void account_offer_names(command_offer_fn *offer, void *context);

#endif
