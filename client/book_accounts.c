/* SPDX-License-Identifier: Apache-2.0 */
/* Finding, adding and removing accounts. */
#include "base/slice.h"
#include "book.h"
#include "scopes.h"

static bool same_nocase(const char *a, const char *b)
{
    return slice_eq_nocase(slice_of(a), slice_of(b));
}

static bool is_wanted(const struct doorcode_account *account, const struct doorcode_account_filter *wanted)
{
    bool authority = wanted->authority == NULL || strcmp(account->authority, wanted->authority) == 0;
    bool client = wanted->client_id == NULL || same_nocase(account->client_id, wanted->client_id);
    bool user = wanted->username == NULL || same_nocase(account->username, wanted->username) ||
                strcmp(account->id, wanted->username) == 0;
    return authority && client && user;
}

struct book_account *book_find(const struct book *book, const struct doorcode_account_filter *wanted)
{
    for (size_t i = 0; i < book->count; i++) {
        if (is_wanted(&book->accounts[i].shown, wanted))
            return &book->accounts[i];
    }
    return NULL;
}

bool book_use(struct book *book, const struct doorcode_account_filter *wanted)
{
    struct book_account *found = book_find(book, wanted);
    if (found == NULL)
        return false;
    const struct book_account first = *found;
    memmove(&book->accounts[1], &book->accounts[0], (size_t)(found - book->accounts) * sizeof(first));
    book->accounts[0] = first;
    return true;
}

size_t book_remove(struct book *book, const struct doorcode_account_filter *wanted, bool fitting)
{
    size_t kept = 0;
    for (size_t i = 0; i < book->count; i++) {
        if (is_wanted(&book->accounts[i].shown, wanted) != fitting)
            book->accounts[kept++] = book->accounts[i];
    }
    size_t removed = book->count - kept;
    book->count = kept;
    return removed;
}

void book_show(struct book *book)
{
    for (size_t i = 0; i < book->count; i++) {
        struct book_account *account = &book->accounts[i];
        struct doorcode_account *shown = &account->shown;
        bool has_token = account->token_count > 0;
        shown->access_tokens = account->tokens;
        shown->access_token_count = account->token_count;
        shown->scope = has_token ? account->tokens[0].scope : "";
        shown->expires_at = has_token ? account->tokens[0].expires_at : 0;
        shown->has_refresh_token = account->refresh_token[0] != '\0';
    }
}

/* ---- putting ---- */

static bool same_key(const struct book_account *a, const struct book_account *b)
{
    return strcmp(a->shown.authority, b->shown.authority) == 0 && same_nocase(a->shown.client_id, b->shown.client_id) &&
           strcmp(a->shown.id, b->shown.id) == 0;
}

static const char *first_of(const char *newer, const char *older)
{
    return newer[0] != '\0' ? newer : older;
}

static bool is_replaced(const struct book_account *account, const struct doorcode_access_token *older)
{
    for (size_t i = 0; i < account->token_count; i++) {
        if (scopes_replace(account->tokens[i].scope, older->scope))
            return true;
    }
    return false;
}

static void take_over(struct book_account *account, const struct book_account *former, int64_t now)
{
    size_t newer = account->token_count;
    account->refresh_token = first_of(account->refresh_token, former->refresh_token);
    account->shown.id_token = first_of(account->shown.id_token, former->shown.id_token);
    account->shown.name = first_of(account->shown.name, former->shown.name);
    account->shown.tenant_id = first_of(account->shown.tenant_id, former->shown.tenant_id);
    account->shown.signin_scope = first_of(account->shown.signin_scope, former->shown.signin_scope);
    size_t count = newer;
    for (size_t i = 0; i < former->token_count && count < DOORCODE_CACHE_ACCESS_TOKENS; i++) {
        const struct doorcode_access_token *older = &former->tokens[i];
        if (older->expires_at > now && !is_replaced(account, older))
            account->tokens[count++] = *older;
    }
    account->token_count = count;
}

void book_put(struct book *book, const struct book_account *account, int64_t now)
{
    struct book_account first = *account;
    size_t kept = 0;
    for (size_t i = 0; i < book->count; i++) {
        const struct book_account *other = &book->accounts[i];
        if (same_key(other, account))
            take_over(&first, other, now);
        else
            book->accounts[kept++] = *other;
    }
    memmove(&book->accounts[1], &book->accounts[0], kept * sizeof(*book->accounts));
    book->accounts[0] = first;
    book->count = kept + 1;
}
