/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "account.h"

const struct command *const cli_commands[] = {
    &signin_command,        &signup_command,  &reset_password_command, &token_show_command,
    &token_refresh_command, &signout_command, &completion_command,     NULL,
};

const struct command_values cli_values[] = {
    { .name = "FILE", .place = "files" },
    { .name = "FOLDER", .place = "folders" },
    { .name = "USER", .each = account_offer_names },
    { .name = NULL },
};
