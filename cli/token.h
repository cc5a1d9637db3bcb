/* SPDX-License-Identifier: Apache-2.0 */
/* token.h: an access token of a signed-in user for a command to use, renewed where that is due. Nobody is asked anything. */
#ifndef DOORCODE_CLI_TOKEN_H
#define DOORCODE_CLI_TOKEN_H

#include "base/command.h"
#include "doorcode/account.h"

/* Zeros hold nothing. */
struct token {
    struct doorcode_cache *cache;
    struct doorcode_accounts *accounts; /* those that are meant; the first is the one used last */
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    const struct doorcode_account *account; /* whose it is; borrowed */
    const struct doorcode_tokens *tokens;   /* the access token is printable ASCII; borrowed */
};

/* Finds the account that the command line means, or `user`, unless NULL: sets cache, accounts and account. COMMAND_OK, or
 * an exit status after having told what to do: CLI_SIGNIN_NEEDED where nobody is signed in. */
int token_find(const struct command_line *line, const char *user, struct token *token);
/* The same, and gets a token for the scopes of --scope, else those of the sign-in; `force` gets a new one.
 * Can be called again for another token of the same account. CLI_SIGNIN_NEEDED also where the user has to sign in again. */
int token_get(const struct command_line *line, const char *user, bool force, struct token *token);
void token_close(struct token *token); /* in any case */

#endif
