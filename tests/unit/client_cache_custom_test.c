/* SPDX-License-Identifier: Apache-2.0 */
/* A place of the application's own: its troubles are told, its turns are waited for, its bytes are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cache_shelf.h"

static struct doorcode_cache *cache;

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
    assert_null(open_shelf(&cache));
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
    assert_null(open_shelf(&cache));
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
        { "doorcode tokens 2\n\nen", "the tokens in the application's own place are damaged" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_null(open_shelf(&cache));
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
    assert_null(open_shelf(&cache));
    doorcode_cache_free(cache);
    doorcode_cache_free(NULL);
    assert_int_equal(shelf.frees, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trouble_is_told_in_its_own_words),
        cmocka_unit_test(somebody_elses_turn_is_waited_for),
        cmocka_unit_test(bytes_of_others_are_left_alone),
        cmocka_unit_test(a_place_is_freed_once),
    };
    return cmocka_run_group_tests_name("client: place of an application", tests, NULL, NULL);
}
