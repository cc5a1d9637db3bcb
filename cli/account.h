/* SPDX-License-Identifier: Apache-2.0 */
/* account.h: where tokens are kept, and which of the kept accounts a command line means: [USER], --authority, --client-id,
 * --cache, --token-file. */
#ifndef DOORCODE_CLI_ACCOUNT_H
#define DOORCODE_CLI_ACCOUNT_H

#include "base/command.h"
#include "doorcode/account.h"

/* Opens the cache: "file" (at `path`, NULL: the usual one), "secret-service", "memory"; any other `kind` is a USAGE error. */
const struct doorcode_error *account_open_cache(const char *kind, const char *path, struct doorcode_cache **cache);
/* The cache that the command line means. NULL, and the user has been told, where that fails. */
struct doorcode_cache *account_cache(const struct command_line *line);
/* Whether tokens could be kept there, as far as that shows before there are any; else the user has been told. */
bool account_cache_is_usable(const struct command_line *line, struct doorcode_cache *cache);
void account_cache_close(struct doorcode_cache **cache); /* for AUTO */
/* The command that removes the file with the tokens that the command line means: "rm /home/sam/tokens". False: there is no
 * such file, or a shell would read its name otherwise. */
bool account_removal(const struct command_line *line, char *text, size_t cap);

/* The first argument, USER; NULL: none is given. */
const char *account_user(const struct command_line *line);
/* Of the command line: USER, its first argument, or --user where it has that. Good until the next call. */
struct doorcode_account_filter account_filter(const struct command_line *line);
/* The kept accounts that fit, at least one, the one used last first. COMMAND_OK, or an exit status after the user has been
 * told: CLI_SIGNIN_NEEDED where there is none. */
int account_find(const struct command_line *line, const struct doorcode_account_filter *filter,
                 struct doorcode_cache *cache, struct doorcode_accounts **accounts);
void account_list_close(struct doorcode_accounts **accounts); /* for AUTO */
/* The account and no other. Borrowed from it. */
struct doorcode_account_filter account_filter_of(const struct doorcode_account *account);

/* A client for the account, with the options that a command has of ca-file and allow-http. Its flows do not wait. */
const struct doorcode_error *account_client(const struct command_line *line, const struct doorcode_account *account,
                                            struct doorcode_cache *cache, struct doorcode_client **client);

/* For completion: the names of the kept accounts, the one used last first; none where they are not in a usable file. */
void account_offer_names(command_offer_fn *offer, void *context);

#endif
