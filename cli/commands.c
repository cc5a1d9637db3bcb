/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "account.h"

const struct command *const cli_commands[] = {
    &signin_command,
    &signup_command,
    &reset_password_command,
    &account_list_command,
    &account_remove_command,
    &token_get_command,
    &token_show_command,
    &call_command,
    &health_command,
    &credential_git_command,
    &credential_docker_command,
    &signout_command,
    &completion_command,
    NULL,
};

const struct command_note cli_statuses[] = {
    { "3", "the sign-in must go on in a browser" },
    { "4", "the user has to sign in" },
    { "5", "the API answered with an error (call --fail)" },
    { NULL, NULL },
};

const struct command_link cli_links[] = {
    { "git-credential-doorcode", "credential git" },
    { "docker-credential-doorcode", "credential docker" },
    { NULL, NULL },
};

const struct command_values cli_values[] = {
    { .name = "FILE", .place = "files" },
    { .name = "FOLDER", .place = "folders" },
    { .name = "METHOD", .words = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS" },
    { .name = "USER", .each = account_offer_names },
    { .name = NULL },
};
