/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that accounts are kept in: what is written is read again, and nothing else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "book.h"
#include "client_limits.h"
#include "scopes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW 1790000000

static struct book_account account_of(const char *id, const char *scope, const char *token)
{
    struct book_account account = {
        .shown = { .authority = "https://petstore.example/petstore",
                   .client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31",
                   .id = id,
                   .username = "Sam@example.org",
                   .name = "Sam Sørensen",
                   .tenant_id = "t-1",
                   .signin_scope = "openid",
                   .id_token = "id.token.1" },
        .refresh_token = "refresh-1",
        .token_count = 1,
    };
    account.tokens[0] = (struct doorcode_access_token){ token, scope, NOW, NOW + 3600, NOW + 1800 };
    return account;
}

static char *copy_of(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    memcpy(copy, text, n);
    return copy;
}

static enum book_fault read_text(const char *text, struct book *book)
{
    return book_read(copy_of(text, strlen(text)), strlen(text), book);
}

/* A book read from nothing, with the accounts put one by one, each written and read before the next. */
static void put(struct book *book, const struct book_account *account)
{
    size_t n;
    book_put(book, account, NOW);
    char *bytes = book_write(book, &n);
    assert_non_null(bytes);
    book_free(book);
    assert_int_equal(book_read(bytes, n, book), BOOK_GOOD);
    book_show(book);
}

/* ---- both ways ---- */

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct book book = { 0 };
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    assert_int_equal(book.count, 0);
    const struct book_account sam = account_of("sam", "openid profile", "access=1 =");
    struct book_account kim = account_of("kim", "", "access-2");
    kim.shown.name = kim.shown.tenant_id = kim.shown.signin_scope = kim.shown.id_token = kim.refresh_token = "";
    kim.tokens[0].expires_at = 0;
    put(&book, &sam);
    put(&book, &kim);
    assert_int_equal(book.count, 2);
    const struct doorcode_account *shown = &book.accounts[0].shown;
    assert_string_equal(shown->id, "kim");
    assert_string_equal(shown->scope, "");
    assert_string_equal(shown->id_token, "");
    assert_int_equal(shown->expires_at, 0);
    assert_false(shown->has_refresh_token);
    shown = &book.accounts[1].shown;
    assert_string_equal(shown->authority, "https://petstore.example/petstore");
    assert_string_equal(shown->client_id, "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31");
    assert_string_equal(shown->id, "sam");
    assert_string_equal(shown->username, "Sam@example.org");
    assert_string_equal(shown->name, "Sam Sørensen");
    assert_string_equal(shown->tenant_id, "t-1");
    assert_string_equal(shown->signin_scope, "openid");
    assert_string_equal(shown->id_token, "id.token.1");
    assert_string_equal(book.accounts[1].refresh_token, "refresh-1");
    assert_int_equal(shown->access_token_count, 1);
    assert_string_equal(shown->access_tokens[0].token, "access=1 =");
    assert_string_equal(shown->access_tokens[0].scope, "openid profile");
    assert_int_equal(shown->access_tokens[0].received_at, NOW);
    assert_int_equal(shown->expires_at, NOW + 3600);
    assert_int_equal(shown->access_tokens[0].refresh_at, NOW + 1800);
    assert_true(shown->has_refresh_token);
    book_free(&book);
}

/* So that a change of the format is one that somebody has meant. */
static void the_bytes_are_these(void **state)
{
    (void)state;
    struct book book = { 0 };
    const struct book_account sam = account_of("sam", "openid", "access-1");
    static const char expected[] = "doorcode tokens 2\n"
                                   "\n"
                                   "authority=https://petstore.example/petstore\n"
                                   "client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
                                   "id=sam\n"
                                   "username=Sam@example.org\n"
                                   "name=Sam Sørensen\n"
                                   "tenant_id=t-1\n"
                                   "signin_scope=openid\n"
                                   "id_token=id.token.1\n"
                                   "refresh_token=refresh-1\n"
                                   "scope=openid\n"
                                   "received_at=1790000000\n"
                                   "expires_at=1790003600\n"
                                   "refresh_at=1790001800\n"
                                   "access_token=access-1\n"
                                   "\n"
                                   "end\n";
    size_t n;
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    book_put(&book, &sam, NOW);
    char *bytes = book_write(&book, &n);
    assert_int_equal(n, sizeof(expected) - 1);
    assert_memory_equal(bytes, expected, n);
    free(bytes);
    book_free(&book);
    assert_int_equal(read_text(expected, &book), BOOK_GOOD);
    book_free(&book);
}

