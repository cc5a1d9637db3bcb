/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: what is clean, and how long it is. */
#include "wire/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    struct slice text;
    bool clean;
    size_t length;
} rows[] = {
    { { "", 0 }, true, 0 },
    { { "Oslo 7", 6 }, true, 6 },
    { { "\xc3\x85sa", 4 }, true, 3 },
    { { "\xe2\x82\xac", 3 }, true, 1 },
    { { "\xf0\x9f\x8f\xa0!", 5 }, true, 2 },
    { { "a\0b", 3 }, false, 0 },
    { { "a\n", 2 }, false, 0 },
    { { "\t", 1 }, false, 0 },
    { { "\x1f", 1 }, false, 0 },
    { { "\x7f", 1 }, false, 0 },
    { { "\xc2\x80", 2 }, false, 0 },
    { { "\xc2\x9f", 2 }, false, 0 },
    { { "\xc2\xa0", 2 }, true, 1 },
    { { "\xe2\x80\xa8", 3 }, false, 0 },
    { { "\xe2\x80\xa9", 3 }, false, 0 },
    { { "\xff", 1 }, false, 0 },
    { { "\xc0\x80", 2 }, false, 0 },
    { { "\xc3", 1 }, false, 0 },
    { { "\xed\xa0\x80", 3 }, false, 0 },
    { { "\xf4\x90\x80\x80", 4 }, false, 0 },
};

static void tells_clean_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (text_is_clean(rows[i].text) != rows[i].clean)
            fail_msg("row %zu", i);
        if (rows[i].clean)
            assert_int_equal(text_length(rows[i].text), rows[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_clean_texts) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
