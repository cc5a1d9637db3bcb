/* SPDX-License-Identifier: Apache-2.0 */
/* keep.h: tokens just won go into the token file. */
#ifndef DOORCODE_CLI_KEEP_H
#define DOORCODE_CLI_KEEP_H

#include "base/command.h"
#include "doorcode/client.h"

/* Keeps them for the user of the command line (its first argument) and tells so. The exit status. */
int keep_tokens(const struct command_line *line, const struct doorcode_client *client,
                const struct doorcode_tokens *tokens);

#endif
