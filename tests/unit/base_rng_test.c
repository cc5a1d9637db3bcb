/* SPDX-License-Identifier: Apache-2.0 */
/* rng.h: rng_below rejects exactly the values that would favour some results, and is even otherwise. */
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Hands out the numbers it was given, in order. */
struct given {
    const uint32_t *values;
    size_t n;
    size_t used;
};

static void give(void *ctx, void *out, size_t n)
{
    struct given *given = ctx;

    assert_int_equal(n, sizeof(uint32_t));
    assert_true(given->used < given->n);
    memcpy(out, &given->values[given->used++], n);
}

/* SplitMix64 (public domain), fixed seed: the same numbers on every run. */
static void mix(void *ctx, void *out, size_t n)
{
    uint64_t *seed = ctx;
    uint64_t z = (*seed += 0x9e3779b97f4a7c15U);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    assert_true(n <= sizeof z);
    memcpy(out, &z, n);
}

static void rejects_below_the_threshold(void **state)
{
    (void)state;
    /* 2^32 mod 10 = 6: 0..5 are drawn again, 6 is the first that counts. */
    const uint32_t values[] = { 0, 5, 6, UINT32_MAX, 16 };
    struct given given = { values, 5, 0 };
    const struct rng rng = { give, &given };

    assert_int_equal(rng_below(&rng, 10), 6);
    assert_int_equal(given.used, 3);
    assert_int_equal(rng_below(&rng, 10), UINT32_MAX % 10);
    assert_int_equal(rng_below(&rng, 10), 6);
    assert_int_equal(given.used, 5);
}

static void draws_once_where_the_bound_divides(void **state)
{
    (void)state;
    const uint32_t values[] = { 0, UINT32_MAX, 0, 77, 1 };
    struct given given = { values, 5, 0 };
    const struct rng rng = { give, &given };

    assert_int_equal(rng_below(&rng, 2), 0);
    assert_int_equal(rng_below(&rng, 0x80000000U), 0x7fffffff);
    assert_int_equal(rng_below(&rng, 1), 0);
    assert_int_equal(rng_below(&rng, 1), 0);
    /* The largest bound refuses one value, 0. */
    assert_int_equal(rng_below(&rng, UINT32_MAX), 1);
    assert_int_equal(given.used, 5);
}

/* Chi-squared against the even distribution; the limits are about the quantiles of 0.0001 and 0.9999. */
static void is_even(void **state)
{
    (void)state;
    static const struct {
        uint32_t bound;
        double least;
        double most;
    } rows[] = { { 2, 0.0, 15.2 }, { 10, 0.97, 33.8 }, { 97, 54.0, 156.5 } };
    enum { DRAWS = 200000, MOST = 97 };
    uint64_t seed = 20260101;
    const struct rng rng = { mix, &seed };

    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        unsigned counts[MOST] = { 0 };
        double expected = (double)DRAWS / rows[row].bound;
        double chi = 0;
        for (int i = 0; i < DRAWS; i++) {
            uint32_t value = rng_below(&rng, rows[row].bound);
            assert_true(value < rows[row].bound);
            counts[value]++;
        }
        for (uint32_t i = 0; i < rows[row].bound; i++)
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
        assert_true(chi >= rows[row].least && chi <= rows[row].most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_below_the_threshold),
        cmocka_unit_test(draws_once_where_the_bound_divides),
        cmocka_unit_test(is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
