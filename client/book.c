/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to accounts and back. */
#include "book.h"

#include "base/secret.h"
#include "client_limits.h"
#include "lines.h"

#include <stddef.h>
#include <stdlib.h>

static const char first_line[] = "doorcode tokens 2\n";
static const char last_line[] = "end\n";

/* The lines of an account, in their order. */
static const struct field {
    struct line_rule rule;
    size_t offset;
} fields[] = {
#define SHOWN(member, max, required)                                            \
    {                                                                           \
        { #member, max, required }, offsetof(struct book_account, shown.member) \
    }
    SHOWN(authority, CLIENT_URL, true),
    SHOWN(client_id, CLIENT_WORD, true),
    SHOWN(id, CLIENT_ACCOUNT_ID, true),
    SHOWN(username, CLIENT_USERNAME, true),
    SHOWN(name, CLIENT_TEXT, false),
    SHOWN(tenant_id, CLIENT_WORD, false),
    SHOWN(signin_scope, CLIENT_TEXT, false),
    SHOWN(id_token, CLIENT_TOKEN, false),
    { { "refresh_token", CLIENT_TOKEN, false }, offsetof(struct book_account, refresh_token) },
#undef SHOWN
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* And those of each access token. */
static const struct line_rule scope_rule = { "scope", CLIENT_TEXT, false };
static const char received[] = "received_at";
static const char expires[] = "expires_at";
static const char refresh[] = "refresh_at";
static const struct line_rule token_rule = { "access_token", CLIENT_TOKEN, true };

static const char **text_of(struct book_account *account, const struct field *field)
{
    return (const char **)(void *)((char *)account + field->offset);
}

static const char *const_text_of(const struct book_account *account, const struct field *field)
{
    return *(const char *const *)(const void *)((const char *)account + field->offset);
}

/* ---- reading ---- */

static bool take_tokens(struct lines *lines, struct book_account *account)
{
    while (!lines_start(lines, "\n")) {
        if (account->token_count == DOORCODE_CACHE_ACCESS_TOKENS)
            return false;
        struct doorcode_access_token *token = &account->tokens[account->token_count++];
        bool whole = lines_value(lines, &scope_rule, &token->scope) &&
                     lines_number(lines, received, INT64_MAX, &token->received_at) &&
                     lines_number(lines, expires, INT64_MAX, &token->expires_at) &&
                     lines_number(lines, refresh, INT64_MAX, &token->refresh_at) &&
                     lines_value(lines, &token_rule, &token->token);
        if (!whole)
            return false;
    }
    return true;
}

static bool take_account(struct lines *lines, struct book_account *account)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!lines_value(lines, &fields[i].rule, text_of(account, &fields[i])))
            return false;
    }
    return take_tokens(lines, account);
}

static enum book_fault take_accounts(struct lines *lines, struct book *book)
{
    while (lines_take(lines, "\n")) {
        if (lines_take(lines, last_line))
            return lines->at == lines->end ? BOOK_GOOD : BOOK_DAMAGED;
        if (book->count == DOORCODE_CACHE_ACCOUNTS || !take_account(lines, &book->accounts[book->count]))
            return BOOK_DAMAGED;
        book->count++;
    }
    return BOOK_DAMAGED;
}

/* As many accounts as there can be in these bytes, and one more. */
static size_t room_for(const char *bytes, size_t n)
{
    size_t blocks = 1;
    for (size_t i = 1; i < n; i++)
        blocks += bytes[i - 1] == '\n' && bytes[i] == '\n';
    return blocks < DOORCODE_CACHE_ACCOUNTS ? blocks : DOORCODE_CACHE_ACCOUNTS + 1;
}

enum book_fault book_read(char *bytes, size_t n, struct book *out)
{
    struct lines lines = { bytes, bytes + n };
    enum book_fault fault = BOOK_GOOD;
    *out = (struct book){ .bytes = bytes, .size = n };
    out->accounts = calloc(room_for(bytes, n), sizeof(*out->accounts));
    if (out->accounts == NULL)
        fault = BOOK_NO_MEMORY;
    else if (n > DOORCODE_CACHE_BYTES)
        fault = BOOK_DAMAGED;
    else if (n > 0)
        fault = lines_take(&lines, first_line) ? take_accounts(&lines, out) : BOOK_UNKNOWN_FORMAT;
    if (fault != BOOK_GOOD)
        book_free(out);
    return fault;
}

void book_free(struct book *book)
{
    if (book->bytes != NULL)
        wipe(book->bytes, book->size);
    free(book->bytes);
    free(book->accounts);
    *book = (struct book){ 0 };
}

/* ---- writing ---- */

bool book_can_hold(const struct book_account *account)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!line_fits(&fields[i].rule, slice_of(const_text_of(account, &fields[i]))))
            return false;
    }
    for (size_t i = 0; i < account->token_count; i++) {
        const struct doorcode_access_token *token = &account->tokens[i];
        bool good = line_fits(&scope_rule, slice_of(token->scope)) && line_fits(&token_rule, slice_of(token->token)) &&
                    token->received_at >= 0 && token->expires_at >= 0 && token->refresh_at >= 0;
        if (!good)
            return false;
    }
    return true;
}

static void put_account(struct buf *out, const struct book_account *account)
{
    buf_putc(out, '\n');
    for (size_t i = 0; i < FIELDS; i++)
        line_put(out, fields[i].rule.name, const_text_of(account, &fields[i]));
    for (size_t i = 0; i < account->token_count; i++) {
        const struct doorcode_access_token *token = &account->tokens[i];
        line_put(out, scope_rule.name, token->scope);
        line_put_number(out, received, token->received_at);
        line_put_number(out, expires, token->expires_at);
        line_put_number(out, refresh, token->refresh_at);
        line_put(out, token_rule.name, token->token);
    }
}

/* At most so many bytes. */
static size_t size_of(const struct book_account *account)
{
    size_t size = 1;
    for (size_t i = 0; i < FIELDS; i++)
        size += strlen(fields[i].rule.name) + strlen(const_text_of(account, &fields[i])) + 2;
    for (size_t i = 0; i < account->token_count; i++)
        size += sizeof("scope=\nreceived_at=\nexpires_at=\nrefresh_at=\naccess_token=\n") + (size_t)3 * LINE_NUMBER +
                strlen(account->tokens[i].scope) + strlen(account->tokens[i].token);
    return size;
}

char *book_write(const struct book *book, size_t *n)
{
    size_t size = sizeof(first_line) + sizeof(last_line) + 1;
    size_t count = 0;
    while (count < book->count && count < DOORCODE_CACHE_ACCOUNTS) {
        size_t more = size_of(&book->accounts[count]);
        if (size + more > DOORCODE_CACHE_BYTES)
            break;
        size += more;
        count++;
    }
    char *bytes = malloc(size);
    struct buf out;
    if (bytes == NULL)
        return NULL;
    buf_init(&out, bytes, size);
    buf_puts(&out, first_line);
    for (size_t i = 0; i < count; i++)
        put_account(&out, &book->accounts[i]);
    buf_putc(&out, '\n');
    buf_puts(&out, last_line);
    *n = out.n;
    return bytes;
}

bool book_copy(const struct book_account *account, struct book *out)
{
    struct book one = { .accounts = (struct book_account *)(uintptr_t)account, .count = 1 };
    size_t n = 0;
    char *bytes = book_write(&one, &n);
    if (bytes == NULL || book_read(bytes, n, out) != BOOK_GOOD)
        return false;
    book_show(out);
    return true;
}
