/* SPDX-License-Identifier: Apache-2.0 */
/* A mail that was on its way when the development server was reset used to arrive after the reset, so that the next sign-in read a
 * code of the one before. */
#include "mail/inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

struct slow_source {
    atomic_bool empty;   /* of mails */
    atomic_bool reached; /* the mail is being opened */
    atomic_bool released;
    atomic_bool delivered;
};

static void doze(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

static void wait_for(const atomic_bool *what)
{
    for (int i = 0; i < 10000 && !*what; i++)
        doze();
    assert_true(*what);
}

static err due(void *ctx, instant now, uint64_t after, struct mail *out, size_t *n)
{
    struct slow_source *s = ctx;

    (void)now, (void)after;
    *n = s->empty ? 0 : 1;
    if (*n == 1)
        *out = (struct mail){ .id = 7 };
    s->empty = true;
    return OK;
}

static err open_slowly(void *ctx, const struct mail *mail, struct letter *out)
{
    struct slow_source *s = ctx;

    (void)mail;
    s->reached = true;
    while (!s->released)
        doze();
    *out = (struct letter){ .language = "en" };
    snprintf(out->to, sizeof out->to, "sam@example.org");
    return OK;
}

static err note_delivered(void *ctx, uint64_t id)
{
    struct slow_source *s = ctx;

    (void)id;
    s->delivered = true;
    return OK;
}

static void *clear(void *box)
{
    inbox_clear(box);
    return NULL;
}

static void what_was_on_its_way_is_cleared_too(void **state)
{
    static struct slow_source s;
    const struct inbox_options options = {
        .source = { .due = due, .open = open_slowly, .delivered = note_delivered, .ctx = &s }, .clock = &clock_system
    };
    struct inbox *box;
    struct inbox_mail mail;
    pthread_t clearing;

    (void)state;
    assert_int_equal(inbox_start(&options, &box).code, ERR_OK);
    inbox_wake(box);
    wait_for(&s.reached);
    assert_int_equal(pthread_create(&clearing, NULL, clear, box), 0);
    for (int i = 0; i < 50; i++) /* time enough for one that does not wait */
        doze();
    s.released = true;
    wait_for(&s.delivered);
    pthread_join(clearing, NULL);
    assert_int_equal(inbox_list(box, SLICE_EMPTY, 0, &mail, 1), 0);
    inbox_stop(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_was_on_its_way_is_cleared_too) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
