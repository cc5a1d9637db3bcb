/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_keep.h"

#include "identity.h"

#include <stdio.h>

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* 0: not told. */
static int64_t time_after(const struct doorcode_tokens *tokens, int64_t seconds)
{
    return seconds > 0 ? tokens->received_at + seconds : 0;
}

static struct book_account account_of(const struct doorcode_client *client, const struct keep_facts *facts,
                                      const struct doorcode_tokens *tokens, const struct identity *identity)
{
    const char *scope = or_empty(tokens->scope)[0] != '\0' ? tokens->scope : facts->scopes;
    struct book_account account = {
        .shown = {
            .authority = client->authority.url,
            .client_id = client->client_id.c,
            .id = facts->id != NULL ? facts->id : identity->id,
            .username = identity->username,
            .name = identity->name,
            .tenant_id = identity->tenant_id,
            .signin_scope = facts->id == NULL ? scope : "",
            .id_token = or_empty(tokens->id_token),
        },
        .refresh_token = or_empty(tokens->refresh_token),
        .token_count = 1,
    };
    account.tokens[0] = (struct doorcode_access_token){
        .token = or_empty(tokens->access_token),
        .scope = scope,
        .received_at = tokens->received_at,
        .expires_at = time_after(tokens, tokens->expires_in),
        .refresh_at = time_after(tokens, tokens->refresh_in),
    };
    return account;
}

static bool copy_account(const struct book *book, struct book *out, struct cache_fault *fault)
{
    if (out == NULL || book_copy(&book->accounts[0], out))
        return true;
    fault->kind = DOORCODE_ERROR_NO_MEMORY;
    return false;
}

/* Copied before it is written: what cannot be told is not kept. */
static bool put(struct doorcode_cache *cache, const struct book_account *account, int64_t now, struct book *out,
                struct cache_fault *fault)
{
    struct book book;
    if (!cache_read(cache, &book, fault))
        return false;
    book_put(&book, account, now);
    bool kept = copy_account(&book, out, fault) && cache_write(cache, &book, fault);
    if (!kept && out != NULL)
        book_free(out);
    book_free(&book);
    return kept;
}

bool cache_keep(struct doorcode_cache *cache, const struct doorcode_client *client, const struct keep_facts *facts,
                const struct doorcode_tokens *tokens, struct book *account, struct cache_fault *fault)
{
    struct identity identity;
    identity_of(tokens, facts->username, &identity);
    const struct book_account fresh = account_of(client, facts, tokens, &identity);
    if (account != NULL)
        *account = (struct book){ 0 };
    if (book_can_hold(&fresh))
        return put(cache, &fresh, tokens->received_at, account, fault);
    fault->kind = DOORCODE_ERROR_CACHE;
    snprintf(fault->text, sizeof(fault->text),
             "the user's name or a token is empty, too long or has control characters");
    return false;
}
