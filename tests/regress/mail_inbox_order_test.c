/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of mails are given before they are committed, so a lower one may come after a higher one: the development server's
 * inbox never showed it. */
#include "mail/inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include <stdio.h>

struct source {
    atomic_bool there[3]; /* by id */
};

static err due(void *ctx, instant now, uint64_t after, struct mail *out, size_t *n)
{
    struct source *s = ctx;
    size_t got = 0;

    (void)now;
    for (uint64_t id = after + 1; id < sizeof s->there / sizeof s->there[0]; id++)
        if (s->there[id])
            out[got++] = (struct mail){ .id = id };
    *n = got;
    return OK;
}

static err open_letter(void *ctx, const struct mail *mail, struct letter *out)
{
    (void)ctx, (void)mail;
    *out = (struct letter){ .language = "en" };
    snprintf(out->to, sizeof out->to, "sam@example.org");
    return OK;
}

static err delivered(void *ctx, uint64_t id)
{
    struct source *s = ctx;

    s->there[id] = false;
    return OK;
}

static size_t wait_for_mails(struct inbox *box, size_t wanted)
{
    struct inbox_mail mails[3];
    size_t n = 0;

    for (int i = 0; i < 5000 && n < wanted; i++) {
        n = inbox_list(box, SLICE_EMPTY, 0, mails, 3);
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
    return n;
}

static void a_lower_id_that_comes_later_is_shown(void **state)
{
    static struct source s;
    const struct inbox_options options = {
        .source = { .due = due, .open = open_letter, .delivered = delivered, .ctx = &s }, .clock = &clock_system
    };
    struct inbox *box;

    (void)state;
    s.there[2] = true;
    assert_int_equal(inbox_start(&options, &box).code, ERR_OK);
    inbox_wake(box);
    assert_int_equal(wait_for_mails(box, 1), 1);
    s.there[1] = true;
    inbox_wake(box);
    assert_int_equal(wait_for_mails(box, 2), 2);
    inbox_stop(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_lower_id_that_comes_later_is_shown) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
