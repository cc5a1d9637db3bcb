/* SPDX-License-Identifier: Apache-2.0 */
/* web.h: sign-in with the browser. */
#ifndef DOORCODE_CLI_WEB_H
#define DOORCODE_CLI_WEB_H

#include "base/command.h"
#include "doorcode/account.h"

/* Opens the browser or, with --no-browser, shows the address; waits for it to come back, or for the address it ended at to
 * be typed on a terminal; keeps the tokens. `prompt` as in doorcode/web.h. The exit status. */
int web_signin(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
               const char *prompt);
/* Keeps the tokens of who has signed in with a browser, here or elsewhere, unless one is named and that is another user. The
 * exit status. */
int web_keep(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
             const struct doorcode_tokens *tokens);

#endif
