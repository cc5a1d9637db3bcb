/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode credential git: a credential helper of git (gitcredentials(7)). */
#include "base/err.h"
#include "base/secret.h"
#include "credential.h"
#include "git_credential.h"

#include <inttypes.h>
#include <string.h>

enum { ADDRESS = 512 };

static bool is_for_us(const struct command_line *line, const struct git_credential *asked)
{
    char url[ADDRESS];
    struct origin origin;
    if (strpbrk(asked->host, "/?#@\\") != NULL)
        return false; /* no host */
    int n = snprintf(url, sizeof(url), "%s://%s", asked->protocol, asked->host);
    return n > 0 && (size_t)n < sizeof(url) && origin_of(url, &origin) && credential_allows(line, &origin);
}

/* A user name that git was given says which account is meant, unless it is the one that the host wants from everybody. */
static const char *user_of(const struct command_line *line, const struct git_credential *asked)
{
    const char *user = command_value(line, "user");
    const char *login = command_value(line, "login");
    bool is_name = asked->username[0] != '\0' && (login == NULL || strcmp(asked->username, login) != 0);
    return user == NULL && is_name ? asked->username : user;
}

/* git asks nobody else after a "quit": who names a host here has no other password for it. */
static int quit(const struct command_line *line, const struct git_credential *asked, int status)
{
    fputs("quit=1\n", line->out);
    if (status == CLI_SIGNIN_NEEDED && asked->username[0] != '\0' && command_value(line, "user") == NULL)
        fprintf(line->errors, "Where %s is what the host calls everybody, name it with --login.\n", asked->username);
    return status;
}

static int get(const struct command_line *line, const struct git_credential *asked)
{
    AUTO(token_close) struct token token = { 0 };
    int status = token_get(line, user_of(line, asked), false, &token);
    if (status != COMMAND_OK)
        return quit(line, asked, status);
    const char *login = credential_login(line, &token);
    if (strpbrk(login, "\r\n") != NULL)
        return command_fail(line, "Choose a --login.", "the user name has more than one line");
    fprintf(line->out, "username=%s\npassword=%s\n", login, token.tokens->access_token);
    if (token.tokens->expires_in > 0)
        fprintf(line->out, "password_expiry_utc=%" PRId64 "\n", token.tokens->received_at + token.tokens->expires_in);
    return COMMAND_OK;
}

/* The host has refused this password: if it is the token that is kept, the next one has to be another. */
static int erase(const struct command_line *line, const struct git_credential *refused)
{
    AUTO(token_close) struct token token = { 0 };
    int status = token_get(line, user_of(line, refused), false, &token);
    if (status != COMMAND_OK)
        return status;
    size_t n = strlen(token.tokens->access_token);
    if (strlen(refused->password) != n || !secret_eq(refused->password, token.tokens->access_token, n))
        return COMMAND_OK;
    return token_get(line, NULL, true, &token);
}

static int run(const struct command_line *line)
{
    AUTO(git_credential_close) struct git_credential asked;
    const char *operation = line->arguments[0];
    if (!git_credential_read(stdin, &asked))
        return command_fail(line, NULL, "the input is not what git says to a credential helper");
    if (!is_for_us(line, &asked))
        return COMMAND_OK;
    if (strcmp(operation, "get") == 0)
        return get(line, &asked);
    return strcmp(operation, "erase") == 0 ? erase(line, &asked) : COMMAND_OK; /* others are to be ignored */
}

static const struct command_option options[] = { CREDENTIAL_OPTIONS };

const struct command credential_git_command = {
    .name = "credential git",
    .arguments = "get|store|erase",
    .summary = "Answer git, which asks for a password, with a token",
    .description = "A credential helper of git: it is called by git, as git-credential-doorcode too. The answer to get "
                   "is a user name "
                   "and the access token as its password. store is ignored: nothing but tokens is kept. erase, which "
                   "follows where "
                   "the host has refused the token, renews it. " CREDENTIAL_DESCRIPTION,
    .examples =
        COMMAND_EXAMPLES("git config --global credential.https://git.example.org.helper 'doorcode --host "
                         "git.example.org --login oauth2'",
                         "git config --global credential.helper '!doorcode credential git --host git.example.org'"),
    .options = options,
    .option_count = CLI_COUNT(options),
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
