/* SPDX-License-Identifier: Apache-2.0 */
/* What every place for tokens does alike: in memory, in a file, in the application's own place and, with
 * DOORCODE_TEST_KEYRING (with_keyring.sh), in the keyring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache.h"
#include "support/cache_places.h"

#include <pthread.h>
#include <sys/wait.h>

/* ---- a place of the application's own ---- */

struct shelf {
    char *bytes;
    size_t n;
    int locked;
    int busy;         /* so many times it is somebody else's */
    const char *sick; /* the function that fails */
    int calls;        /* at once, which must never be two */
    int frees;
};

static struct shelf shelf;

static int shelf_fails(struct shelf *s, const char *function, char *problem)
{
    if (s->sick == NULL || strcmp(s->sick, function) != 0)
        return 0;
    snprintf(problem, DOORCODE_CACHE_PROBLEM, "the shelf's %s is broken", function);
    return 1;
}

static int shelf_lock(void *ctx, char *problem)
{
    struct shelf *s = ctx;
    if (shelf_fails(s, "lock", problem))
        return -1;
    if (s->busy > 0) {
        s->busy--;
        return 0;
    }
    assert_int_equal(s->locked++, 0);
    return 1;
}

static void shelf_unlock(void *ctx)
{
    struct shelf *s = ctx;
    assert_int_equal(s->locked--, 1);
}

static int shelf_read(void *ctx, char **bytes, size_t *n, char *problem)
{
    struct shelf *s = ctx;
    assert_int_equal(s->calls++, 0);
    int fails = shelf_fails(s, "read", problem);
    if (!fails && s->n > 0) {
        *bytes = malloc(s->n);
        memcpy(*bytes, s->bytes, s->n);
        *n = s->n;
    }
    s->calls--;
    return -fails;
}

static int shelf_write(void *ctx, const char *bytes, size_t n, char *problem)
{
    struct shelf *s = ctx;
    assert_int_equal(s->calls++, 0);
    assert_int_equal(s->locked, 1);
    int fails = shelf_fails(s, "write", problem);
    if (!fails) {
        free(s->bytes);
        s->bytes = malloc(n);
        memcpy(s->bytes, bytes, n);
        s->n = n;
    }
    s->calls--;
    return -fails;
}

static void shelf_free(void *ctx)
{
    struct shelf *s = ctx;
    free(s->bytes);
    int frees = s->frees + 1;
    *s = (struct shelf){ .frees = frees };
}

static const struct doorcode_cache_backend shelf_backend = { shelf_lock, shelf_unlock, shelf_read, shelf_write,
                                                             shelf_free };

/* ---- the places ---- */

static const struct doorcode_error *open_memory(struct doorcode_cache **cache)
{
    return doorcode_cache_memory(cache);
}

static const struct doorcode_error *open_file(struct doorcode_cache **cache)
{
    return doorcode_cache_file(NULL, cache);
}

static const struct doorcode_error *open_custom(struct doorcode_cache **cache)
{
    return doorcode_cache_custom(&shelf_backend, &shelf, cache);
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
    { "custom", open_custom, false },
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

/* ---- the application's own place only ---- */

static void expect_trouble(const struct doorcode_error *error, const char *words)
{
    assert_non_null(error);
    assert_int_equal(error->kind, DOORCODE_ERROR_CACHE);
    assert_string_equal(error->description, words);
}

static void trouble_is_told_in_its_own_words(void **state)
{
    struct doorcode_accounts *accounts;
    size_t removed = 7;
    (void)state;
    assert_null(open_custom(&cache));
    assert_null(places_keep(cache, "sam@example.org", &places_tokens));
    shelf.sick = "lock";
    expect_trouble(places_keep(cache, "kim@example.org", &places_tokens), "the shelf's lock is broken");
    assert_int_equal(places_count(cache), 1);
    shelf.sick = "read";
    expect_trouble(doorcode_accounts_read(cache, NULL, &accounts), "the shelf's read is broken");
    assert_null(accounts);
    expect_trouble(places_keep(cache, "kim@example.org", &places_tokens), "the shelf's read is broken");
    shelf.sick = "write";
    expect_trouble(doorcode_accounts_remove(cache, NULL, &removed), "the shelf's write is broken");
    assert_int_equal(removed, 0);
    assert_int_equal(shelf.locked, 0);
    shelf.sick = NULL;
    assert_int_equal(places_count(cache), 1);
    doorcode_cache_free(cache);
}

static void somebody_elses_turn_is_waited_for(void **state)
{
    (void)state;
    assert_null(open_custom(&cache));
    shelf.busy = 3;
    assert_null(places_keep(cache, "sam@example.org", &places_tokens));
    assert_int_equal(shelf.busy, 0);
    assert_int_equal(places_count(cache), 1);
    doorcode_cache_free(cache);
}

static void bytes_of_others_are_left_alone(void **state)
{
    static const struct {
        const char *bytes;
        const char *words;
    } rows[] = {
        { "{\"version\":1}", "the tokens in the application's own place are in a format that is not known here" },
        { "doorcode tokens 1\n\nen", "the tokens in the application's own place are damaged" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_null(open_custom(&cache));
        shelf.bytes = strdup(rows[i].bytes);
        shelf.n = strlen(rows[i].bytes);
        expect_trouble(places_keep(cache, "sam@example.org", &places_tokens), rows[i].words);
        expect_trouble(doorcode_accounts_remove(cache, NULL, NULL), rows[i].words);
        assert_int_equal(shelf.n, strlen(rows[i].bytes));
        assert_memory_equal(shelf.bytes, rows[i].bytes, shelf.n);
        doorcode_cache_free(cache);
    }
}

static void a_place_is_freed_once(void **state)
{
    (void)state;
    shelf.frees = 0;
    assert_null(open_custom(&cache));
    doorcode_cache_free(cache);
    doorcode_cache_free(NULL);
    assert_int_equal(shelf.frees, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, places_make, places_remove)
        CASE(processes_lose_nothing), /* first: it forks */
        CASE(a_new_place_is_empty),
        CASE(accounts_are_kept),
        CASE(the_last_one_comes_first),
        CASE(what_is_removed_is_gone),
        CASE(what_lasts_is_there_again),
        CASE(one_at_a_time_writes),
        CASE(values_that_do_not_fit),
        CASE(threads_lose_nothing),
        CASE(a_large_place),
        CASE(trouble_is_told_in_its_own_words),
        CASE(somebody_elses_turn_is_waited_for),
        CASE(bytes_of_others_are_left_alone),
        CASE(a_place_is_freed_once),
    };
    return cmocka_run_group_tests_name("client: cache", tests, NULL, NULL);
}
