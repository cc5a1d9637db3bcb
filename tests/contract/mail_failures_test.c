/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer and a mail server that refuses, drops, goes away and comes back. */
#include "support/mail_stage.h"
#include "support/system_trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int later_at_first(struct stage *s, unsigned number)
{
    return number == 1 && atomic_load(&s->tries[1]) <= 2 ? 451 : 250;
}

static void a_temporary_refusal_is_tried_again_when_it_is_due(void **state)
{
    struct stage *s = *state;

    s->answer = later_at_first;
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 3);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 2, 0, PATIENCE_MS));
    assert_true(stage_is_tried(s, 2, 1, PATIENCE_MS));
    struct mail mail = mail_array_get(&s->array, 2);
    assert_string_equal(mail.last_error, "451 4.0.0 recipient");
    assert_in_range(mail.due_at, START + 3, START + 5);
    assert_int_equal(mail.state, MAIL_PENDING);
    assert_string_equal(s->last_detail, "451 4.0.0 recipient");
    outbox_wake(s->outbox);
    stage_doze(200);
    assert_int_equal(atomic_load(&s->tries[1]), 1); /* not before */
    stage_move_clock(s, 5);
    outbox_wake(s->outbox);
    assert_true(stage_is_tried(s, 2, 2, PATIENCE_MS));
    mail = mail_array_get(&s->array, 2);
    assert_in_range(mail.due_at, START + 5 + 7, START + 5 + 10);
    stage_move_clock(s, 10);
    outbox_wake(s->outbox);
    assert_true(stage_reaches(s, 3, 0, PATIENCE_MS));
    stage_each_arrived(s, 3, 1);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 2);
}

static int never_the_second(struct stage *s, unsigned number)
{
    (void)s;
    return number == 1 ? 550 : 250;
}

static void a_permanent_refusal_is_dead_at_once(void **state)
{
    struct stage *s = *state;

    s->answer = never_the_second;
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 3);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 2, 1, PATIENCE_MS));
    struct mail mail = mail_array_get(&s->array, 2);
    assert_int_equal(mail.state, MAIL_DEAD);
    assert_int_equal(mail.attempts, 1);
    assert_string_equal(mail.last_error, "550 5.0.0 recipient");
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_dead]), 1);
    stage_move_clock(s, 60);
    outbox_wake(s->outbox);
    stage_doze(200);
    assert_int_equal(atomic_load(&s->tries[1]), 1);
}

static void refused_data_is_tried_again(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ .fail_every = 2 });
    stage_add(s, 20);
    stage_open_outbox(s);
    assert_true(stage_finishes(s, 20, 60));
    stage_each_arrived(s, 20, 1);
    assert_non_null(strstr(s->last_detail, "451 4.3.0 not now"));
}

/* A server that closes in the middle of mails: nothing is lost, and the other mails are not held up by a pause. */
static void connections_lost_in_mid_mail_are_made_again(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ .drop_every = 3 });
    stage_add(s, 30);
    stage_open_outbox(s);
    assert_true(stage_finishes(s, 30, 20));
    stage_each_arrived(s, 30, 1);
    assert_true(sink_connections(s->sink) > 10);
}

/* Four connections at first, then one after 250 ms, 500 ms, 1 s and so on. */
static unsigned tries_within(int64_t ms)
{
    unsigned tries = 4;

    for (int64_t wait = 250, at = wait; at <= ms; wait *= 2, at += wait)
        tries++;
    return tries;
}

static void a_server_that_is_away_is_waited_for_without_haste(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_close_sink(s); /* now the port is known and closed */
    stage_add(s, 50);
    int64_t since = stage_real_ms();
    stage_open_outbox(s);
    int wakes = 0;
    while (wakes < 30 || (wakes < PATIENCE_MS / 100 && atomic_load(&s->array.outcomes) < 5)) {
        stage_doze(100);
        stage_move_clock(s, 1); /* whatever failed is due again */
        outbox_wake(s->outbox);
        wakes++;
    }
    struct mail_array_counts counts = mail_array_count(&s->array);
    assert_int_equal(counts.pending, 50);
    unsigned outcomes = atomic_load(&s->array.outcomes);
    uint64_t deferred = atomic_load(&s->events.counts[EVENT_mail_deferred]);
    unsigned most = tries_within(stage_real_ms() - since) + 1;
    assert_in_range(outcomes, 5, most);
    assert_in_range(deferred, 5, most);
    assert_true(atomic_load(&s->array.reads) < 2 * wakes + (stage_real_ms() - since) / 500);
    assert_non_null(strstr(s->last_detail, "connect"));
    stage_open_sink(s, (struct sink_options){ 0 });
    assert_true(stage_finishes(s, 50, 1));
    stage_each_arrived(s, 50, 1);
    assert_in_range(sink_connections(s->sink), 1, 4);
}

/* An idle connection that the server has closed meanwhile is no failure. */
static void a_server_that_restarts_between_mails_is_found_again(void **state)
{
    struct stage *s = *state;

    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 8);
    stage_open_outbox(s);
    assert_true(stage_reaches(s, 8, 0, PATIENCE_MS));
    stage_close_sink(s);
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 8);
    outbox_wake(s->outbox);
    assert_true(stage_reaches(s, 16, 0, PATIENCE_MS));
    stage_each_arrived(s, 16, 1);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 0);
}

/* One mail, for a server that speaks no TLS. */
static void try_in_vain(struct stage *s, struct smtp_options smtp)
{
    stage_open_sink(s, (struct sink_options){ 0 });
    stage_add(s, 1);
    smtp.host = "127.0.0.1";
    smtp.port = s->port;
    const struct outbox_options options = {
        .smtp = smtp,
        .from = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .messages = s->messages,
        .source = mail_array_source(&s->array),
        .clock = &s->clock,
        .events = &s->events,
    };
    assert_int_equal(outbox_start(&options, &s->outbox).code, ERR_OK);
    assert_true(stage_is_tried(s, 1, 1, PATIENCE_MS));
}

/* A server that offers no STARTTLS gets nothing: no mail, no sign-in. */
static void starttls_is_required_not_tried(void **state)
{
    struct stage *s = *state;

    try_in_vain(s, (struct smtp_options){ .security = SMTP_STARTTLS, .user = "mailer", .password = "invented-secret" });
    assert_int_equal(atomic_load(&s->tries[0]), 0);
    assert_int_equal(mail_array_get(&s->array, 1).state, MAIL_PENDING);
    assert_null(strstr(mail_array_get(&s->array, 1).last_error, "invented-secret"));
}

/* A file of authorities stands in place of the system's. */
static void a_file_of_authorities_is_all(void **state)
{
    struct stage *s = *state;

    try_in_vain(s, (struct smtp_options){ .security = SMTP_TLS, .ca_file = SYSTEM_TRUST_FILE });
    assert_false(system_trust_asked);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_prepare, stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_temporary_refusal_is_tried_again_when_it_is_due),
        STAGED(a_permanent_refusal_is_dead_at_once),
        STAGED(refused_data_is_tried_again),
        STAGED(connections_lost_in_mid_mail_are_made_again),
        STAGED(a_server_that_is_away_is_waited_for_without_haste),
        STAGED(a_server_that_restarts_between_mails_is_found_again),
        STAGED(starttls_is_required_not_tried),
        STAGED(a_file_of_authorities_is_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
