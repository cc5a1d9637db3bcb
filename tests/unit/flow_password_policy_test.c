/* SPDX-License-Identifier: Apache-2.0 */
/* The password policy, rule by rule and in its order (spec V1, 4.14). */
#include "flow/password_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_rules(void **state)
{
    static char of_256[257], of_257[258];
    const struct slice words[] = { SLICE("petstore"), SLICE("Tail") };
    const struct slices banned = { words, 2 };
    const struct password_rules rules = { &banned, SLICE("samantha@example.org") };

    memset(of_256, 'b', 256);
    memcpy(of_256, "Ab1-xyzw", 8);
    memset(of_257, 'b', 257);
    memcpy(of_257, "Ab1-xyzw", 8);
    const struct {
        const char *password;
        enum error_id expected;
    } cases[] = {
        { "Blue-Kettle-42", ERROR_NONE },
        { "bluekettle-42", ERROR_NONE },
        { "BLUEKETTLE-42", ERROR_NONE },
        { "blueKettle42", ERROR_NONE },
        { of_256, ERROR_NONE },
        { "Blue Kettle 42 \"'`~<>{}[]|\\", ERROR_NONE },
        { "Gr\xc3\xbcn-Kessel-42", ERROR_PASSWORD_INVALID },
        { "tab\tBlue-42", ERROR_PASSWORD_INVALID },
        { "\x01", ERROR_PASSWORD_INVALID }, /* before its length */
        { "Ab1-xyz", ERROR_PASSWORD_TOO_SHORT },
        { "", ERROR_PASSWORD_TOO_SHORT },
        { of_257, ERROR_PASSWORD_TOO_LONG },
        { "bluekettles", ERROR_PASSWORD_TOO_WEAK },
        { "bluekettle42", ERROR_PASSWORD_TOO_WEAK },
        { "BLUEKETTLE42", ERROR_PASSWORD_TOO_WEAK },
        { "password", ERROR_PASSWORD_TOO_WEAK }, /* before the words */
        { "Password1!", ERROR_PASSWORD_BANNED },
        { "P@$$w0rd", ERROR_PASSWORD_BANNED },
        { "Password-1234", ERROR_PASSWORD_BANNED },
        { "Password1!xy", ERROR_NONE }, /* one point for the word, four for the rest */
        { "Petstore-2", ERROR_PASSWORD_BANNED },
        { "Petstore-Tail-2", ERROR_NONE },
        { "PetstoreTail2", ERROR_PASSWORD_BANNED },
        { "Samantha-9", ERROR_PASSWORD_BANNED },
        { "S@m@nth@-9", ERROR_PASSWORD_BANNED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum error_id got = password_policy_check(slice_of(cases[i].password), &rules);
        if (got != cases[i].expected)
            fail_msg("\"%s\": %s", cases[i].password, got == ERROR_NONE ? "fine" : error_row(got)->name);
    }
}

static void test_nul_is_no_character(void **state)
{
    const struct password_rules rules = { NULL, SLICE_EMPTY };

    (void)state;
    assert_int_equal(password_policy_check(SLICE("Blue\0Kettle-42"), &rules), ERROR_PASSWORD_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_nul_is_no_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
