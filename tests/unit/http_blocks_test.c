/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h: zeros at first, then what was given back; who kept what. */
#include "http/blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 100000 };

static void a_fresh_block_holds_zeros(void **state)
{
    (void)state;
    struct blocks *b = blocks_new(SIZE, 1);
    const char *block = block_take(b);

    assert_non_null(block);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(block[i], 0);
    block_give(b, (void *)(uintptr_t)block);
    blocks_free(b);
}

/* Two at once, of which one is kept: the last that came back goes out first, and as it came. */
static void what_was_given_back_is_given_again(void **state)
{
    (void)state;
    struct blocks *b = blocks_new(SIZE, 1);
    char *one = block_take(b);
    char *other = block_take(b);

    assert_non_null(one);
    assert_non_null(other);
    assert_ptr_not_equal(one, other);
    memset(one, 0x5a, SIZE);
    memset(other, 0x5b, SIZE);
    block_give(b, one);
    block_give(b, other); /* one too many: it goes back to the system */
    const char *again = block_take(b);
    assert_ptr_equal(again, one);
    for (size_t i = sizeof(void *); i < SIZE; i++)
        assert_int_equal(again[i], 0x5a);
    block_give(b, one);
    blocks_free(b);
    blocks_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_block_holds_zeros),
        cmocka_unit_test(what_was_given_back_is_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
