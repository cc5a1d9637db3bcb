/* SPDX-License-Identifier: Apache-2.0 */
/* slice.h: every function at its edges: empty, whole, one too many. */
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_slice(struct slice got, const char *wanted)
{
    assert_int_equal(got.n, strlen(wanted));
    assert_memory_equal(got.p, wanted, got.n);
}

static void makes_slices_of_strings_and_bytes(void **state)
{
    (void)state;
    assert_slice(slice_of(NULL), "");
    assert_slice(slice_of("abc"), "abc");
    assert_int_equal(SLICE("a\0b").n, 3);
    assert_slice(slice_bytes("abcdef", 2), "ab");
}

static void compares_for_equality(void **state)
{
    (void)state;
    assert_true(slice_eq(SLICE_EMPTY, (struct slice){ NULL, 0 }));
    assert_true(slice_eq(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_eq(SLICE("a\0b"), SLICE("a\0c")));
    assert_false(slice_eq(SLICE("ab"), SLICE("abc")));
    assert_true(slice_eq_nocase(SLICE("AbC-9"), SLICE("aBc-9")));
    assert_false(slice_eq_nocase(SLICE("ab"), SLICE("abc")));
    /* '@' and '`', '[' and '{' differ by the same bit as letters do. */
    assert_false(slice_eq_nocase(SLICE("@["), SLICE("`{")));
    assert_false(slice_eq_nocase(SLICE("\xc3\x84"), SLICE("\xc3\xa4")));
}

static void knows_starts_and_ends(void **state)
{
    (void)state;
    assert_true(slice_starts(SLICE("abc"), SLICE_EMPTY));
    assert_true(slice_starts(SLICE("abc"), SLICE("abc")));
    assert_false(slice_starts(SLICE("abc"), SLICE("abcd")));
    assert_false(slice_starts(SLICE("abc"), SLICE("b")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_true(slice_ends(SLICE("abc"), SLICE_EMPTY));
    assert_false(slice_ends(SLICE("abc"), SLICE("ab")));
    assert_false(slice_ends(SLICE("c"), SLICE("bc")));
}

static void orders_bytewise(void **state)
{
    (void)state;
    assert_int_equal(slice_compare(SLICE_EMPTY, SLICE_EMPTY), 0);
    assert_int_equal(slice_compare(SLICE("ab"), SLICE("ab")), 0);
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_true(slice_compare(SLICE_EMPTY, SLICE("a")) < 0);
    assert_true(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
}

static void takes_tails_and_trims(void **state)
{
    (void)state;
    assert_slice(slice_from(SLICE("abc"), 0), "abc");
    assert_slice(slice_from(SLICE("abc"), 2), "c");
    assert_slice(slice_from(SLICE("abc"), 3), "");
    assert_slice(slice_from(SLICE("abc"), SIZE_MAX), "");
    assert_slice(slice_trim(SLICE(" \t a b\t ")), "a b");
    assert_slice(slice_trim(SLICE(" \t ")), "");
    assert_slice(slice_trim(SLICE_EMPTY), "");
    /* A line end is no blank: a header value that holds one must not pass for clean. */
    assert_slice(slice_trim(SLICE("\na\n")), "\na\n");
}

static void cuts_at_the_first_mark(void **state)
{
    (void)state;
    struct slice rest;

    assert_slice(slice_cut(SLICE("a=b=c"), '=', &rest), "a");
    assert_slice(rest, "b=c");
    assert_slice(slice_cut(SLICE("abc"), '=', &rest), "abc");
    assert_slice(rest, "");
    assert_slice(slice_cut(SLICE("=b"), '=', &rest), "");
    assert_slice(rest, "b");
    assert_slice(slice_cut(SLICE("b="), '=', &rest), "b");
    assert_slice(rest, "");
    struct slice s = SLICE("x;y");
    assert_slice(slice_cut(s, ';', &s), "x");
    assert_slice(s, "y");
}

static void walks_words(void **state)
{
    (void)state;
    struct slice list = SLICE("  openid \t offline_access ");

    assert_slice(slice_word(&list), "openid");
    assert_slice(slice_word(&list), "offline_access");
    assert_slice(slice_word(&list), "");
    assert_slice(slice_word(&list), "");
}

static void reads_numbers(void **state)
{
    (void)state;
    uint64_t value = 7;

    assert_true(slice_to_u64(SLICE("0"), 0, &value));
    assert_int_equal(value, 0);
    assert_true(slice_to_u64(SLICE("007"), 9, &value));
    assert_int_equal(value, 7);
    assert_true(slice_to_u64(SLICE("18446744073709551615"), UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(slice_to_u64(SLICE("255"), 255, &value));
    assert_false(slice_to_u64(SLICE("256"), 255, &value));
    assert_false(slice_to_u64(SLICE("5"), 3, &value));
    assert_false(slice_to_u64(SLICE("18446744073709551616"), UINT64_MAX, &value));
    assert_false(slice_to_u64(SLICE("99999999999999999999999"), UINT64_MAX, &value));
    const char *bad[] = { "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "a", "1a", "\xd9\xa1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(slice_to_u64(slice_of(bad[i]), UINT64_MAX, &value));
    assert_int_equal(value, 255);
}

static void copies_to_c_strings(void **state)
{
    (void)state;
    char room[4] = "xyz";

    assert_true(slice_to_cstr(SLICE("abc"), room, sizeof room));
    assert_string_equal(room, "abc");
    assert_false(slice_to_cstr(SLICE("abcd"), room, sizeof room));
    assert_string_equal(room, "");
    assert_true(slice_to_cstr(SLICE_EMPTY, room, sizeof room));
    assert_string_equal(room, "");
    assert_false(slice_to_cstr(SLICE("a\0"), room, sizeof room));
    assert_string_equal(room, "");
    assert_false(slice_to_cstr(SLICE_EMPTY, room, 0));
}

/* The byte in question at every place of texts shorter and longer than what is looked at together. */
static void ascii_is_known_by_every_byte(void **state)
{
    (void)state;
    char text[20];

    assert_true(slice_is_ascii(SLICE_EMPTY));
    for (size_t n = 1; n <= sizeof text; n++) {
        memset(text, 0x7f, sizeof text);
        assert_true(slice_is_ascii(slice_bytes(text, n)));
        for (size_t i = 0; i < n; i++) {
            text[i] = (char)0x80;
            assert_false(slice_is_ascii(slice_bytes(text, n)));
            text[i] = '\0';
        }
        assert_true(slice_is_ascii(slice_bytes(text, n)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_slices_of_strings_and_bytes),
        cmocka_unit_test(compares_for_equality),
        cmocka_unit_test(knows_starts_and_ends),
        cmocka_unit_test(orders_bytewise),
        cmocka_unit_test(takes_tails_and_trims),
        cmocka_unit_test(cuts_at_the_first_mark),
        cmocka_unit_test(walks_words),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(copies_to_c_strings),
        cmocka_unit_test(ascii_is_known_by_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
