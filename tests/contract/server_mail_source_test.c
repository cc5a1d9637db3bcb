/* SPDX-License-Identifier: Apache-2.0 */
/* mail_source.h: what the mailer is given at once, and when it has to read the store. Mails with ids from 1000 on are offered
 * and do not stand in the store, so that it shows who is asked. */
#include "server/mail_source.h"

#include "support/store_fixture.h"

#include <time.h>

enum { OFFERED = 1000 };

static struct mail_source *start(struct fixture *f)
{
    struct mail_source *s;

    assert_int_equal(mail_source_new(f->s, NULL, &s).code, ERR_OK);
    return s;
}

static void commit(struct fixture *f, uint64_t first, uint64_t last)
{
    for (uint64_t id = first; id <= last; id++) {
        struct mail m = sample_mail(id);
        assert_int_equal(write_one(f->s, add_mail(&m)), ERR_OK);
    }
}

static void offer(struct mail_source *s, uint64_t id)
{
    struct mail m = sample_mail(id);

    mail_source_offer(s, &(struct store_mails){ .mails = { &m }, .n = 1 });
}

/* Asks for mails after `after`, and expects these ids, or as many of them as are asked for at most. */
static void expect_due(struct mail_source *s, uint64_t after, const uint64_t *ids, size_t n)
{
    struct outbox_source source = mail_source_functions(s);
    struct mail mails[LIMIT_MAILS_AT_ONCE];
    size_t got = LIMIT_MAILS_AT_ONCE;

    assert_int_equal(source.due(source.ctx, NOON + 1, after, mails, &got).code, ERR_OK);
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(mails[i].id, ids[i]);
}

#define EXPECT_DUE(s, after, ...)                                           \
    do {                                                                    \
        const uint64_t expected[] = { __VA_ARGS__ };                        \
        expect_due(s, after, expected, sizeof expected / sizeof *expected); \
    } while (0)

/* With mail 1 in the store, which the mailer has asked for: it has seen the end. */
static struct mail_source *start_after_one(struct fixture *f)
{
    struct mail_source *s = start(f);

    commit(f, 1, 1);
    EXPECT_DUE(s, 0, 1);
    return s;
}

static void what_is_offered_need_not_be_read(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start(f);

    commit(f, 1, 2);
    EXPECT_DUE(s, 0, 1, 2);
    offer(s, OFFERED + 2);
    offer(s, OFFERED);
    offer(s, OFFERED + 1);
    EXPECT_DUE(s, 2, OFFERED, OFFERED + 1, OFFERED + 2);
    expect_due(s, 2, NULL, 0);
    offer(s, OFFERED); /* below what was asked for: the store will tell it */
    expect_due(s, OFFERED + 2, NULL, 0);
    mail_source_free(s);
}

/* Asked from the lowest id on, the store knows better. */
static void a_sweep_forgets_what_was_offered(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start_after_one(f);

    offer(s, OFFERED);
    EXPECT_DUE(s, 0, 1);
    expect_due(s, 1, NULL, 0);
    mail_source_free(s);
}

static void a_backlog_comes_first(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start(f);
    struct outbox_source source = mail_source_functions(s);
    struct mail mails[LIMIT_MAILS_AT_ONCE];
    size_t n = LIMIT_MAILS_AT_ONCE;

    commit(f, 1, LIMIT_MAILS_AT_ONCE + 1);
    assert_int_equal(source.due(source.ctx, NOON + 1, 0, mails, &n).code, ERR_OK);
    assert_int_equal(n, LIMIT_MAILS_AT_ONCE);
    offer(s, OFFERED);
    EXPECT_DUE(s, LIMIT_MAILS_AT_ONCE, LIMIT_MAILS_AT_ONCE + 1);
    offer(s, OFFERED);
    EXPECT_DUE(s, LIMIT_MAILS_AT_ONCE + 1, OFFERED);
    mail_source_free(s);
}

static void where_one_found_no_room_the_store_is_asked(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start_after_one(f);

    for (uint64_t i = 0; i <= LIMIT_MAILS_AT_ONCE; i++)
        offer(s, OFFERED + i);
    commit(f, 2, 2);
    EXPECT_DUE(s, 1, 2);
    expect_due(s, 2, NULL, 0);
    mail_source_free(s);
}

static void after_other_changes_the_store_is_asked(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start_after_one(f);

    offer(s, OFFERED);
    mail_source_offer(s, &(struct store_mails){ .others = true });
    expect_due(s, 1, NULL, 0);
    mail_source_free(s);
}

static void what_is_not_due_is_not_given(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start_after_one(f);
    struct mail later = sample_mail(OFFERED);

    later.due_at = NOON + 2;
    mail_source_offer(s, &(struct store_mails){ .mails = { &later }, .n = 1 });
    expect_due(s, 1, NULL, 0);
    mail_source_free(s);
}

/* Else it would be offered again, and be sent twice, where all lines are busy for longer than it is known. */
static void what_was_delivered_goes_though_no_mail_is_asked_for(void **state)
{
    struct fixture *f = *state;
    struct mail_source *s = start(f);
    struct outbox_source source = mail_source_functions(s);
    uint64_t pending = 1, dead;

    commit(f, 1, 1);
    assert_int_equal(source.delivered(source.ctx, 1).code, ERR_OK);
    for (unsigned i = 0; i < 10000 && pending > 0; i++) {
        source.tend(source.ctx);
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        assert_int_equal(store_mail_count(f->s, &pending, &dead).code, ERR_OK);
    }
    assert_int_equal(pending, 0);
    assert_int_equal(store_reset(f->s).code, ERR_OK); /* so that nothing is in flight */
    mail_source_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_is_offered_need_not_be_read),
        BOTH(a_sweep_forgets_what_was_offered),
        BOTH(a_backlog_comes_first),
        BOTH(where_one_found_no_room_the_store_is_asked),
        BOTH(after_other_changes_the_store_is_asked),
        BOTH(what_is_not_due_is_not_given),
        BOTH(what_was_delivered_goes_though_no_mail_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
