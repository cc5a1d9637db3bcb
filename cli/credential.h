/* SPDX-License-Identifier: Apache-2.0 */
/* credential.h: what the credential helpers of git and docker share: tokens go to the hosts that --host names, as the
 * password of a name. */
#ifndef DOORCODE_CLI_CREDENTIAL_H
#define DOORCODE_CLI_CREDENTIAL_H

#include "cli.h"
#include "origin.h"
#include "token.h"

/* The host at place `n` of those that --host names. False past the last. */
bool credential_host(const struct command_line *line, size_t n, struct slice *host);
/* Whether a token may be handed out for this origin: it is named, and reached over https or on this machine. */
bool credential_allows(const struct command_line *line, const struct origin *origin);
/* --login, else the account's user name. */
const char *credential_login(const struct command_line *line, const struct token *token);

#define CREDENTIAL_OPTIONS                                                                                         \
    { .name = "host",                                                                                              \
      .argument = "HOST[:PORT]",                                                                                   \
      .environment = "DOORCODE_CREDENTIAL_HOSTS",                                                                  \
      .required = true,                                                                                            \
      .repeats = true,                                                                                             \
      .help = "Answer for this host only; several may be parted by blanks." },                                     \
        { .name = "login",                                                                                         \
          .argument = "NAME",                                                                                      \
          .environment = "DOORCODE_CREDENTIAL_LOGIN",                                                              \
          .help = "User name to answer with, where the host wants another one than the account's, like oauth2." }, \
        { .name = "scope",                                                                                         \
          .letter = 's',                                                                                           \
          .argument = "SCOPES",                                                                                    \
          .environment = "DOORCODE_CREDENTIAL_SCOPE",                                                              \
          .help = "Scopes of the token, parted by blanks; without it those of the sign-in." },                     \
        { .name = "user",                                                                                          \
          .argument = "USER",                                                                                      \
          .environment = "DOORCODE_CREDENTIAL_USER",                                                               \
          .help = "Account to take; without it the one used last." },                                              \
        CLI_OPTIONS_ACCOUNT, CLI_OPTION_CA_FILE, CLI_OPTION_ALLOW_HTTP, CLI_OPTIONS_CACHE
/* Ends the description of each. */
#define CREDENTIAL_DESCRIPTION                                                                                        \
    "Nobody is asked anything: the token is renewed silently, and where the user has to sign in, that is told and "   \
    "the "                                                                                                            \
    "exit status is 4. Tokens are handed out for the hosts of --host only, and those are reached over https, or are " \
    "this machine."

#endif
