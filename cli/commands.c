/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

const struct command *const cli_commands[] = {
    &signin_command,        &signup_command,  &reset_command, &token_show_command,
    &token_refresh_command, &signout_command, NULL,
};
