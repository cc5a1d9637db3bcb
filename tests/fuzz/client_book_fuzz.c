/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the accounts of a cache: refused, or read, and then written and read again they are the same. */
#include "base/err.h"
#include "book.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touch(const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        ASSERT((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
    return n;
}

static void look_at(const struct book_account *account)
{
    const struct doorcode_account *shown = &account->shown;
    ASSERT(book_can_hold(account));
    ASSERT(touch(shown->authority) > 0 && touch(shown->client_id) > 0 && touch(shown->id) > 0);
    ASSERT(touch(shown->username) > 0);
    touch(shown->name);
    touch(shown->tenant_id);
    touch(shown->id_token);
    ASSERT((touch(account->refresh_token) > 0) == (shown->has_refresh_token != 0));
    ASSERT(shown->access_token_count == account->token_count);
    for (size_t i = 0; i < account->token_count; i++) {
        touch(account->tokens[i].scope);
        ASSERT(touch(account->tokens[i].token) > 0 && account->tokens[i].expires_at >= 0);
    }
}

static struct book read_copy(const uint8_t *data, size_t size, enum book_fault *fault)
{
    struct book book;
    char *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    *fault = book_read(copy, size, &book);
    book_show(&book);
    return book;
}

/* As text they are the same again. */
static void write_twice(const struct book *book)
{
    size_t n = 0;
    size_t again_n = 0;
    enum book_fault fault;
    char *bytes = book_write(book, &n);
    if (bytes == NULL)
        abort();
    struct book again = read_copy((const uint8_t *)bytes, n, &fault);
    ASSERT(fault == BOOK_GOOD && again.count == book->count);
    char *again_bytes = book_write(&again, &again_n);
    ASSERT(again_bytes != NULL && again_n == n && memcmp(bytes, again_bytes, n) == 0);
    free(bytes);
    free(again_bytes);
    book_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum book_fault fault;
    struct book book = read_copy(data, size, &fault);
    ASSERT(fault == BOOK_GOOD || (book.count == 0 && book.bytes == NULL));
    for (size_t i = 0; i < book.count; i++)
        look_at(&book.accounts[i]);
    if (fault == BOOK_GOOD)
        write_twice(&book);
    if (book.count > 0) {
        struct book_account last = book.accounts[book.count - 1];
        book_put(&book, &last, 1); /* there is room for one more */
        look_at(&last);
        write_twice(&book);
    }
    book_free(&book);
    return 0;
}
