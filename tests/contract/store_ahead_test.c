/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong answers that are counted ahead (store.h: store_count_ahead): each can be given once, none survives what may have
 * lost count of them, and a clean end gives back what was not given. */
#include "support/store_fixture.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdatomic.h>

enum { AHEAD = 4 };

static struct passcode read_row(struct store *s, uint32_t user)
{
    struct passcode p;

    assert_int_equal(store_passcode(s, user_id(user), &p).code, ERR_OK);
    return p;
}

/* Stored: attempts 1 and failures 2, with AHEAD more. */
static struct passcode open_row(struct store *s, uint32_t user)
{
    struct passcode p = sample_passcode(user, version_of(s, user));

    p.attempts = 1;
    p.failures = 2;
    p.ahead = AHEAD;
    p.ahead_read = read_row(s, user).ahead_read;
    assert_int_equal(write_one(s, swap(&p)), ERR_OK);
    return read_row(s, user);
}

static void assert_counts(const struct passcode *p, uint32_t given, uint32_t left)
{
    assert_int_equal(p->attempts, 1 + given);
    assert_int_equal(p->failures, 2 + given);
    assert_int_equal(p->ahead, left);
}

static void each_is_given_once(void **state)
{
    struct fixture *f = *state;

    open_row(f->s, 1);
    for (uint32_t given = 0; given < AHEAD; given++) {
        struct passcode p = read_row(f->s, 1);
        assert_counts(&p, given, AHEAD - given);
        assert_int_equal(store_count_ahead(f->s, &p).code, ERR_OK);
        assert_int_equal(store_count_ahead(f->s, &p).code, ERR_CONFLICT); /* it was read before */
    }
    struct passcode p = read_row(f->s, 1);
    assert_counts(&p, AHEAD, 0);
    assert_int_equal(store_count_ahead(f->s, &p).code, ERR_CONFLICT);
}

static void a_swap_conflicts_with_an_answer_since(void **state)
{
    struct fixture *f = *state;
    struct passcode before = open_row(f->s, 1);
    struct passcode after = before;

    assert_int_equal(store_count_ahead(f->s, &before).code, ERR_OK);
    assert_int_equal(write_one(f->s, swap(&before)), ERR_CONFLICT);
    after = read_row(f->s, 1);
    after.ahead = 0;
    assert_int_equal(write_one(f->s, swap(&after)), ERR_OK);
    assert_int_equal(store_count_ahead(f->s, &after).code, ERR_CONFLICT); /* the row is another */
    struct passcode p = read_row(f->s, 1);
    assert_counts(&p, 1, 0);
}

struct rivals {
    struct store *s;
    _Atomic unsigned given;
};

static void *give_all(void *ctx)
{
    struct rivals *r = ctx;

    for (int i = 0; i < 2000; i++) {
        struct passcode p = read_row(r->s, 1);
        atomic_fetch_add(&r->given, err_is_ok(store_count_ahead(r->s, &p)));
    }
    return NULL;
}

static void threads_never_give_more(void **state)
{
    struct fixture *f = *state;
    struct rivals rivals = { .s = f->s };
    pthread_t threads[4];

    open_row(f->s, 1);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, give_all, &rivals), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(rivals.given, AHEAD);
}

/* More open codes than there is room for: who was pushed out has lost them all, nobody has more than his own. */
static void too_many_open_codes(void **state)
{
    enum { USERS = LIMIT_COUNTED_AHEAD + 500, AT_ONCE = 500 };
    struct fixture *f = *state;
    static struct passcode rows[AT_ONCE];
    static struct store_write writes[AT_ONCE];
    uint32_t whole = 0;

    for (uint32_t from = 1; from <= USERS; from += AT_ONCE) {
        uint32_t n = USERS + 1 - from < AT_ONCE ? USERS + 1 - from : AT_ONCE;
        for (uint32_t i = 0; i < n; i++) {
            rows[i] = sample_passcode(from + i, 0);
            rows[i].attempts = 1;
            rows[i].failures = 2;
            rows[i].ahead = AHEAD;
            writes[i] = swap(&rows[i]);
        }
        assert_int_equal(store_write(f->s, writes, n).code, ERR_OK);
    }
    for (uint32_t user = 1; user <= USERS; user++) {
        struct passcode p = read_row(f->s, user);
        assert_counts(&p, p.ahead == 0 ? AHEAD : 0, p.ahead == 0 ? 0 : AHEAD);
        whole += p.ahead > 0;
    }
    assert_in_range(whole, 1, LIMIT_COUNTED_AHEAD);
}

static struct store *open_again(struct fixture *f)
{
    struct store_options options = { .path = f->path, .clock = &f->clock, .rng = &f->rng };
    struct store *s;

    assert_int_equal(store_open(&options, &s).code, ERR_OK);
    return s;
}

/* What the process knows is lost with it: to another, all of them were given. */
static void after_a_kill_all_count_as_given(void **state)
{
    struct fixture *f = *state;
    struct passcode here = open_row(f->s, 1);

    struct store *other = open_again(f);
    struct passcode there = read_row(other, 1);
    assert_counts(&there, AHEAD, 0);
    /* and where the other replaces the row, nothing is left here */
    there.ahead = AHEAD;
    there.attempts = 1;
    there.failures = 2;
    assert_int_equal(write_one(other, swap(&there)), ERR_OK);
    here = read_row(f->s, 1);
    assert_counts(&here, AHEAD, 0);
    store_close(other);
}

static void a_clean_end_gives_back_the_rest(void **state)
{
    struct fixture *f = *state;
    struct passcode p = open_row(f->s, 1);

    assert_int_equal(store_count_ahead(f->s, &p).code, ERR_OK);
    store_close(f->s);
    f->s = open_again(f);
    p = read_row(f->s, 1);
    assert_counts(&p, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(each_is_given_once),
        BOTH(a_swap_conflicts_with_an_answer_since),
        BOTH(threads_never_give_more),
        FILE_ONLY(too_many_open_codes),
        FILE_ONLY(after_a_kill_all_count_as_given),
        FILE_ONLY(a_clean_end_gives_back_the_rest),
    };

    return cmocka_run_group_tests_name("ahead", tests, NULL, NULL);
}