/* ---- what is refused ---- */

#define HEAD "doorcode tokens 2\n\n"
#define KEY "authority=a\nclient_id=c\nid=i\nusername=u\n"
#define REST "name=\ntenant_id=\nsignin_scope=\nid_token=\nrefresh_token=\n"
#define TOKEN "scope=\nreceived_at=1\nexpires_at=2\nrefresh_at=0\naccess_token=t\n"
#define TAIL "\nend\n"

static void other_bytes_are_refused(void **state)
{
    static const char *const good[] = {
        HEAD "end\n",
        HEAD KEY REST TAIL,
        HEAD KEY REST TOKEN TOKEN TAIL,
        HEAD KEY REST TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN "\n" KEY REST TAIL,
    };
    static const char *const unknown[] = {
        "x",
        "\n",
        "end\n",
        "{\"version\":1,\"accounts\":[]}",
        "doorcode tokens 3\n\nend\n",
        "doorcode tokens 2",
        "doorcode tokens 2\r\n\r\nend\r\n",
    };
    static const char *const damaged[] = {
        "doorcode tokens 2\n",
        HEAD,
        HEAD "end",
        HEAD "end\n\n",
        HEAD "end\nx",
        HEAD "\nend\n",
        HEAD KEY REST,
        HEAD KEY REST "\n",
        HEAD KEY REST "end\n",
        HEAD KEY TAIL,
        HEAD REST KEY TAIL,
        HEAD KEY "name\ntenant_id=\nsignin_scope=\nid_token=\nrefresh_token=\n" TAIL,
        HEAD KEY "name=a\tb\ntenant_id=\nsignin_scope=\nid_token=\nrefresh_token=\n" TAIL,
        HEAD KEY "name=a\x7f\ntenant_id=\nsignin_scope=\nid_token=\nrefresh_token=\n" TAIL,
        HEAD "authority=\nclient_id=c\nid=i\nusername=u\n" REST TAIL,
        HEAD KEY REST "scope=\nreceived_at=\nexpires_at=2\nrefresh_at=0\naccess_token=t\n" TAIL,
        HEAD KEY REST "scope=\nreceived_at=-1\nexpires_at=2\nrefresh_at=0\naccess_token=t\n" TAIL,
        HEAD KEY REST "scope=\nreceived_at=1\nexpires_at=9223372036854775808\nrefresh_at=0\naccess_token=t\n" TAIL,
        HEAD KEY REST "scope=\nreceived_at=1\nexpires_at=2\nrefresh_at=0\naccess_token=\n" TAIL,
        HEAD KEY REST "scope=\nreceived_at=1\nexpires_at=2\nrefresh_at=0\n" TAIL,
        HEAD KEY REST TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TOKEN TAIL,
    };
    struct book book;
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (read_text(good[i], &book) != BOOK_GOOD)
            fail_msg("not read: %s", good[i]);
        book_free(&book);
    }
    for (size_t i = 0; i < COUNT(unknown); i++) {
        if (read_text(unknown[i], &book) != BOOK_UNKNOWN_FORMAT || book.count != 0)
            fail_msg("known: %s", unknown[i]);
    }
    for (size_t i = 0; i < COUNT(damaged); i++) {
        if (read_text(damaged[i], &book) != BOOK_DAMAGED || book.count != 0)
            fail_msg("read: %s", damaged[i]);
    }
}

/* No byte more or less, wherever it is cut. */
static void every_part_is_damaged(void **state)
{
    static const char whole[] = HEAD KEY REST TOKEN "\n" KEY REST TAIL;
    struct book book;
    (void)state;
    for (size_t n = 1; n < sizeof(whole) - 1; n++) {
        if (book_read(copy_of(whole, n), n, &book) == BOOK_GOOD)
            fail_msg("the first %zu of %zu bytes were read", n, sizeof(whole) - 1);
    }
    static const char with_nul[] = HEAD "authority=a\0b\nclient_id=c\nid=i\nusername=u\n" REST TAIL;
    assert_int_equal(book_read(copy_of(with_nul, sizeof(with_nul) - 1), sizeof(with_nul) - 1, &book), BOOK_DAMAGED);
}

