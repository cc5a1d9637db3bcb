/* SPDX-License-Identifier: Apache-2.0 */
/* A key's life: published, signing, published only, gone; each step by table, and then years of them by chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/rotation.h"

#include "base/rng.h"

#include <string.h>

enum { HOUR = 3600, DAY = 24 * HOUR, NOW = 1790000000, ROWS = 16 };

static const struct rotation_policy policy = { .signing_seconds = 90 * DAY,
                                               .publish_seconds = DAY,
                                               .retire_seconds = 2 * DAY };

static struct key row(enum key_state state, instant created_at, instant signing_since, instant retired_at)
{
    return (struct key){ .alg = ALG_ES256,
                         .state = state,
                         .created_at = created_at,
                         .signing_since = signing_since,
                         .retired_at = retired_at };
}

static void check_step(const struct key *rows, size_t n, bool immediately, enum rotation_step wanted, size_t wanted_row)
{
    size_t index = SIZE_MAX;

    assert_int_equal(rotation_next(rows, n, ALG_ES256, &policy, NOW, immediately, &index), wanted);
    if (wanted == ROTATION_PROMOTE || wanted == ROTATION_REMOVE)
        assert_int_equal(index, wanted_row);
}

static void test_the_first_key_signs_at_once(void **state)
{
    struct key foreign = row(KEY_CURRENT, NOW, NOW, 0);

    (void)state;
    check_step(NULL, 0, false, ROTATION_CREATE_CURRENT, 0);
    check_step(NULL, 0, true, ROTATION_CREATE_CURRENT, 0);
    foreign.alg = ALG_RS256; /* another algorithm's key is none of this one's */
    check_step(&foreign, 1, false, ROTATION_CREATE_CURRENT, 0);
}

static void test_a_current_key_gets_a_successor(void **state)
{
    struct key rows[] = { row(KEY_RETIRED, NOW - 99 * DAY, NOW - 99 * DAY, NOW), row(KEY_CURRENT, NOW, NOW, 0) };

    (void)state;
    check_step(rows, 2, false, ROTATION_CREATE_NEXT, 0);
    check_step(rows, 2, true, ROTATION_CREATE_NEXT, 0);
}

