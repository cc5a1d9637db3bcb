/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h: equality sees every bit of every byte; wiping leaves zeros and nothing beyond. */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void sees_every_bit(void **state)
{
    (void)state;
    unsigned char a[33];
    unsigned char b[33];

    memset(a, 0xc3, sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(secret_eq(a, b, sizeof a));
    for (size_t bit = 0; bit < sizeof a * 8; bit++) {
        b[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(secret_eq(a, b, sizeof a));
        b[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    assert_true(secret_eq(a, b, 0));
}

static void looks_no_further_than_told(void **state)
{
    (void)state;
    assert_true(secret_eq("12345678", "1234567X", 7));
    assert_false(secret_eq("12345678", "1234567X", 8));
}

static void wipes(void **state)
{
    (void)state;
    char code[9] = "49017736";

    wipe(code, 7);
    assert_memory_equal(code,
                        "\0\0\0\0\0\0\0"
                        "6",
                        8);
    wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_every_bit),
        cmocka_unit_test(looks_no_further_than_told),
        cmocka_unit_test(wipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