/* ---- what cannot be written ---- */

static void values_that_would_break_a_line(void **state)
{
    static char long_token[CLIENT_TOKEN + 2];
    static char long_name[CLIENT_USERNAME + 2];
    (void)state;
    memset(long_token, 'a', CLIENT_TOKEN + 1);
    memset(long_name, 'a', CLIENT_USERNAME + 1);
    struct book_account account = account_of("sam", "openid", "t");
    assert_true(book_can_hold(&account));
    account = account_of("", "openid", "t");
    assert_false(book_can_hold(&account));
    account = account_of("sam", "openid\nend", "t");
    assert_false(book_can_hold(&account));
    account = account_of("sam", "openid", "");
    assert_false(book_can_hold(&account));
    account = account_of("sam", "openid", "t\x01");
    assert_false(book_can_hold(&account));
    account = account_of("sam", "openid", long_token);
    assert_false(book_can_hold(&account));
    account = account_of("sam", "openid", long_token + 1);
    assert_true(book_can_hold(&account));
    account = account_of("sam", "openid", "t");
    account.shown.username = long_name;
    assert_false(book_can_hold(&account));
    account.shown.username = "u";
    account.refresh_token = "a\r";
    assert_false(book_can_hold(&account));
    account.refresh_token = "a";
    account.tokens[0].expires_at = -1;
    assert_false(book_can_hold(&account));
}

static void the_oldest_makes_room(void **state)
{
    struct book book;
    char id[16];
    (void)state;
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    for (int i = 0; i < DOORCODE_CACHE_ACCOUNTS + 3; i++) {
        snprintf(id, sizeof id, "u%d", i);
        const struct book_account account = account_of(id, "openid", "t");
        put(&book, &account);
    }
    assert_int_equal(book.count, DOORCODE_CACHE_ACCOUNTS);
    assert_null(book_find(&book, &(struct doorcode_account_filter){ .username = "u2" }));
    assert_non_null(book_find(&book, &(struct doorcode_account_filter){ .username = "u3" }));
    assert_string_equal(book.accounts[0].shown.id, "u102");
    book_free(&book);
}

/* The largest accounts are fewer, so that all of them have less than the most bytes. */
static void large_ones_make_room_too(void **state)
{
    static char token[CLIENT_TOKEN + 1];
    struct book book;
    char id[16];
    char scope[16];
    (void)state;
    memset(token, 'a', CLIENT_TOKEN);
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof id, "u%d", i);
        struct book_account account = account_of(id, "openid", token);
        for (; account.token_count < DOORCODE_CACHE_ACCESS_TOKENS; account.token_count++)
            account.tokens[account.token_count] = account.tokens[0];
        account.refresh_token = account.shown.id_token = token;
        put(&book, &account);
    }
    assert_in_range(book.count, 45, 59);
    assert_in_range(book.size, DOORCODE_CACHE_BYTES - 200000, DOORCODE_CACHE_BYTES);
    assert_string_equal(book.accounts[0].shown.id, "u59");
    snprintf(scope, sizeof scope, "%s", book.accounts[book.count - 1].shown.id);
    assert_string_not_equal(scope, "u0");
    book_free(&book);
}

/* ---- one account ---- */

static void the_former_account_gives_what_is_missing(void **state)
{
    struct book book;
    (void)state;
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    struct book_account account = account_of("sam", "openid", "openid-1");
    put(&book, &account);
    account = account_of("sam", "openid api://a/Read api://a/Write", "a-1");
    put(&book, &account);
    account = account_of("sam", "api://b/Read", "b-1");
    account.refresh_token = account.shown.id_token = account.shown.name = account.shown.signin_scope = "";
    put(&book, &account);
    account = account_of("sam", "API://A/write offline_access", "a-2");
    account.refresh_token = "refresh-2";
    account.shown.signin_scope = "";
    put(&book, &account);
    assert_int_equal(book.count, 1);
    const struct book_account *kept = &book.accounts[0];
    assert_int_equal(kept->token_count, 3);
    assert_string_equal(kept->tokens[0].token, "a-2");
    assert_string_equal(kept->tokens[1].token, "b-1");
    assert_string_equal(kept->tokens[2].token, "openid-1");
    assert_string_equal(kept->refresh_token, "refresh-2");
    assert_string_equal(kept->shown.id_token, "id.token.1");
    assert_string_equal(kept->shown.name, "Sam Sørensen");
    assert_string_equal(kept->shown.signin_scope, "openid");
    book_free(&book);
}

