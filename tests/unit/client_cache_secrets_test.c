/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that are kept, told, taken out and removed are left in no memory that is given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cache_places.h"

#include <malloc.h>
#include <time.h>

#define SECRET "Sesame-0pen-5esame"

/* ---- whoever frees memory, here or in a library, shows it first ---- */

static bool watching;
static unsigned freed, leaks;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CAN_WATCH = 0 }; /* the sanitizer has an allocator of its own */
#else
enum { CAN_WATCH = 1 };

void __libc_free(void *p);

void free(void *p)
{
    if (watching && p != NULL) {
        freed++;
        leaks += memmem(p, malloc_usable_size(p), "0pen", 4) != NULL;
    }
    __libc_free(p);
}
#endif

static const struct doorcode_error *open_file(struct doorcode_cache **cache)
{
    return doorcode_cache_file(NULL, cache);
}

static const struct doorcode_error *open_keyring(struct doorcode_cache **cache)
{
    return doorcode_cache_secret_service("doorcode-secrets", cache);
}

/* The whole life of an account; the number of steps that were as they should be. */
static int live(const struct doorcode_error *(*open)(struct doorcode_cache **cache),
                const struct doorcode_tokens *tokens)
{
    struct doorcode_accounts *accounts = NULL;
    struct doorcode_client *client;
    struct doorcode_cache *cache;
    struct doorcode_flow *flow;
    int good = open(&cache) == NULL;
    client = places_client(cache);
    good += doorcode_accounts_keep(cache, client, "sam@example.org", tokens, &accounts) == NULL;
    good += doorcode_accounts_count(accounts) == 1;
    doorcode_accounts_free(accounts);
    good += doorcode_accounts_keep(cache, client, "kim@example.org", tokens, NULL) == NULL;
    good += doorcode_token_get(client, "sam@example.org", NULL, 0, &flow) == DOORCODE_COMPLETED;
    doorcode_flow_free(flow);
    good += doorcode_accounts_read(cache, NULL, &accounts) == NULL;
    doorcode_accounts_free(accounts);
    good += doorcode_accounts_remove(cache, NULL, NULL) == NULL;
    doorcode_client_free(client);
    doorcode_cache_free(cache);
    return good;
}

static void expect_nothing_left(const struct doorcode_error *(*open)(struct doorcode_cache **cache))
{
    struct doorcode_tokens tokens = places_tokens;
    tokens.access_token = SECRET "." SECRET;
    tokens.refresh_token = SECRET;
    tokens.id_token = SECRET "." SECRET "." SECRET;
    tokens.received_at = (int64_t)time(NULL);
    if (!CAN_WATCH)
        skip();
    freed = leaks = 0;
    watching = true;
    int good = live(open, &tokens);
    watching = false;
    assert_int_equal(good, 7);
    assert_true(freed > 20);
    if (leaks > 0)
        fail_msg("a token in %u of %u blocks that were freed", leaks, freed);
}

static void in_memory(void **state)
{
    (void)state;
    expect_nothing_left(doorcode_cache_memory);
}

static void in_a_file(void **state)
{
    (void)state;
    expect_nothing_left(open_file);
}

/* What sd-bus had of them is told to be wiped, too. */
static void in_the_keyring(void **state)
{
    (void)state;
    if (getenv("DOORCODE_TEST_KEYRING") == NULL)
        skip();
    expect_nothing_left(open_keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(in_memory),
        CASE(in_a_file),
        CASE(in_the_keyring),
    };
    return cmocka_run_group_tests_name("client: secrets of a cache", tests, NULL, NULL);
}
