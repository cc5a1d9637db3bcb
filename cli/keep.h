/* SPDX-License-Identifier: Apache-2.0 */
/* keep.h: tokens just won go into the cache. */
#ifndef DOORCODE_CLI_KEEP_H
#define DOORCODE_CLI_KEEP_H

#include "base/command.h"
#include "doorcode/account.h"

/* Keeps them for the user that the id token names, else for that of the command line (its first argument, if any), and tells
 * so. The exit status. */
int keep_tokens(const struct command_line *line, const struct doorcode_client *client, struct doorcode_cache *cache,
                const struct doorcode_tokens *tokens);

#endif
