/* SPDX-License-Identifier: Apache-2.0 */
/* guid.h: text and back, all wrong characters at all places, version and variant of new ones. */
#include "base/guid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char sample[] = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
static const struct guid sample_bytes = { { 0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f, 0x60, 0x71, 0x82, 0x93, 0xa4, 0xb5,
                                            0xc6, 0xd7, 0xe8, 0xf9 } };

static void fill_with(void *ctx, void *out, size_t n)
{
    memset(out, *(unsigned char *)ctx, n);
}

static void reads_and_writes(void **state)
{
    (void)state;
    struct guid g;

    assert_true(guid_parse(slice_of(sample), &g));
    assert_true(guid_eq(g, sample_bytes));
    assert_string_equal(guid_format(g).c, sample);
    assert_true(guid_parse(SLICE("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"), &g));
    assert_string_equal(guid_format(g).c, sample);
}

static bool belongs(size_t place, char c)
{
    if (sample[place] == '-')
        return c == '-';
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void checks_every_character(void **state)
{
    (void)state;
    struct guid g;

    for (size_t place = 0; place < GUID_TEXT; place++) {
        for (int c = 0; c < 256; c++) {
            char text[sizeof sample];
            memcpy(text, sample, sizeof sample);
            text[place] = (char)c;
            assert_int_equal(guid_parse((struct slice){ text, GUID_TEXT }, &g), belongs(place, (char)c));
        }
    }
}

static void refuses_other_lengths_and_forms(void **state)
{
    (void)state;
    struct guid g = sample_bytes;

    for (size_t n = 0; n < GUID_TEXT; n++)
        assert_false(guid_parse((struct slice){ sample, n }, &g));
    assert_false(guid_parse(SLICE("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f90"), &g));
    assert_false(guid_parse(SLICE("{0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9}"), &g));
    assert_false(guid_parse(SLICE("0a1b2c3d4e5f60718293a4b5c6d7e8f9"), &g));
    assert_true(guid_eq(g, sample_bytes));
}

static void knows_nil(void **state)
{
    (void)state;
    struct guid g;

    assert_true(guid_parse(SLICE("00000000-0000-0000-0000-000000000000"), &g));
    assert_true(guid_is_nil(g));
    for (size_t i = 0; i < sizeof g.b; i++) {
        struct guid one = { { 0 } };
        one.b[i] = 1;
        assert_false(guid_is_nil(one));
        assert_false(guid_eq(one, g));
    }
}

static void new_ones_are_version_4(void **state)
{
    (void)state;
    unsigned char byte = 0;
    const struct rng rng = { fill_with, &byte };

    assert_string_equal(guid_format(guid_new(&rng)).c, "00000000-0000-4000-8000-000000000000");
    byte = 0xff;
    assert_string_equal(guid_format(guid_new(&rng)).c, "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(checks_every_character),
        cmocka_unit_test(refuses_other_lengths_and_forms),
        cmocka_unit_test(knows_nil),
        cmocka_unit_test(new_ones_are_version_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
