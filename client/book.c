/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to accounts and back. */
#include "book.h"

#include "base/buf.h"
#include "base/secret.h"
#include "client_limits.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

static const char first_line[] = "doorcode tokens 1\n";
static const char last_line[] = "end\n";

enum { NUMBER_TEXT = 20 };

/* The lines of an account, in their order. */
static const struct field {
    const char *name;
    size_t offset;
    size_t max;
    bool required;
} fields[] = {
#define SHOWN(member, max, required)                                        \
    {                                                                       \
#member, offsetof(struct book_account, shown.member), max, required \
    }
    SHOWN(authority, CLIENT_URL, true),
    SHOWN(client_id, CLIENT_WORD, true),
    SHOWN(id, CLIENT_ACCOUNT_ID, true),
    SHOWN(username, CLIENT_USERNAME, true),
    SHOWN(name, CLIENT_TEXT, false),
    SHOWN(tenant_id, CLIENT_WORD, false),
    SHOWN(id_token, CLIENT_TOKEN, false),
    { "refresh_token", offsetof(struct book_account, refresh_token), CLIENT_TOKEN, false },
#undef SHOWN
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct field scope_field = { "scope", 0, CLIENT_TEXT, false };
static const struct field received_field = { "received_at", 0, NUMBER_TEXT, true };
static const struct field expires_field = { "expires_at", 0, NUMBER_TEXT, true };
static const struct field refresh_field = { "refresh_at", 0, NUMBER_TEXT, true };
static const struct field token_field = { "access_token", 0, CLIENT_TOKEN, true };

static const char **text_of(struct book_account *account, const struct field *field)
{
    return (const char **)(void *)((char *)account + field->offset);
}

static const char *const_text_of(const struct book_account *account, const struct field *field)
{
    return *(const char *const *)(const void *)((const char *)account + field->offset);
}

/* ---- reading ---- */

struct cursor {
    char *at;
    char *end;
};

static bool is_plain(struct slice value)
{
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
            return false;
    }
    return true;
}

static bool fits(const struct field *field, struct slice value)
{
    return value.n <= field->max && (value.n > 0 || !field->required) && is_plain(value);
}

static bool starts(const struct cursor *cursor, const char *text)
{
    return slice_starts(slice_bytes(cursor->at, (size_t)(cursor->end - cursor->at)), slice_of(text));
}

/* Steps over a whole line, if it is the next one. */
static bool take_line(struct cursor *cursor, const char *line)
{
    if (!starts(cursor, line))
        return false;
    cursor->at += strlen(line);
    return true;
}

/* A line `name=value`, whose value becomes a text where it lies. */
static bool take_value(struct cursor *cursor, const struct field *field, const char **value)
{
    size_t n = strlen(field->name);
    if (!starts(cursor, field->name) || cursor->end - cursor->at <= (ptrdiff_t)n || cursor->at[n] != '=')
        return false;
    char *text = cursor->at + n + 1;
    char *newline = memchr(text, '\n', (size_t)(cursor->end - text));
    if (newline == NULL || !fits(field, slice_bytes(text, (size_t)(newline - text))))
        return false;
    *newline = '\0';
    *value = text;
    cursor->at = newline + 1;
    return true;
}

static bool take_number(struct cursor *cursor, const struct field *field, int64_t *out)
{
    const char *text;
    uint64_t number;
    if (!take_value(cursor, field, &text) || !slice_to_u64(slice_of(text), INT64_MAX, &number))
        return false;
    *out = (int64_t)number;
    return true;
}

static bool take_tokens(struct cursor *cursor, struct book_account *account)
{
    while (!starts(cursor, "\n")) {
        if (account->token_count == DOORCODE_CACHE_ACCESS_TOKENS)
            return false;
        struct doorcode_access_token *token = &account->tokens[account->token_count++];
        bool whole = take_value(cursor, &scope_field, &token->scope) &&
                     take_number(cursor, &received_field, &token->received_at) &&
                     take_number(cursor, &expires_field, &token->expires_at) &&
                     take_number(cursor, &refresh_field, &token->refresh_at) &&
                     take_value(cursor, &token_field, &token->token);
        if (!whole)
            return false;
    }
    return true;
}

static bool take_account(struct cursor *cursor, struct book_account *account)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!take_value(cursor, &fields[i], text_of(account, &fields[i])))
            return false;
    }
    return take_tokens(cursor, account);
}

static enum book_fault take_accounts(struct cursor *cursor, struct book *book)
{
    while (take_line(cursor, "\n")) {
        if (take_line(cursor, last_line))
            return cursor->at == cursor->end ? BOOK_GOOD : BOOK_DAMAGED;
        if (book->count == DOORCODE_CACHE_ACCOUNTS || !take_account(cursor, &book->accounts[book->count]))
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
    struct cursor cursor = { bytes, bytes + n };
    enum book_fault fault = BOOK_GOOD;
    *out = (struct book){ .bytes = bytes, .size = n };
    out->accounts = calloc(room_for(bytes, n), sizeof(*out->accounts));
    if (out->accounts == NULL)
        fault = BOOK_NO_MEMORY;
    else if (n > DOORCODE_CACHE_BYTES)
        fault = BOOK_DAMAGED;
    else if (n > 0)
        fault = take_line(&cursor, first_line) ? take_accounts(&cursor, out) : BOOK_UNKNOWN_FORMAT;
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
        if (!fits(&fields[i], slice_of(const_text_of(account, &fields[i]))))
            return false;
    }
    for (size_t i = 0; i < account->token_count; i++) {
        const struct doorcode_access_token *token = &account->tokens[i];
        bool good = fits(&scope_field, slice_of(token->scope)) && fits(&token_field, slice_of(token->token)) &&
                    token->received_at >= 0 && token->expires_at >= 0 && token->refresh_at >= 0;
        if (!good)
            return false;
    }
    return true;
}

static void put_value(struct buf *out, const char *name, const char *value)
{
    buf_puts(out, name);
    buf_putc(out, '=');
    buf_puts(out, value);
    buf_putc(out, '\n');
}

static void put_number(struct buf *out, const char *name, int64_t number)
{
    buf_fmt(out, "%s=%" PRId64 "\n", name, number);
}

static void put_account(struct buf *out, const struct book_account *account)
{
    buf_putc(out, '\n');
    for (size_t i = 0; i < FIELDS; i++)
        put_value(out, fields[i].name, const_text_of(account, &fields[i]));
    for (size_t i = 0; i < account->token_count; i++) {
        const struct doorcode_access_token *token = &account->tokens[i];
        put_value(out, scope_field.name, token->scope);
        put_number(out, received_field.name, token->received_at);
        put_number(out, expires_field.name, token->expires_at);
        put_number(out, refresh_field.name, token->refresh_at);
        put_value(out, token_field.name, token->token);
    }
}

/* At most so many bytes. */
static size_t size_of(const struct book_account *account)
{
    size_t size = 1;
    for (size_t i = 0; i < FIELDS; i++)
        size += strlen(fields[i].name) + strlen(const_text_of(account, &fields[i])) + 2;
    for (size_t i = 0; i < account->token_count; i++)
        size += sizeof("scope=\nreceived_at=\nexpires_at=\nrefresh_at=\naccess_token=\n") + (size_t)3 * NUMBER_TEXT +
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
