/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h: alignment, zeroing, the sticky end, and that a reset leaves nothing behind. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 256 };

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;

    memset(block, 0x5a, sizeof block);
    arena_init(&a, block, sizeof block);
    char *last_end = block;
    for (size_t n = 1; n <= 17; n += 4) {
        char *p = arena_take(&a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_true(p >= last_end);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0x77, n);
        last_end = p + n;
    }
}

static void takes_the_last_byte_and_no_more(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;

    arena_init(&a, block, sizeof block);
    assert_non_null(arena_take(&a, SIZE));
    assert_false(a.full);
    assert_null(arena_take(&a, 1));
    assert_true(a.full);
}

static void is_full_for_good_until_reset(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;
    const size_t too_much[] = { SIZE + 1, SIZE_MAX, SIZE_MAX - 14, SIZE_MAX / 2 };

    for (size_t i = 0; i < sizeof too_much / sizeof too_much[0]; i++) {
        arena_init(&a, block, sizeof block);
        assert_null(arena_take(&a, too_much[i]));
        assert_null(arena_take(&a, 1));
        assert_true(a.full);
        arena_reset(&a);
        assert_false(a.full);
        assert_non_null(arena_take(&a, 1));
    }
}

/* A block whose size is no multiple of 16: its tail is not handed out. */
static void respects_an_odd_size(void **state)
{
    (void)state;
    _Alignas(16) char block[32];
    struct arena a;

    arena_init(&a, block, 20);
    assert_non_null(arena_take(&a, 16));
    assert_null(arena_take(&a, 4));
}

static void reset_wipes_what_was_used(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;

    memset(block, 0x5a, sizeof block);
    arena_init(&a, block, sizeof block);
    struct slice copy = arena_copy(&a, SLICE("73914026"));
    assert_int_equal(copy.n, 8);
    assert_memory_equal(copy.p, "73914026", 8);
    arena_reset(&a);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(block[i], 0);
    assert_int_equal(block[16], 0x5a);
}

/* What was taken and never written is not worth a wipe; all around it is. */
static void reset_spares_what_was_given_back(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;

    memset(block, 0x5a, sizeof block);
    arena_init(&a, block, sizeof block);
    arena_copy(&a, SLICE("before"));
    char *room = arena_take_raw(&a, 100);
    memcpy(room, "used", 4);
    char *later = arena_take_raw(&a, 16);
    memcpy(later, "73914026", 8);
    arena_give_back(&a, room, 100, 4);
    assert_ptr_equal(arena_take_raw(&a, 16), later + 16); /* nothing in between can be taken again */
    arena_reset(&a);
    for (const char *p = block; p < later + 32; p++)
        assert_int_equal(*p, p < room + 16 || p >= later ? 0 : 0x5a);
    assert_ptr_equal(arena_take_raw(&a, 16), block);
    arena_reset(&a);
    assert_int_equal(*room, 0);
}

static void what_was_taken_last_can_be_taken_again(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE];
    struct arena a;

    arena_init(&a, block, sizeof block);
    char *room = arena_take_raw(&a, SIZE);
    arena_give_back(&a, room, SIZE, 20);
    assert_ptr_equal(arena_take_raw(&a, SIZE - 32), room + 32);
    assert_false(a.full);
}

/* A block of zeros is one again after each reset, so what is taken holds zeros without being cleared. */
static void a_block_of_zeros_stays_one(void **state)
{
    (void)state;
    _Alignas(16) char block[SIZE] = { 0 };
    struct arena a;

    arena_init_zeroed(&a, block, sizeof block);
    for (int round = 0; round < 2; round++) {
        arena_copy(&a, SLICE("73914026"));
        char *room = arena_take_raw(&a, 100);
        memcpy(room, "used", 4);
        char *later = arena_take(&a, 32);
        for (size_t i = 0; i < 32; i++)
            assert_int_equal(later[i], 0);
        memset(later, 0x5a, 32);
        arena_give_back(&a, room, 100, 4);
        arena_reset(&a);
        for (size_t i = 0; i < sizeof block; i++)
            assert_int_equal(block[i], 0);
    }
    block[40] = 0x5a;
    assert_int_equal(((char *)arena_take(&a, 64))[40], 0x5a); /* nothing was cleared a second time */
}

static void copies_or_gives_the_empty_slice(void **state)
{
    (void)state;
    _Alignas(16) char block[16];
    struct arena a;

    arena_init(&a, block, sizeof block);
    assert_int_equal(arena_copy(&a, SLICE_EMPTY).n, 0);
    assert_int_equal(arena_copy(&a, SLICE("seventeen letters")).n, 0);
    assert_true(a.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(takes_the_last_byte_and_no_more),
        cmocka_unit_test(is_full_for_good_until_reset),
        cmocka_unit_test(respects_an_odd_size),
        cmocka_unit_test(reset_wipes_what_was_used),
        cmocka_unit_test(reset_spares_what_was_given_back),
        cmocka_unit_test(what_was_taken_last_can_be_taken_again),
        cmocka_unit_test(a_block_of_zeros_stays_one),
        cmocka_unit_test(copies_or_gives_the_empty_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
