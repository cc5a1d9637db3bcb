/* SPDX-License-Identifier: Apache-2.0 */
/* book.h: the accounts of a cache and the bytes that keep them (docs/decisions/016-…): a first line with the format, then a block
 * of lines `name=value` for each account, an empty line before each block, `end` after the last.
 *
 *     doorcode tokens 2
 *
 *     authority=https://petstore.ciamlogin.com/petstore.onmicrosoft.com
 *     client_id=… id=… username=… name=… tenant_id=… signin_scope=… id_token=… refresh_token=…     (a line each)
 *     scope=… received_at=… expires_at=… refresh_at=… access_token=…                (up to 8 times)
 *
 *     end
 *
 * Names and order are fixed. Values hold no control characters, so that there is nothing to escape, and what was read is used
 * where it lies: no token is ever copied. Pure but for memory. */
#ifndef DOORCODE_CLIENT_BOOK_H
#define DOORCODE_CLIENT_BOOK_H

#include "doorcode/account.h"

#include <stdbool.h>

/* An account with what is not shown of it. The pointers of `shown` to its access tokens and what is told of the newest
 * of them are set by book_show. */
struct book_account {
    struct doorcode_account shown;
    const char *refresh_token;
    struct doorcode_access_token tokens[DOORCODE_CACHE_ACCESS_TOKENS]; /* the newest first */
    size_t token_count;
};

struct book {
    char *bytes; /* what the texts of accounts that were read point into; wiped by book_free */
    size_t size;
    struct book_account *accounts; /* the one used last first; room for one more than were read */
    size_t count;
};

enum book_fault { BOOK_GOOD, BOOK_NO_MEMORY, BOOK_UNKNOWN_FORMAT, BOOK_DAMAGED };

/* Takes malloc'ed bytes over, in any case. NULL and 0 are an empty book. Where it is not GOOD, the book is empty. */
enum book_fault book_read(char *bytes, size_t n, struct book *out);
/* The bytes of a book, malloc'ed, which hold tokens. Accounts at the end that are too many or too large stay out. NULL
 * without memory. */
char *book_write(const struct book *book, size_t *n);
void book_free(struct book *book); /* also for a book of zeros */

/* Whether all values can be written. */
bool book_can_hold(const struct book_account *account);
/* Puts an account first, in place of the one with its key (authority, client id, id). What it lacks of refresh token, id token,
 * name and scope of the sign-in is taken from there, and so are the access tokens that still live at `now` and are not replaced. Its texts
 * are borrowed. */
void book_put(struct book *book, const struct book_account *account, int64_t now);
/* The first that fits, or NULL. */
struct book_account *book_find(const struct book *book, const struct doorcode_account_filter *wanted);
/* Makes the first that fits the first of all; false where none fits. */
bool book_use(struct book *book, const struct doorcode_account_filter *wanted);
/* Removes those that fit, or (`fitting` false) all others; their number. */
size_t book_remove(struct book *book, const struct doorcode_account_filter *wanted, bool fitting);
/* A book of its own with this account only. False without memory. */
bool book_copy(const struct book_account *account, struct book *out);
/* Completes what is shown of all accounts; they must not move after it. */
void book_show(struct book *book);

#endif
