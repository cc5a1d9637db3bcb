/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer and its store: each mail once, at once, and none lost when it stops. */
#include "support/mail_stage.h"

#include "mail/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { FOR_EVER_MS = 3600000 };

static void all_arrive_once_over_few_connections(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 300);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 300, 0, PATIENCE_MS));
    stage_each_arrived(s, 300, 1);
    assert_in_range(sink_connections(s->sink), 1, 4);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_sent]), 300);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 0);
    assert_true(atomic_load(&s->tenant_told));
}

static void a_server_is_told_as_it_has_offered(struct stage *s, enum sink_offers offers)
{
    stage_open_sink(s, (struct sink_options){ .offers = offers, .fail_every = 4 });
    stage_add(s, 40);
    stage_open_outbox(s);
    assert_true(stage_finishes(s, 40, 60));
    stage_each_arrived(s, 40, 1);
}

static void a_server_that_takes_one_command_at_a_time_gets_them_so(void **state)
{
    a_server_is_told_as_it_has_offered(*state, SINK_ONE_BY_ONE);
}

static void a_server_that_takes_commands_together_is_asked_before_the_data(void **state)
{
    a_server_is_told_as_it_has_offered(*state, SINK_PIPELINING);
}

static void a_server_that_takes_chunks_is_told_all_at_once(void **state)
{
    a_server_is_told_as_it_has_offered(*state, SINK_CHUNKING);
}

/* Twenty sweeps would take forty seconds. */
static void a_wake_sends_at_once(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_open_outbox(s);
    stage_doze(300); /* asleep */
    int64_t start = stage_real_ms();
    for (unsigned i = 1; i <= 20; i++) {
        stage_add(s, 1);
        outbox_wake(s->outbox);
        assert_true(stage_reaches(s, i, 0, PATIENCE_MS));
    }
    assert_true(stage_real_ms() - start < 20000);
    assert_int_equal(sink_connections(s->sink), 1);
}

static void without_a_wake_it_is_found_by_a_sweep(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_open_outbox(s);
    stage_doze(100);
    int64_t start = stage_real_ms();
    unsigned before = atomic_load(&s->array.reads);
    stage_add(s, 1);
    assert_true(stage_reaches(s, 1, 0, PATIENCE_MS));
    assert_in_range(atomic_load(&s->array.reads) - before, 1, 4 + (stage_real_ms() - start) / 500);
}

/* The linker leads the outbox's calls here (--wrap): one that stops says so before it wakes its thread. The answers that the
 * server has held back until then come then. */
static struct sink *held;

void __real_smtp_wakeup(struct smtp *s);
void __wrap_smtp_wakeup(struct smtp *s);

void __wrap_smtp_wakeup(struct smtp *s)
{
    __real_smtp_wakeup(s);
    if (held != NULL)
        sink_hurry(held);
}

static atomic_uint rests;

void __real_smtp_wait(struct smtp *s, int wait_ms);
void __wrap_smtp_wait(struct smtp *s, int wait_ms);

void __wrap_smtp_wait(struct smtp *s, int wait_ms)
{
    atomic_fetch_add(&rests, 1);
    __real_smtp_wait(s, wait_ms);
}

/* Longer than a sweep, which needs a line. What was delivered before is handed on all the same. */
static void a_server_that_is_slow_with_all_lines_is_waited_for_without_haste(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ .delay_ms = FOR_EVER_MS });
    stage_add(s, 40);
    stage_open_outbox(s);
    stage_is_under_way(s, 4);
    stage_doze(200);
    int64_t start = stage_real_ms();
    unsigned before = atomic_load(&rests), tended = atomic_load(&s->array.tended);
    stage_doze(3000);
    assert_in_range(atomic_load(&rests) - before, 1, 4 + (stage_real_ms() - start) / 500);
    assert_true(atomic_load(&s->array.tended) > tended);
}

/* And not a moment longer: it would not end where all of its time was waited for. */
static void a_stop_lets_what_is_under_way_finish(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ .delay_ms = FOR_EVER_MS });
    stage_add(s, 40);
    stage_open_outbox(s);
    stage_is_under_way(s, 4);
    held = s->sink;
    outbox_stop(s->outbox, FOR_EVER_MS / 1000);
    held = NULL;
    s->outbox = NULL;
    struct mail_array_counts counts = mail_array_count(&s->array);
    assert_int_equal(counts.delivered, 4);
    assert_int_equal(counts.pending, 36);
    assert_int_equal(counts.most_attempts, 0);
    assert_int_equal(sink_mails(s->sink), 4);
}

