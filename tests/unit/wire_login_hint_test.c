/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/login_hint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_back_and_forth(void **state)
{
    char space[64];

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct guid user = { { (uint8_t)i, 2, 3, [15] = (uint8_t)(255 - i) } };
        struct guid read;
        struct buf text;
        buf_init(&text, space, sizeof space);
        login_hint_put(user, &text);
        assert_int_equal(text.n, LOGIN_HINT_TEXT);
        assert_true(login_hint_parse(buf_slice(&text), &read));
        assert_true(guid_eq(user, read));
    }
}

/* What else an application may say is an address, or nothing. */
static void test_others(void **state)
{
    static const struct slice others[] = {
        { "", 0 },
        SLICE("O."),
        SLICE("sam@example.org"),
        SLICE("O.AAAAAAAAAAAAAAAAAAAAA"),    /* too short */
        SLICE("O.AAAAAAAAAAAAAAAAAAAAAAA"),  /* too long */
        SLICE("O.AAAAAAAAAAAAAAAAAAAAAB"),   /* stray bits */
        SLICE("o.AAAAAAAAAAAAAAAAAAAAAA"),   /* another case */
        SLICE("O.AAAAAAAAAAAAAAAAAAAA@A"),   /* not of the alphabet */
        SLICE("O.AAAAAAAAAAAAAAAAAAAAAA=="), /* padded */
    };
    struct guid read;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(login_hint_parse(others[i], &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_back_and_forth), cmocka_unit_test(test_others) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
