/* SPDX-License-Identifier: Apache-2.0 */
/* What every place for tokens does alike: in memory, in a file, in the application's own place and, with
 * DOORCODE_TEST_KEYRING (with_bus.sh), in the keyring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache.h"
#include "support/cache_shelf.h"

#include <pthread.h>
#include <sys/wait.h>

/* ---- the places ---- */

static const struct doorcode_error *open_memory(struct doorcode_cache **cache)
{
    return doorcode_cache_memory(cache);
}

static const struct doorcode_error *open_file(struct doorcode_cache **cache)
{
    return doorcode_cache_file(NULL, cache);
}

static const struct doorcode_error *open_keyring(struct doorcode_cache **cache)
{
    return doorcode_cache_secret_service("doorcode-test", cache);
}

static const struct place {
    const char *name;
    const struct doorcode_error *(*open)(struct doorcode_cache **cache);
    bool lasts; /* beyond doorcode_cache_free */
} places[] = {
    { "memory", open_memory, false },
    { "file", open_file, true },
    { "custom", open_shelf, false },
    { "keyring", open_keyring, true }, /* the last */
};

static struct doorcode_cache *cache;

static void open_place(const struct place *place)
{
    const struct doorcode_error *error = place->open(&cache);
    if (error != NULL)
        fail_msg("%s: %s", place->name, error->description);
}

static const struct place *end_of_places(void)
{
    return places + sizeof places / sizeof places[0] - (getenv("DOORCODE_TEST_KEYRING") == NULL ? 1 : 0);
}

#define FOR_EACH_PLACE(place) for (const struct place *place = places; place < end_of_places(); place++)

static const struct doorcode_account *account_at(struct doorcode_accounts **accounts,
                                                 const struct doorcode_account_filter *filter, size_t index)
{
    assert_null(doorcode_accounts_read(cache, filter, accounts));
    return doorcode_accounts_at(*accounts, index);
}

/* ---- the contract ---- */

static void a_new_place_is_empty(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        size_t removed = 7;
        open_place(place);
        assert_int_equal(places_count(cache), 0);
        assert_null(doorcode_accounts_remove(cache, NULL, &removed));
        assert_int_equal(removed, 0);
        assert_true(doorcode_cache_place(cache)[0] != '\0');
        doorcode_cache_free(cache);
    }
}

