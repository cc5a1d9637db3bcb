/* SPDX-License-Identifier: Apache-2.0 */
/* colour.h: what is computed can be read, for any colour an operator may like. */
#include "pages/colour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct colour colour(const char *text)
{
    struct colour c;

    assert_true(colour_parse(slice_of(text), &c));
    return c;
}

static void colours_are_parsed(void **state)
{
    static const char *const bad[] = {
        "", "#", "#12", "#1234", "#12345", "#1234567", "123456", "#12345g", "red", "#-12"
    };
    struct colour c;

    (void)state;
    assert_string_equal(colour_format(colour("#1F6feb")).c, "#1f6feb");
    assert_string_equal(colour_format(colour("#fa0")).c, "#ffaa00");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(colour_parse(slice_of(bad[i]), &c));
}

static void contrast_is_that_of_wcag(void **state)
{
    (void)state;
    assert_true(colour_contrast(colour("#000"), colour("#fff")) > 20.99);
    assert_true(colour_contrast(colour("#777"), colour("#fff")) > 4.47 &&
                colour_contrast(colour("#777"), colour("#fff")) < 4.49);
    assert_true(colour_contrast(colour("#123456"), colour("#123456")) == 1);
}

static void any_colour_becomes_readable(void **state)
{
    const struct colour grounds[] = { colour("#fff"), colour("#172022"), colour("#808080") };

    (void)state;
    for (int i = 0; i < 16 * 16 * 16; i++) {
        struct colour c = { (uint8_t)(i % 16 * 17), (uint8_t)(i / 16 % 16 * 17), (uint8_t)(i / 256 * 17) };
        assert_true(colour_contrast(colour_ink(c), c) >= 4.5);
        for (size_t k = 0; k < 3; k++)
            assert_true(colour_contrast(colour_against(c, grounds[k], 4.5), grounds[k]) >= 4.5);
    }
}

static void a_readable_colour_stays(void **state)
{
    (void)state;
    assert_string_equal(colour_format(colour_against(colour("#0f766e"), colour("#fff"), 4.5)).c, "#0f766e");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_parsed),
        cmocka_unit_test(contrast_is_that_of_wcag),
        cmocka_unit_test(any_colour_becomes_readable),
        cmocka_unit_test(a_readable_colour_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
