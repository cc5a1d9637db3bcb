/* SPDX-License-Identifier: Apache-2.0 */
/* A continuation as bytes: all of it comes back, and less or more than all of it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/continuation.h"

#include "support/continuation_sample.h"

#include <string.h>

static struct slice pack(const struct continuation *c, char bytes[CONTINUATION_MAX])
{
    struct buf out;

    buf_init(&out, bytes, CONTINUATION_MAX);
    assert_int_equal(continuation_pack(c, &out).code, ERR_OK);
    return buf_slice(&out);
}

static void check_round_trip(const struct continuation *c)
{
    char bytes[CONTINUATION_MAX];
    struct continuation back;

    memset(&back, 0xff, sizeof back);
    assert_int_equal(continuation_unpack(pack(c, bytes), &back).code, ERR_OK);
    assert_same_continuation(&back, c);
}

static void test_every_field_comes_back(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");

    (void)state;
    check_round_trip(&c);
    c.decoy = false;
    c.started_at = 0;
    c.serial = 0;
    check_round_trip(&c);
}

static void test_every_length_of_name_comes_back(void **state)
{
    char name[LIMIT_EMAIL + 1] = "";

    (void)state;
    for (size_t n = 0; n <= LIMIT_EMAIL; n++) {
        struct continuation c = continuation_sample(name);
        check_round_trip(&c);
        memset(name, 'n', n < LIMIT_EMAIL ? n + 1 : n);
    }
}

static void test_other_lengths_and_versions_are_refused(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    struct continuation back;
    char bytes[CONTINUATION_MAX];

    (void)state;
    struct slice packed = pack(&c, bytes);
    for (size_t n = 0; n < packed.n; n++)
        assert_int_equal(continuation_unpack(slice_bytes(bytes, n), &back).code, ERR_FORMAT);
    bytes[packed.n] = 'x';
    assert_int_equal(continuation_unpack(slice_bytes(bytes, packed.n + 1), &back).code, ERR_FORMAT);
    for (int version = 0; version < 256; version++) {
        char kept = bytes[0];
        bytes[0] = (char)version;
        assert_int_equal(continuation_unpack(packed, &back).code, bytes[0] == kept ? ERR_OK : ERR_FORMAT);
        bytes[0] = kept;
    }
    bytes[packed.n - 1] = '\0'; /* a name with an end inside */
    assert_int_equal(continuation_unpack(packed, &back).code, ERR_FORMAT);
}

static void test_without_room(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    char bytes[CONTINUATION_MAX];
    struct buf out;

    (void)state;
    size_t n = pack(&c, bytes).n;
    for (size_t cap = 0; cap < n; cap++) {
        buf_init(&out, bytes, cap);
        assert_int_equal(continuation_pack(&c, &out).code, ERR_FULL);
    }
}

static void test_its_times(void **state)
{
    struct continuation c = continuation_sample("Sam@example.org");
    const struct policy policy = { .token_seconds = 600, .flow_seconds = 3600 };

    (void)state;
    c.started_at = SAMPLE_NOW;
    assert_int_equal(continuation_left(&c, &policy, SAMPLE_NOW), 600);
    assert_int_equal(continuation_left(&c, &policy, SAMPLE_NOW + 599), 1);
    assert_int_equal(continuation_left(&c, &policy, SAMPLE_NOW + 601), 0);
    assert_false(continuation_expired(&c, &policy, SAMPLE_NOW));
    assert_false(continuation_expired(&c, &policy, SAMPLE_NOW + 599));
    assert_true(continuation_expired(&c, &policy, SAMPLE_NOW + 600));
    assert_false(continuation_expired(&c, &policy, SAMPLE_NOW - 60)); /* another node's clock */
    assert_true(continuation_expired(&c, &policy, SAMPLE_NOW - 61));
    c.started_at = SAMPLE_NOW - 3500; /* young itself, in an old flow */
    assert_false(continuation_expired(&c, &policy, SAMPLE_NOW + 99));
    assert_true(continuation_expired(&c, &policy, SAMPLE_NOW + 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_comes_back),
        cmocka_unit_test(test_every_length_of_name_comes_back),
        cmocka_unit_test(test_other_lengths_and_versions_are_refused),
        cmocka_unit_test(test_without_room),
        cmocka_unit_test(test_its_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
