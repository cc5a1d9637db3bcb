/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h: the commands of a user signing in, one file each, over the client library. They include base and
 * the library's headers only. */
#ifndef DOORCODE_CLI_CLI_H
#define DOORCODE_CLI_CLI_H

#include "base/command.h"

/* NULL-terminated. */
extern const struct command *const cli_commands[];
/* What completion offers for the arguments of the tables; a NULL name ends. */
extern const struct command_values cli_values[];

extern const struct command signin_command;
extern const struct command signup_command;
extern const struct command reset_password_command;
extern const struct command token_show_command;
extern const struct command token_get_command;
extern const struct command account_list_command;
extern const struct command account_remove_command;
extern const struct command call_command;
extern const struct command health_command;
extern const struct command credential_git_command;
extern const struct command credential_docker_command;
extern const struct command signout_command;
extern const struct command completion_command;

/* Exit statuses beside those of command.h, and what the manual says of them; a NULL name ends. */
enum { CLI_BROWSER_NEEDED = 3, CLI_SIGNIN_NEEDED = 4, CLI_HTTP_ERROR = 5 };
extern const struct command_note cli_statuses[];
/* Names of the program's file under which git and docker call it; a NULL name ends. */
extern const struct command_link cli_links[];

#define CLI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Options that several commands have. */
#define CLI_OPTION_CA_FILE                                                                     \
    {                                                                                          \
        .name = "ca-file", .argument = "FILE", .environment = "DOORCODE_CA_FILE",              \
        .help = "Trust the certificate authorities in this PEM file instead of the system's.", \
    }
#define CLI_OPTION_ALLOW_HTTP                                                                                 \
    {                                                                                                         \
        .name = "allow-http",                                                                                 \
        .help = "Let codes and tokens travel unencrypted to another machine; for closed test networks only.", \
    }
#define CLI_OPTIONS_CACHE                                                                                       \
    { .name = "cache",                                                                                          \
      .argument = "file|secret-service|memory",                                                                 \
      .environment = "DOORCODE_CACHE",                                                                          \
      .fallback = "file",                                                                                       \
      .help = "Keep tokens in a private file (file), in the desktop's keyring (secret-service), or only until " \
              "the command ends (memory)." },                                                                   \
    {                                                                                                           \
        .name = "token-file", .argument = "FILE", .environment = "DOORCODE_TOKEN_FILE",                         \
        .help = "With --cache file: keep tokens in this file instead of the usual one.",                        \
    }
#define CLI_OPTION_JSON                                                \
    {                                                                  \
        .name = "json", .help = "Write one JSON object, for scripts.", \
    }
#define CLI_OPTION_SCOPE                                                                                        \
    {                                                                                                           \
        .name = "scope", .letter = 's', .argument = "SCOPES", .environment = "DOORCODE_SCOPE",                  \
        .help = "Scopes of the access token, parted by blanks; without it those that the user signed in with.", \
    }
#define CLI_OPTION_USER                                                                               \
    {                                                                                                 \
        .name = "user", .argument = "USER", .help = "Account to take; without it the one used last.", \
    }
/* Which of the kept accounts is meant, where the user name does not tell. */
#define CLI_OPTIONS_ACCOUNT                                                                 \
    { .name = "authority", .argument = "URL", .help = "Only accounts of this authority." }, \
    {                                                                                       \
        .name = "client-id", .argument = "ID", .help = "Only accounts of this application." \
    }

#endif
