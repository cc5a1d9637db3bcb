/* SPDX-License-Identifier: Apache-2.0 */
/* User codes: easy to copy, read as people type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/vault.h"
#include "token/user_code.h"

#include <string.h>

static void test_what_was_made_is_read(void **state)
{
    char made[USER_CODE_TEXT + 1];
    char read[USER_CODE_TEXT + 1];
    unsigned seen[256] = { 0 };

    (void)state;
    for (int i = 0; i < 2000; i++) {
        user_code_make(&rng_system, made);
        assert_true(user_code_parse(slice_of(made), read));
        assert_string_equal(read, made);
        for (const char *c = made; *c != '\0'; c++)
            seen[(unsigned char)*c]++;
    }
    for (int c = 0; c < 256; c++)
        assert_int_equal(seen[c] > 0, c != 0 && strchr("BCDFGHJKLMNPQRSTVWXZ", c) != NULL);
}

static void test_as_people_type(void **state)
{
    static const char *const typed[] = { "BCDFGHJKL", "bcdfghjkl", " bcd-FGH-jkl ", "B C D F G H J K L",
                                         "bcdf--ghjkl" };
    char read[USER_CODE_TEXT + 1];

    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        assert_true(user_code_parse(slice_of(typed[i]), read));
        assert_string_equal(read, "BCDFGHJKL");
    }
}

static void test_others_are_refused(void **state)
{
    static const struct slice typed[] = {
        SLICE(""),          SLICE("BCDFGHJK"),   SLICE("BCDFGHJKLM"),  SLICE("ACDFGHJKL"),
        SLICE("BCDFGHJK0"), SLICE("BCDFGHJK\0"), SLICE("BCDF\0GHJKL"), SLICE("BCDFGHJK_"),
        SLICE("---------"), SLICE("BCDFGHJKL'"), SLICE("BCDFGHJK\xc3")
    };
    char read[USER_CODE_TEXT + 1];

    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        assert_false(user_code_parse(typed[i], read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_made_is_read),
        cmocka_unit_test(test_as_people_type),
        cmocka_unit_test(test_others_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
