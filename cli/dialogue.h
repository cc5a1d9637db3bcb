/* SPDX-License-Identifier: Apache-2.0 */
/* dialogue.h: takes a flow to its end by asking the person, or the files and options of a script, for what the server
 * wants. Sign-in, sign-up and reset differ in how they begin only. */
#ifndef DOORCODE_CLI_DIALOGUE_H
#define DOORCODE_CLI_DIALOGUE_H

#include "base/command.h"
#include "doorcode/client.h"

struct dialogue_plan {
    enum doorcode_state (*start)(const struct command_line *line, const struct doorcode_client *client,
                                 struct doorcode_flow **flow);
    const char *prompt;    /* of the browser's page, or NULL */
    bool is_signin;        /* has --no-password; the password is one that exists */
    const char *done_word; /* unless is_signin: "signed_up", state in JSON where --no-signin ends it */
    const char *done_text; /* "Signed up" */
};

/* The exit status. */
int dialogue_run(const struct command_line *line, const struct dialogue_plan *plan);

/* What all of them have. */
#define DIALOGUE_OPTIONS                                                                                      \
    { .name = "authority",                                                                                    \
      .letter = 'a',                                                                                          \
      .argument = "URL",                                                                                      \
      .environment = "DOORCODE_AUTHORITY",                                                                    \
      .required = true,                                                                                       \
      .help = "Address of the tenant, like https://petstore.ciamlogin.com/petstore.onmicrosoft.com or "       \
              "http://127.0.0.1:8080/petstore." },                                                            \
        { .name = "client-id",                                                                                \
          .letter = 'c',                                                                                      \
          .argument = "ID",                                                                                   \
          .environment = "DOORCODE_CLIENT_ID",                                                                \
          .required = true,                                                                                   \
          .help = "Application (client) id." },                                                               \
        { .name = "scope",                                                                                    \
          .letter = 's',                                                                                      \
          .argument = "SCOPES",                                                                               \
          .environment = "DOORCODE_SCOPE",                                                                    \
          .help = "Scopes beside openid, profile and offline_access, parted by blanks." },                    \
        { .name = "code-file",                                                                                \
          .argument = "FILE",                                                                                 \
          .help = "Read codes from this file, a line each, once a code was sent; - is the standard input." }, \
        { .name = "password-stdin",                                                                           \
          .help = "Read the password from the first line of the standard input; codes may follow it." },      \
        { .name = "method",                                                                                   \
          .argument = "email|sms|ID",                                                                         \
          .help = "Second factor to use or to register: by its channel, or its id." },                        \
        { .name = "contact",                                                                                  \
          .argument = "CONTACT",                                                                              \
          .help = "Address or phone number (+4790000007) to register as second factor." },                    \
        { .name = "browser", .help = "Sign in with the browser from the start." },                            \
        { .name = "no-browser",                                                                               \
          .help = "Where a browser is needed, show the address to open instead of opening it." },             \
        CLI_OPTION_CA_FILE, CLI_OPTION_ALLOW_HTTP, CLI_OPTIONS_CACHE, CLI_OPTION_JSON
#define DIALOGUE_OPTION_NO_SIGNIN                             \
    {                                                         \
        .name = "no-signin", .help = "End before signing in." \
    }
/* Ends the description of each. */
#define DIALOGUE_DESCRIPTION                                                                                          \
    "An empty line has another code sent; a wrong code is asked for again. Without a terminal, codes are read from "  \
    "the standard input, a line each, until one is right or they end; the error output tells of each that is wrong. " \
    "Passwords are read only with --password-stdin.\n\nWhere only a browser can go on, it is "                        \
    "opened, and comes back to a port of this machine. Without a terminal that happens only with --browser or "       \
    "--no-browser; else the exit status is 3."

#endif
