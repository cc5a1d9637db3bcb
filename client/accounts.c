/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts of a cache, for the application. */
#include "cache_keep.h"
#include "errors.h"

#include <stdlib.h>

struct doorcode_accounts {
    struct book book;
};

static const struct doorcode_account_filter all = { 0 };

static const struct doorcode_error *make_list(struct book *book, struct doorcode_accounts **accounts)
{
    *accounts = malloc(sizeof(**accounts));
    if (*accounts == NULL) {
        book_free(book);
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    }
    (*accounts)->book = *book;
    return NULL;
}

const struct doorcode_error *doorcode_accounts_read(struct doorcode_cache *cache,
                                                    const struct doorcode_account_filter *filter,
                                                    struct doorcode_accounts **accounts)
{
    struct cache_fault fault;
    struct book book;
    *accounts = NULL;
    if (!cache_read(cache, &book, &fault))
        return cache_error(&fault);
    book_remove(&book, filter != NULL ? filter : &all, false);
    book_show(&book);
    return make_list(&book, accounts);
}

size_t doorcode_accounts_count(const struct doorcode_accounts *accounts)
{
    return accounts != NULL ? accounts->book.count : 0;
}

const struct doorcode_account *doorcode_accounts_at(const struct doorcode_accounts *accounts, size_t index)
{
    return index < doorcode_accounts_count(accounts) ? &accounts->book.accounts[index].shown : NULL;
}

void doorcode_accounts_free(struct doorcode_accounts *accounts)
{
    if (accounts == NULL)
        return;
    book_free(&accounts->book);
    free(accounts);
}

/* ---- changes ---- */

/* Changes the book; false where there is nothing to write. */
typedef bool book_changer(struct book *book, const struct doorcode_account_filter *filter, size_t *count);

static bool change(struct doorcode_cache *cache, book_changer *changer, const struct doorcode_account_filter *filter,
                   size_t *count, struct cache_fault *fault)
{
    struct book book;
    if (!cache_read(cache, &book, fault))
        return false;
    bool good = !changer(&book, filter != NULL ? filter : &all, count) || cache_write(cache, &book, fault);
    book_free(&book);
    return good;
}

/* *count tells of how many accounts it was; 0 where it failed. */
static const struct doorcode_error *change_in_turn(struct doorcode_cache *cache, book_changer *changer,
                                                   const struct doorcode_account_filter *filter, size_t *count)
{
    struct cache_fault fault;
    struct cache_turn turn;
    *count = 0;
    if (!cache_turn_wait(&turn, cache, &fault))
        return cache_error(&fault);
    bool good = change(cache, changer, filter, count, &fault);
    cache_turn_end(&turn, cache);
    if (good)
        return NULL;
    *count = 0;
    return cache_error(&fault);
}

static bool remove_those(struct book *book, const struct doorcode_account_filter *filter, size_t *count)
{
    *count = book_remove(book, filter, true);
    return *count > 0;
}

const struct doorcode_error *doorcode_accounts_remove(struct doorcode_cache *cache,
                                                      const struct doorcode_account_filter *filter, size_t *removed)
{
    size_t count;
    const struct doorcode_error *error = change_in_turn(cache, remove_those, filter, &count);
    if (removed != NULL)
        *removed = count;
    return error;
}

static bool use_one(struct book *book, const struct doorcode_account_filter *filter, size_t *count)
{
    bool found = book_use(book, filter);
    *count = found ? 1 : 0;
    return found;
}

const struct doorcode_error *doorcode_accounts_use(struct doorcode_cache *cache,
                                                   const struct doorcode_account_filter *filter)
{
    static const struct cache_fault nobody = { DOORCODE_ERROR_SIGNIN_REQUIRED, "" };
    size_t count;
    const struct doorcode_error *error = change_in_turn(cache, use_one, filter, &count);
    return error == NULL && count == 0 ? cache_error(&nobody) : error;
}

const struct doorcode_error *doorcode_accounts_keep(struct doorcode_cache *cache, const struct doorcode_client *client,
                                                    const char *username, const struct doorcode_tokens *tokens,
                                                    struct doorcode_accounts **account)
{
    const struct keep_facts facts = { .username = username, .scopes = client->scopes };
    struct cache_fault fault;
    struct cache_turn turn;
    struct book book = { 0 };
    if (account != NULL)
        *account = NULL;
    if (!cache_turn_wait(&turn, cache, &fault))
        return cache_error(&fault);
    bool kept = cache_keep(cache, client, &facts, tokens, account != NULL ? &book : NULL, &fault);
    cache_turn_end(&turn, cache);
    if (!kept)
        return cache_error(&fault);
    return account != NULL ? make_list(&book, account) : NULL;
}
