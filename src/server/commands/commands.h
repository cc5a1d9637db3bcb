/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h: the commands of the server's side (dev, serve, apply, …), one file each. */
#ifndef DOORCODE_SERVER_COMMANDS_COMMANDS_H
#define DOORCODE_SERVER_COMMANDS_COMMANDS_H

#include "base/command.h"

/* NULL-terminated. */
extern const struct command *const server_commands[];

#endif
