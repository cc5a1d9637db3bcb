/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

const struct command *const cli_commands[] = {
    NULL,
};