static void accounts_are_kept(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        struct doorcode_accounts *accounts;
        open_place(place);
        assert_null(places_keep(cache, "sam@example.org", &places_tokens));
        const struct doorcode_account *account = account_at(&accounts, NULL, 0);
        assert_string_equal(account->authority, PLACES_AUTHORITY);
        assert_string_equal(account->client_id, PLACES_CLIENT);
        assert_string_equal(account->id, "sam@example.org");
        assert_string_equal(account->username, "sam@example.org");
        assert_string_equal(account->scope, "openid");
        assert_int_equal(account->expires_at, 1790003600);
        assert_true(account->has_refresh_token);
        assert_int_equal(account->access_token_count, 1);
        assert_string_equal(account->access_tokens[0].token, "secret-access-1");
        assert_null(doorcode_accounts_at(accounts, 1));
        doorcode_accounts_free(accounts);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

static void the_last_one_comes_first(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        struct doorcode_accounts *accounts;
        struct doorcode_tokens newer = places_tokens;
        newer.access_token = "secret-access-2";
        newer.refresh_token = "";
        open_place(place);
        assert_null(places_keep(cache, "sam@example.org", &places_tokens));
        assert_null(places_keep(cache, "kim@example.org", &places_tokens));
        assert_null(places_keep(cache, "sam@example.org", &newer));
        const struct doorcode_account *account = account_at(&accounts, NULL, 0);
        assert_int_equal(doorcode_accounts_count(accounts), 2);
        assert_string_equal(account->username, "sam@example.org");
        assert_string_equal(account->access_tokens[0].token, "secret-access-2");
        assert_true(account->has_refresh_token); /* the former one, as there was no new one */
        doorcode_accounts_free(accounts);
        account = account_at(&accounts, &(struct doorcode_account_filter){ .username = "KIM@example.org" }, 0);
        assert_string_equal(account->username, "kim@example.org");
        assert_int_equal(doorcode_accounts_count(accounts), 1);
        doorcode_accounts_free(accounts);
        assert_null(doorcode_accounts_use(cache, &(struct doorcode_account_filter){ .username = "kim@example.org" }));
        account = account_at(&accounts, NULL, 0);
        assert_string_equal(account->username, "kim@example.org");
        doorcode_accounts_free(accounts);
        const struct doorcode_account_filter zoe = { .username = "zoe@example.org" };
        assert_int_equal(doorcode_accounts_use(cache, &zoe)->kind, DOORCODE_ERROR_SIGNIN_REQUIRED);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

static void what_is_removed_is_gone(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        size_t removed;
        open_place(place);
        assert_null(places_keep(cache, "sam@example.org", &places_tokens));
        assert_null(places_keep(cache, "kim@example.org", &places_tokens));
        const struct doorcode_account_filter sam = { .username = "sam@example.org" };
        const struct doorcode_account_filter elsewhere = { .authority = "https://other.example/petstore" };
        assert_null(doorcode_accounts_remove(cache, &elsewhere, &removed));
        assert_int_equal(removed, 0);
        assert_null(doorcode_accounts_remove(cache, &sam, &removed));
        assert_int_equal(removed, 1);
        assert_int_equal(places_count(cache), 1);
        assert_null(doorcode_accounts_remove(cache, NULL, &removed));
        assert_int_equal(removed, 1);
        assert_int_equal(places_count(cache), 0);
        doorcode_cache_free(cache);
    }
}

static void what_lasts_is_there_again(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        open_place(place);
        assert_null(places_keep(cache, "sam@example.org", &places_tokens));
        doorcode_cache_free(cache);
        open_place(place);
        assert_int_equal(places_count(cache), place->lasts ? 1 : 0);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

static void one_at_a_time_writes(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        struct doorcode_cache *other = NULL;
        struct cache_fault fault;
        open_place(place);
        assert_int_equal(cache_try(cache, &fault), CACHE_TAKEN);
        assert_int_equal(cache_try(cache, &fault), CACHE_BUSY);
        assert_int_equal(places_count(cache), 0); /* whoever reads does not wait */
        if (place->lasts) {
            assert_null(place->open(&other));
            assert_int_equal(cache_try(other, &fault), CACHE_BUSY);
            assert_int_equal(places_count(other), 0);
        }
        cache_give(cache);
        struct doorcode_cache *next = place->lasts ? other : cache;
        assert_int_equal(cache_try(next, &fault), CACHE_TAKEN);
        cache_give(next);
        doorcode_cache_free(other);
        doorcode_cache_free(cache);
    }
}

/* Tokens that cannot be kept change nothing. */
static void values_that_do_not_fit(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        struct doorcode_tokens broken = places_tokens;
        broken.access_token = "secret\nend";
        open_place(place);
        assert_null(places_keep(cache, "sam@example.org", &places_tokens));
        const struct doorcode_error *error = places_keep(cache, "kim@example.org", &broken);
        assert_int_equal(error->kind, DOORCODE_ERROR_CACHE);
        assert_non_null(strstr(error->description, "control characters"));
        assert_int_equal(places_keep(cache, "kim\n@example.org", &places_tokens)->kind, DOORCODE_ERROR_CACHE);
        assert_int_equal(places_keep(cache, NULL, &places_tokens)->kind, DOORCODE_ERROR_CACHE); /* nobody is named */
        assert_int_equal(places_count(cache), 1);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

enum { THREADS = 8, EACH = 5 };

static void *keep_some(void *ctx)
{
    char user[32];
    for (int i = 0; i < EACH; i++) {
        snprintf(user, sizeof user, "t%d-%d@example.org", *(int *)ctx, i);
        if (places_keep(cache, user, &places_tokens) != NULL)
            return ctx;
    }
    return NULL;
}

static void threads_lose_nothing(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        pthread_t threads[THREADS];
        int numbers[THREADS];
        open_place(place);
        for (int t = 0; t < THREADS; t++) {
            numbers[t] = t;
            assert_int_equal(pthread_create(&threads[t], NULL, keep_some, &numbers[t]), 0);
        }
        for (int t = 0; t < THREADS; t++) {
            void *failed;
            assert_int_equal(pthread_join(threads[t], &failed), 0);
            assert_null(failed);
        }
        assert_int_equal(places_count(cache), THREADS * EACH);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

enum { PROCESSES = 6, LARGE = 32 };

static int keep_in_process(const struct place *place, int number)
{
    char user[32];
    if (place->open(&cache) != NULL)
        return 1;
    for (int i = 0; i < EACH; i++) {
        snprintf(user, sizeof user, "p%d-%d@example.org", number, i);
        if (places_keep(cache, user, &places_tokens) != NULL)
            return 2;
    }
    doorcode_cache_free(cache);
    return 0;
}

static void processes_lose_nothing(void **state)
{
    (void)state;
    FOR_EACH_PLACE(place)
    {
        pid_t children[PROCESSES];
        for (int p = 0; place->lasts && p < PROCESSES; p++) {
            children[p] = fork();
            if (children[p] == 0)
                _exit(keep_in_process(place, p));
        }
        for (int p = 0; place->lasts && p < PROCESSES; p++) {
            int status = -1;
            assert_int_equal(waitpid(children[p], &status, 0), children[p]);
            assert_int_equal(status, 0);
        }
        open_place(place);
        assert_int_equal(places_count(cache), place->lasts ? PROCESSES * EACH : 0);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

/* A million bytes are one text still. */
static void a_large_place(void **state)
{
    (void)state;
    static char token[16385];
    memset(token, 'a', sizeof token - 1);
    FOR_EACH_PLACE(place)
    {
        struct doorcode_tokens large = places_tokens;
        char user[32];
        large.access_token = large.refresh_token = token;
        open_place(place);
        for (int i = 0; i < LARGE; i++) {
            snprintf(user, sizeof user, "u%d@example.org", i);
            assert_null(places_keep(cache, user, &large));
        }
        assert_int_equal(places_count(cache), LARGE);
        assert_null(doorcode_accounts_remove(cache, NULL, NULL));
        doorcode_cache_free(cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(processes_lose_nothing), /* first: it forks */
        CASE(a_new_place_is_empty),    CASE(accounts_are_kept),         CASE(the_last_one_comes_first),
        CASE(what_is_removed_is_gone), CASE(what_lasts_is_there_again), CASE(one_at_a_time_writes),
        CASE(values_that_do_not_fit),  CASE(threads_lose_nothing),      CASE(a_large_place),
    };
    return cmocka_run_group_tests_name("client: cache", tests, NULL, NULL);
}
