/* SPDX-License-Identifier: Apache-2.0 */
#include "token.h"

#include "account.h"
#include "cli.h"
#include "network.h"
#include "report.h"

#include <string.h>

enum { NEXT_STEP = 8192 };

int token_find(const struct command_line *line, const char *user, struct token *token)
{
    struct doorcode_account_filter filter = account_filter(line);
    if (user != NULL)
        filter.username = user;
    token->cache = account_cache(line);
    int status = token->cache != NULL ? account_find(line, &filter, token->cache, &token->accounts) : COMMAND_FAILED;
    if (status == COMMAND_OK)
        token->account = doorcode_accounts_at(token->accounts, 0);
    return status;
}

/* The next step has all that the user need not look up. */
static int tell_signin(const struct command_line *line, const struct doorcode_account *account,
                       const struct doorcode_error *error)
{
    char next[NEXT_STEP];
    snprintf(next, sizeof(next), "Sign in with: %s signin %s --authority %s --client-id %s", line->program->name,
             account->username, account->authority, account->client_id);
    if (report_wants_json(line))
        report_failure(line, error);
    else
        command_fail(line, next, "%s has to sign in again", account->username);
    return CLI_SIGNIN_NEEDED;
}

/* Only the user can help. */
static bool needs_user(enum doorcode_error_kind kind)
{
    static const enum doorcode_error_kind kinds[] = {
        DOORCODE_ERROR_SIGNIN_REQUIRED,       DOORCODE_ERROR_MFA_REQUIRED,
        DOORCODE_ERROR_REGISTRATION_REQUIRED, DOORCODE_ERROR_PASSWORD_RESET_REQUIRED,
        DOORCODE_ERROR_INTERACTION_REQUIRED,
    };
    for (size_t i = 0; i < CLI_COUNT(kinds); i++) {
        if (kind == kinds[i])
            return true;
    }
    return false;
}

/* It becomes a line of a header or of a helper's answer. */
static bool is_plain(const char *token)
{
    for (; *token != '\0'; token++) {
        if (*token <= ' ' || *token > '~')
            return false;
    }
    return true;
}

static int finish(const struct command_line *line, struct token *token)
{
    const struct doorcode_error *error = doorcode_flow_error(token->flow);
    enum doorcode_state state = doorcode_flow_state(token->flow);
    if (state != DOORCODE_COMPLETED)
        return needs_user(error->kind) ? tell_signin(line, token->account, error) : report_failure(line, error);
    token->tokens = doorcode_flow_tokens(token->flow);
    if (!is_plain(token->tokens->access_token))
        return command_fail(line, NULL, "the access token holds characters that no token has");
    if (error != NULL)
        report_error(line, error); /* it could not be kept; it is good all the same */
    return COMMAND_OK;
}

int token_get(const struct command_line *line, const char *user, bool force, struct token *token)
{
    const char *scopes = command_value(line, "scope");
    if (token->cache == NULL) {
        int status = token_find(line, user, token);
        if (status != COMMAND_OK)
            return status;
    }
    if (token->client == NULL) {
        const struct doorcode_error *error = account_client(line, token->account, token->cache, &token->client);
        if (error != NULL)
            return report_failure(line, error);
    }
    if (scopes == NULL && token->account->signin_scope[0] != '\0')
        scopes = token->account->signin_scope;
    doorcode_flow_free(token->flow);
    doorcode_token_get(token->client, token->account->id, scopes, force, &token->flow);
    network_wait(line, token->flow);
    return finish(line, token);
}

void token_close(struct token *token)
{
    doorcode_flow_free(token->flow);
    doorcode_client_free(token->client);
    doorcode_accounts_free(token->accounts);
    doorcode_cache_free(token->cache);
}
