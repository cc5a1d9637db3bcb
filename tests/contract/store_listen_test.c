/* SPDX-License-Identifier: Apache-2.0 */
/* What store_listen tells of the outbox: what was committed, and nothing else. */
#include "support/store_fixture.h"

#include <stdatomic.h>

struct told {
    atomic_uint times;
    uint64_t ids[LIMIT_MAILS_AT_ONCE]; /* of the last time, read after the write has come back */
    size_t n;
    bool others;
};

static void tell(void *ctx, const struct store_mails *committed)
{
    struct told *t = ctx;

    t->n = committed->n;
    t->others = committed->others;
    for (size_t i = 0; i < t->n; i++)
        t->ids[i] = committed->mails[i]->id;
    atomic_fetch_add(&t->times, 1);
}

static void mails_of_a_commit_are_told_at_once(void **state)
{
    struct fixture *f = *state;
    struct told told = { .times = 0 };
    struct mail one = sample_mail(7), other = sample_mail(5);
    struct grant g = sample_grant(10, 1);
    struct store_write writes[] = { add_mail(&one), add_grant(&g), add_mail(&other) };

    store_listen(f->s, tell, &told);
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    assert_int_equal(told.times, 1);
    assert_int_equal(told.n, 2);
    assert_int_equal(told.ids[0], 7);
    assert_int_equal(told.ids[1], 5);
    assert_false(told.others);
}

static void what_was_not_committed_or_is_no_mail_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct told told = { .times = 0 };
    struct mail one = sample_mail(7), same = sample_mail(7);
    struct grant g = sample_grant(10, 1);

    assert_int_equal(write_one(f->s, add_mail(&one)), ERR_OK);
    store_listen(f->s, tell, &told);
    assert_int_equal(write_one(f->s, add_mail(&same)), ERR_CONFLICT);
    assert_int_equal(write_one(f->s, add_grant(&g)), ERR_OK);
    assert_int_equal(told.times, 0);
}

static void more_than_can_be_told_is_said(void **state)
{
    struct fixture *f = *state;
    struct told told = { .times = 0 };
    struct mail mails[LIMIT_MAILS_AT_ONCE + 1];
    struct store_write writes[COUNT(mails)];

    for (size_t i = 0; i < COUNT(mails); i++) {
        mails[i] = sample_mail(i + 1);
        writes[i] = add_mail(&mails[i]);
    }
    store_listen(f->s, tell, &told);
    assert_int_equal(store_write(f->s, writes, COUNT(writes)).code, ERR_OK);
    assert_int_equal(told.times, 1);
    assert_int_equal(told.n, LIMIT_MAILS_AT_ONCE);
    assert_true(told.others);
}

/* A reset, and what goes as time passes, may have removed mails. */
static void other_changes_are_said(void **state)
{
    struct fixture *f = *state;
    struct told told = { .times = 0 };

    store_listen(f->s, tell, &told);
    assert_int_equal(store_reset(f->s).code, ERR_OK);
    assert_int_equal(told.times, 1);
    assert_int_equal(told.n, 0);
    assert_true(told.others);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(mails_of_a_commit_are_told_at_once),
        BOTH(what_was_not_committed_or_is_no_mail_is_not_told),
        BOTH(more_than_can_be_told_is_said),
        BOTH(other_changes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
