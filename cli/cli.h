/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h: the commands of a user signing in, one file each, over the client library. They include base and
 * doorcode/client.h only. */
#ifndef DOORCODE_CLI_CLI_H
#define DOORCODE_CLI_CLI_H

#include "base/command.h"

/* NULL-terminated. */
extern const struct command *const cli_commands[];

#endif
