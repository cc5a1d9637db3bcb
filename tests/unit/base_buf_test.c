/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h: fills to the last byte, then stays full and shows nothing. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_holds(const struct buf *b, const char *wanted)
{
    assert_true(buf_ok(b));
    assert_int_equal(buf_slice(b).n, strlen(wanted));
    assert_memory_equal(buf_slice(b).p, wanted, strlen(wanted));
}

static void takes_bytes_strings_and_characters(void **state)
{
    (void)state;
    char room[16];
    struct buf b;

    buf_init(&b, room, sizeof room);
    assert_holds(&b, "");
    buf_put(&b, SLICE("ab"));
    buf_puts(&b, "cd");
    buf_putc(&b, 'e');
    buf_put(&b, SLICE_EMPTY);
    buf_puts(&b, NULL);
    buf_fmt(&b, "%d-%s", 12, "x");
    assert_holds(&b, "abcde12-x");
}

static void fills_to_the_last_byte(void **state)
{
    (void)state;
    char room[5] = "....!";
    struct buf b;

    buf_init(&b, room, 4);
    buf_puts(&b, "abcd");
    assert_holds(&b, "abcd");
    buf_put(&b, SLICE_EMPTY);
    assert_true(buf_ok(&b));
    buf_putc(&b, 'e');
    assert_false(buf_ok(&b));
    assert_int_equal(buf_slice(&b).n, 0);
    assert_int_equal(room[4], '!');
}

static void stays_full(void **state)
{
    (void)state;
    char room[4];
    struct buf b;

    buf_init(&b, room, sizeof room);
    buf_puts(&b, "abcde");
    buf_putc(&b, 'x');
    buf_fmt(&b, "%s", "y");
    assert_false(buf_ok(&b));
    assert_int_equal(b.n, 0);
}

static void formats_within_its_bound(void **state)
{
    (void)state;
    char room[6] = ".....!";
    struct buf b;

    buf_init(&b, room, 5);
    buf_fmt(&b, "%s", "abcd");
    assert_holds(&b, "abcd");
    buf_fmt(&b, "%s", "e");
    assert_false(buf_ok(&b));
    assert_int_equal(room[5], '!');
    buf_init(&b, room, 5);
    buf_fmt(&b, "%s", "abcdefgh");
    assert_false(buf_ok(&b));
    assert_int_equal(room[5], '!');
}

static void is_full_from_the_start_without_memory(void **state)
{
    (void)state;
    _Alignas(16) char block[32];
    struct arena a;
    struct buf b;

    buf_init(&b, NULL, 10);
    buf_putc(&b, 'x');
    assert_false(buf_ok(&b));
    arena_init(&a, block, sizeof block);
    buf_init_arena(&b, &a, sizeof block);
    buf_puts(&b, "abc");
    assert_holds(&b, "abc");
    buf_init_arena(&b, &a, 1);
    assert_false(buf_ok(&b));
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { 7, "7" },
        { -1, "-1" },
        { 1000000009, "1000000009" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char space[20];
        struct buf b;
        buf_init(&b, space, sizeof space);
        buf_number(&b, cases[i].value);
        assert_true(slice_eq(buf_slice(&b), slice_of(cases[i].text)));
        buf_init(&b, space, strlen(cases[i].text) - 1);
        buf_number(&b, cases[i].value);
        assert_false(buf_ok(&b));
        assert_int_equal(b.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_bytes_strings_and_characters),
        cmocka_unit_test(fills_to_the_last_byte),
        cmocka_unit_test(stays_full),
        cmocka_unit_test(formats_within_its_bound),
        cmocka_unit_test(is_full_from_the_start_without_memory),
        cmocka_unit_test(numbers_are_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