static void a_stop_without_patience_leaves_the_mails_as_they_were(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ .delay_ms = FOR_EVER_MS });
    stage_add(s, 40);
    stage_open_outbox(s);
    stage_is_under_way(s, 4);
    outbox_stop(s->outbox, 0);
    s->outbox = NULL;
    struct mail_array_counts counts = mail_array_count(&s->array);
    assert_int_equal(counts.pending, 40);
    assert_int_equal(counts.most_attempts, 0);
}

static void what_has_expired_is_dead_and_never_sent(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add_until(s, 2, START);
    stage_add(s, 2);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 2, 2, PATIENCE_MS));
    assert_int_equal(sink_mails(s->sink), 2);
    assert_string_equal(mail_array_get(&s->array, 1).last_error, "expired before it could be delivered");
}

static void what_does_not_open_is_dead(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 2);
    s->array.mails[0].sealed[0] ^= 1;
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 1, 1, PATIENCE_MS));
    assert_int_equal(mail_array_get(&s->array, 1).state, MAIL_DEAD);
    assert_int_equal(atomic_load(&s->got[0]), 0);
}

static void a_store_without_room_gets_the_outcome_later(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 30);
    atomic_store(&s->array.refuse, 25);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 30, 0, PATIENCE_MS));
    stage_each_arrived(s, 30, 1);
}

/* The outcome is on its way to the disk: the store still offers what was delivered. */
static void what_the_store_still_offers_is_not_sent_twice(void **state)
{
    struct stage *s = *state;

    s->array.lag = true;
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 100);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 100, 0, PATIENCE_MS));
    for (int i = 0; i < 10; i++) {
        stage_add(s, 1);
        outbox_wake(s->outbox);
        stage_doze(120); /* a sweep each time */
    }
    assert_true(stage_reaches(s, 110, 0, PATIENCE_MS));
    stage_each_arrived(s, 110, 1);
    assert_int_equal(sink_mails(s->sink), 110);
}

static void options_that_cannot_be_are_refused(void **state)
{
    struct stage *s = *state;
    struct outbox_options good = {
        .smtp = { .host = "127.0.0.1", .port = 25, .security = SMTP_STARTTLS },
        .from = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .messages = s->messages,
        .source = mail_array_source(&s->array),
        .clock = &s->clock,
    };
    struct outbox_options bad[] = { good, good, good, good, good, good, good };
    struct outbox *outbox;

    bad[0].smtp.host = "";
    bad[1].smtp.host = "mail.example/x";
    bad[2].smtp.host = "me@mail.example";
    bad[3].smtp.port = 0;
    bad[4].smtp.connections = 65;
    bad[5].from.address = SLICE("nobody");
    bad[6].smtp.security = SMTP_PLAIN;
    bad[6].smtp.user = "mailer";
    bad[6].smtp.password = "invented-secret";
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(outbox_start(&bad[i], &outbox).code, ERR_FORMAT);
        assert_null(outbox);
    }
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_prepare, stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(all_arrive_once_over_few_connections),
        STAGED(a_server_that_takes_one_command_at_a_time_gets_them_so),
        STAGED(a_server_that_takes_commands_together_is_asked_before_the_data),
        STAGED(a_server_that_takes_chunks_is_told_all_at_once),
        STAGED(a_wake_sends_at_once),
        STAGED(without_a_wake_it_is_found_by_a_sweep),
        STAGED(a_server_that_is_slow_with_all_lines_is_waited_for_without_haste),
        STAGED(a_stop_lets_what_is_under_way_finish),
        STAGED(a_stop_without_patience_leaves_the_mails_as_they_were),
        STAGED(what_has_expired_is_dead_and_never_sent),
        STAGED(what_does_not_open_is_dead),
        STAGED(a_store_without_room_gets_the_outcome_later),
        STAGED(what_the_store_still_offers_is_not_sent_twice),
        STAGED(options_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