static void test_a_successor_signs_when_both_times_have_come(void **state)
{
    static const struct {
        int64_t signed_for;
        int64_t published_for;
        enum rotation_step step;
    } cases[] = {
        { 90 * DAY, DAY, ROTATION_PROMOTE },     { 90 * DAY - 1, DAY, ROTATION_NOTHING },
        { 90 * DAY, DAY - 1, ROTATION_NOTHING }, { 400 * DAY, 0, ROTATION_NOTHING },
        { 0, 400 * DAY, ROTATION_NOTHING },      { 400 * DAY, 400 * DAY, ROTATION_PROMOTE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key rows[] = { row(KEY_CURRENT, NOW - cases[i].signed_for, NOW - cases[i].signed_for, 0),
                              row(KEY_NEXT, NOW - cases[i].published_for, 0, 0) };
        check_step(rows, 2, false, cases[i].step, 1);
        check_step(rows, 2, true, ROTATION_PROMOTE, 1);
    }
}

static void test_without_a_current_key_the_next_one_signs(void **state)
{
    struct key rows[] = { row(KEY_RETIRED, NOW - 9 * DAY, NOW - 9 * DAY, NOW), row(KEY_NEXT, NOW, 0, 0) };

    (void)state;
    check_step(rows, 2, false, ROTATION_PROMOTE, 1);
}

static void test_a_retired_key_goes_when_its_tokens_are_dead(void **state)
{
    struct key rows[] = { row(KEY_CURRENT, NOW, NOW, 0), row(KEY_NEXT, NOW, 0, 0),
                          row(KEY_RETIRED, 0, 0, NOW - 2 * DAY + 1), row(KEY_RETIRED, 0, 0, NOW - 2 * DAY + 1) };

    (void)state;
    check_step(rows, 4, false, ROTATION_NOTHING, 0);
    rows[3].retired_at--;
    check_step(rows, 4, false, ROTATION_REMOVE, 3);
    rows[3].alg = ALG_EDDSA;
    check_step(rows, 4, false, ROTATION_NOTHING, 0);
}

static void test_promotion_touches_one_algorithm(void **state)
{
    struct key rows[] = { row(KEY_CURRENT, 1, 2, 0), row(KEY_NEXT, 3, 0, 0), row(KEY_RETIRED, 4, 5, 6),
                          row(KEY_CURRENT, 7, 8, 0), row(KEY_NEXT, 9, 0, 0) };

    (void)state;
    rows[3].alg = ALG_RS256;
    rows[4].alg = ALG_RS256;
    struct key others[] = { rows[2], rows[3], rows[4] };
    rotation_promote(rows, 5, 1, NOW);
    assert_int_equal(rows[0].state, KEY_RETIRED);
    assert_int_equal(rows[0].retired_at, NOW);
    assert_int_equal(rows[0].signing_since, 2);
    assert_int_equal(rows[1].state, KEY_CURRENT);
    assert_int_equal(rows[1].signing_since, NOW);
    assert_int_equal(rows[1].created_at, 3);
    assert_memory_equal(&rows[2], others, sizeof others);
}

/* The figures of spec OIDC, 1.5: a day of publication before and, after the last token, a day and the longest life. */
static void test_the_default_times(void **state)
{
    (void)state;
    assert_int_equal(rotation_default.signing_seconds, 90 * DAY);
    assert_true(rotation_default.publish_seconds >= DAY);
    assert_true(rotation_default.retire_seconds >= DAY + 86400);
}

/* ---- a walk through the years ---- */

struct walk {
    struct key rows[ROWS];
    size_t n;
    instant now;
    bool immediately;
    int promotions;
    int removals;
};

/* A small generator, so that a failure comes again. */
static void walk_fill(void *ctx, void *out, size_t n)
{
    uint64_t *x = ctx;
    uint8_t *bytes = out;

    for (size_t i = 0; i < n; i++) {
        *x = *x * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (uint8_t)(*x >> 56);
    }
}

static void add(struct walk *w, enum key_state state)
{
    assert_true(w->n < ROWS);
    w->rows[w->n++] = row(state, w->now, state == KEY_CURRENT ? w->now : 0, 0);
}

static void promote(struct walk *w, size_t next)
{
    assert_int_equal(w->rows[next].state, KEY_NEXT);
    assert_true(w->immediately || w->now - w->rows[next].created_at >= policy.publish_seconds);
    rotation_promote(w->rows, w->n, next, w->now);
    w->immediately = false;
    w->promotions++;
}

static void drop(struct walk *w, size_t gone)
{
    assert_int_equal(w->rows[gone].state, KEY_RETIRED);
    assert_true(w->now - w->rows[gone].retired_at >= policy.retire_seconds);
    w->rows[gone] = w->rows[--w->n];
    w->removals++;
}

static bool take_step(struct walk *w)
{
    size_t index;

    switch (rotation_next(w->rows, w->n, ALG_ES256, &policy, w->now, w->immediately, &index)) {
    case ROTATION_CREATE_CURRENT:
        assert_int_equal(w->n, 0);
        add(w, KEY_CURRENT);
        return true;
    case ROTATION_CREATE_NEXT:
        add(w, KEY_NEXT);
        return true;
    case ROTATION_PROMOTE:
        promote(w, index);
        return true;
    case ROTATION_REMOVE:
        drop(w, index);
        return true;
    case ROTATION_NOTHING:
        return false;
    }
    fail();
    return false;
}

static size_t count(const struct walk *w, enum key_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        n += w->rows[i].state == state;
    return n;
}

static void converge(struct walk *w)
{
    int steps = 0;

    while (take_step(w)) {
        assert_int_equal(count(w, KEY_CURRENT), 1);
        assert_true(++steps < 3 * ROWS);
    }
    assert_int_equal(count(w, KEY_CURRENT), 1);
    assert_int_equal(count(w, KEY_NEXT), 1);
    for (size_t i = 0; i < w->n; i++)
        if (w->rows[i].state == KEY_RETIRED)
            assert_true(w->now - w->rows[i].retired_at < policy.retire_seconds);
}

static void test_years_of_rotation(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t x = seed;
        const struct rng chance = { walk_fill, &x };
        struct walk w = { .now = NOW };
        while (w.now < NOW + 10LL * 365 * DAY) {
            w.immediately = w.n > 0 && rng_below(&chance, 400) == 0;
            converge(&w);
            w.now += 1 + rng_below(&chance, 3 * DAY); /* a server is not always up */
        }
        assert_true(w.promotions >= 38); /* 10 years of 90 days, late at most three days each time */
        assert_true(w.removals >= w.promotions - 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_key_signs_at_once),
        cmocka_unit_test(test_a_current_key_gets_a_successor),
        cmocka_unit_test(test_a_successor_signs_when_both_times_have_come),
        cmocka_unit_test(test_without_a_current_key_the_next_one_signs),
        cmocka_unit_test(test_a_retired_key_goes_when_its_tokens_are_dead),
        cmocka_unit_test(test_promotion_touches_one_algorithm),
        cmocka_unit_test(test_the_default_times),
        cmocka_unit_test(test_years_of_rotation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