static void old_and_supernumerary_tokens_go(void **state)
{
    struct book book;
    char scope[32];
    (void)state;
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    struct book_account account = account_of("sam", "api://old/Read", "old");
    account.tokens[0].expires_at = NOW;
    put(&book, &account);
    for (int i = 0; i < DOORCODE_CACHE_ACCESS_TOKENS + 2; i++) {
        snprintf(scope, sizeof scope, "api://%d/Read", i);
        account = account_of("sam", scope, "t");
        put(&book, &account);
    }
    const struct book_account *kept = &book.accounts[0];
    assert_int_equal(kept->token_count, DOORCODE_CACHE_ACCESS_TOKENS);
    assert_string_equal(kept->tokens[0].scope, "api://9/Read");
    assert_string_equal(kept->tokens[7].scope, "api://2/Read");
    book_free(&book);
}

static void accounts_are_found_by_what_is_told(void **state)
{
    static const struct {
        struct doorcode_account_filter wanted;
        bool found;
    } rows[] = {
        { { NULL, NULL, NULL }, true },
        { { "https://petstore.example/petstore", "1F8B7C66-3A1D-4F5E-9C42-7D2E0B9A8C31", "sam@EXAMPLE.org" }, true },
        { { NULL, NULL, "uid.utid" }, true },
        { { NULL, NULL, "UID.utid" }, false }, /* an id is no name */
        { { "https://PETSTORE.example/petstore", NULL, NULL }, false },
        { { NULL, "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", NULL }, false },
        { { NULL, NULL, "kim@example.org" }, false },
        { { NULL, NULL, "" }, false },
    };
    struct book book;
    (void)state;
    assert_int_equal(book_read(NULL, 0, &book), BOOK_GOOD);
    const struct book_account account = account_of("uid.utid", "openid", "t");
    put(&book, &account);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((book_find(&book, &rows[i].wanted) != NULL) != rows[i].found)
            fail_msg("row %zu", i);
    }
    assert_int_equal(book_remove(&book, &rows[6].wanted, true), 0);
    assert_int_equal(book_remove(&book, &rows[2].wanted, false), 0);
    assert_int_equal(book_remove(&book, &rows[2].wanted, true), 1);
    book_free(&book);
}

/* ---- scopes ---- */

static void scopes_are_sets(void **state)
{
    static const struct {
        const char *granted, *wanted;
        bool serves;
    } rows[] = {
        { "openid profile", "openid profile offline_access", true },
        { "openid profile", "openid email", false },
        { "", "", true },
        { "", "offline_access", true },
        { "", "openid", true },
        { "api://a/Read", "openid profile offline_access api://a/Read", true },
        { "api://a/Write api://a/Read", "API://a/read", true },
        { "api://a/Read", "api://a/Read api://a/Write", false },
        { "api://a/ReadAll", "api://a/Read", false },
        { "api://a/Read", "openid", false },
        { "openid api://a/Read", "openid", false },
        { "OpenID Email", "openid email", true },
    };
    static const struct {
        const char *newer, *older;
        bool replaces;
    } pairs[] = {
        { "openid", "profile", true },
        { "openid", "openid api://a/Read", false },
        { "openid api://a/Read", "openid", false },
        { "api://a/Read api://a/Write", "API://A/WRITE", true },
        { "api://a/Read", "api://b/Read", false },
        { "", "", true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (scopes_serve(rows[i].granted, rows[i].wanted) != rows[i].serves)
            fail_msg("'%s' for '%s'", rows[i].granted, rows[i].wanted);
    }
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (scopes_replace(pairs[i].newer, pairs[i].older) != pairs[i].replaces)
            fail_msg("'%s' in place of '%s'", pairs[i].newer, pairs[i].older);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_bytes_are_these),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(every_part_is_damaged),
        cmocka_unit_test(values_that_would_break_a_line),
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(large_ones_make_room_too),
        cmocka_unit_test(the_former_account_gives_what_is_missing),
        cmocka_unit_test(old_and_supernumerary_tokens_go),
        cmocka_unit_test(accounts_are_found_by_what_is_told),
        cmocka_unit_test(scopes_are_sets),
    };
    return cmocka_run_group_tests_name("client: book", tests, NULL, NULL);
}
