/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer with a courier that takes some letters in the mail server's place. */
#include "support/mail_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What happens to letters by the number in their address, modulo 4. */
enum { DELIVERS, NOT_MINE, FAILS_ONCE, FALLS_BACK };

/* Only the mailer's thread comes here, but for `calls`. */
struct fake {
    bool busy[OUTBOX_TAGS];
    unsigned number[OUTBOX_TAGS];
    _Atomic unsigned calls[MAILS_MAX];
    bool full; /* once */
};

static err fake_send(void *ctx, unsigned tag, const struct mail *mail, const struct letter *letter)
{
    struct fake *f = ctx;
    unsigned number = (unsigned)strtoul(letter->to + 4, NULL, 10);

    assert_true(mail->id > 0 && tag < OUTBOX_TAGS && !f->busy[tag]);
    if (number % 4 == NOT_MINE)
        return FAIL(NOT_FOUND);
    if (f->full) {
        f->full = false;
        return FAIL(FULL);
    }
    f->busy[tag] = true;
    f->number[tag] = number;
    atomic_fetch_add(&f->calls[number], 1);
    return OK;
}

static bool fake_ended(void *ctx, struct outbox_handed *out)
{
    struct fake *f = ctx;

    for (unsigned tag = 0; tag < OUTBOX_TAGS; tag++) {
        unsigned number = f->number[tag];
        if (!f->busy[tag])
            continue;
        f->busy[tag] = false;
        bool fails = number % 4 == FALLS_BACK || (number % 4 == FAILS_ONCE && atomic_load(&f->calls[number]) == 1);
        *out = (struct outbox_handed){
            .tag = tag, .delivered = !fails, .fall_back = number % 4 == FALLS_BACK, .detail = "no answer"
        };
        return true;
    }
    return false;
}

static void letters_go_by_whom_they_should(void **state)
{
    struct stage *s = *state;
    struct fake *f = test_calloc(1, sizeof *f);

    s->courier = (struct outbox_courier){ fake_send, fake_ended, f };
    f->full = true;
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 40);
    stage_open_outbox(s);
    assert_true(stage_finishes(s, 40, 60));
    outbox_stop(s->outbox, 5);
    s->outbox = NULL;
    for (unsigned i = 0; i < 40; i++) {
        static const unsigned calls[] = { [DELIVERS] = 1, [NOT_MINE] = 0, [FAILS_ONCE] = 2, [FALLS_BACK] = 1 };
        assert_int_equal(atomic_load(&f->calls[i]), calls[i % 4]);
        assert_int_equal(atomic_load(&s->got[i]), i % 4 == NOT_MINE || i % 4 == FALLS_BACK);
    }
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_sent]), 40);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 10 + 1); /* FAILS_ONCE, and the full one */
    test_free(f);
}

/* A courier that never succeeds: the mail is retried until it expires; the mail server never sees it. */
static bool always_fails(void *ctx, struct outbox_handed *out)
{
    if (!fake_ended(ctx, out))
        return false;
    out->delivered = out->fall_back = false;
    return true;
}

static void a_letter_that_no_courier_delivers_is_dead_in_the_end(void **state)
{
    struct stage *s = *state;
    struct fake *f = test_calloc(1, sizeof *f);

    s->courier = (struct outbox_courier){ fake_send, always_fails, f };
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add_until(s, 1, stage_now(s) + 600);
    stage_open_outbox(s);
    assert_true(stage_is_tried(s, 1, 1, PATIENCE_MS));
    struct mail mail = mail_array_get(&s->array, 1);
    assert_string_equal(mail.last_error, "no answer");
    for (uint32_t attempt = 2; mail.state == MAIL_PENDING; attempt++) {
        stage_move_clock(s, mail.due_at - stage_now(s));
        outbox_wake(s->outbox);
        assert_true(stage_is_tried(s, 1, attempt, PATIENCE_MS));
        mail = mail_array_get(&s->array, 1);
    }
    assert_int_equal(mail.state, MAIL_DEAD);
    assert_in_range(mail.attempts, 3, 10);
    assert_int_equal(sink_connections(s->sink), 0);
    outbox_stop(s->outbox, 5);
    s->outbox = NULL;
    test_free(f);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_prepare, stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(letters_go_by_whom_they_should),
        STAGED(a_letter_that_no_courier_delivers_is_dead_in_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
