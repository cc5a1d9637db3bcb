/* SPDX-License-Identifier: Apache-2.0 */
#include "server/commands/commands.h"

const struct command *const server_commands[] = {
    NULL,
};
