/* SPDX-License-Identifier: Apache-2.0 */
/* The mailer against a mail server that behaves, fails, drops, goes away and comes back. */
#include "mail/outbox.h"

#include "sink.h"
#include "support/mail_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { START = 1785103200, LIFE = 1800, MAILS_MAX = 400 };

static const struct guid tenant = { { [15] = 1 } };

/* One run: an outbox, its array, its server, and what the server got. */
struct stage {
    struct messages *messages;
    struct mail_array array;
    struct sink *sink;
    struct outbox *outbox;
    struct events events;
    _Atomic int64_t now_us;
    struct clock clock;
    uint16_t port;
    _Atomic unsigned got[MAILS_MAX];   /* by the number in the address */
    _Atomic unsigned tries[MAILS_MAX]; /* RCPT commands */
    _Atomic unsigned wrong;            /* codes that are not the mail's */
    int (*answer)(struct stage *s, unsigned number);
    char last_detail[MAIL_ERROR];
    struct guid last_correlation;
    _Atomic bool tenant_told;
};

static int64_t read_clock(void *ctx)
{
    struct stage *s = ctx;

    return atomic_load(&s->now_us);
}

static void move_clock(struct stage *s, int64_t seconds)
{
    atomic_fetch_add(&s->now_us, seconds * 1000000);
}

static instant stage_now(struct stage *s)
{
    return clock_now(&s->clock);
}

static unsigned number_of(const char *recipient)
{
    unsigned number = 0;

    for (const char *p = recipient + 4; *p >= '0' && *p <= '9'; p++)
        number = number * 10 + (unsigned)(*p - '0');
    return number;
}

static void on_mail(void *ctx, const char *recipient, const char *code)
{
    struct stage *s = ctx;
    char wanted[16];

    snprintf(wanted, sizeof wanted, "%08u", 70000000 + number_of(recipient));
    if (strcmp(wanted, code) != 0)
        atomic_fetch_add(&s->wrong, 1);
    atomic_fetch_add(&s->got[number_of(recipient)], 1);
}

static int on_recipient(void *ctx, const char *recipient)
{
    struct stage *s = ctx;
    unsigned number = number_of(recipient);

    atomic_fetch_add(&s->tries[number], 1);
    return s->answer == NULL ? 250 : s->answer(s, number);
}

static void on_event(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields, size_t n)
{
    struct stage *s = ctx;

    s->last_correlation = *correlation;
    for (size_t i = 0; i < n; i++) {
        if (fields[i].id == FIELD_tenant && guid_eq(fields[i].value.GUID, tenant))
            atomic_store(&s->tenant_told, true);
        if (fields[i].id == FIELD_detail && id != EVENT_mail_sent)
            snprintf(s->last_detail, sizeof s->last_detail, "%.*s", SLICE_ARGS(fields[i].value.TEXT));
    }
}

static void open_sink(struct stage *s, struct sink_options options)
{
    options.port = s->port;
    options.mail = on_mail;
    options.recipient = on_recipient;
    options.ctx = s;
    s->sink = sink_start(&options);
    assert_non_null(s->sink);
    s->port = sink_port(s->sink);
}

static void close_sink(struct stage *s)
{
    sink_stop(s->sink);
    s->sink = NULL;
}

static void open_outbox(struct stage *s)
{
    struct outbox_options options = {
        .smtp = { .host = "127.0.0.1", .port = s->port, .security = SMTP_PLAIN, .timeout_seconds = 5 },
        .from = { SLICE("no-reply@login.example"), SLICE("Kites") },
        .messages = s->messages,
        .source = mail_array_source(&s->array),
        .clock = &s->clock,
        .events = &s->events,
    };

    assert_int_equal(outbox_start(&options, &s->outbox).code, ERR_OK);
}

static int prepare(void **state)
{
    struct stage *s = test_calloc(1, sizeof *s);

    assert_int_equal(messages_new(&s->messages).code, ERR_OK);
    mail_array_init(&s->array, MAILS_MAX);
    atomic_store(&s->now_us, (int64_t)START * 1000000);
    s->clock = (struct clock){ read_clock, s };
    s->events.sink = on_event;
    s->events.ctx = s;
    *state = s;
    return 0;
}

static int clear(void **state)
{
    struct stage *s = *state;

    outbox_stop(s->outbox, 0);
    close_sink(s);
    mail_array_free(&s->array);
    messages_free(s->messages);
    test_free(s);
    return 0;
}

static void add_until(struct stage *s, unsigned count, instant expires_at)
{
    struct letter letter = { .language = "en", .tenant_name = "Kites", .minutes = 30 };

    for (unsigned i = 0; i < count; i++) {
        unsigned number = (unsigned)s->array.n;
        snprintf(letter.language, sizeof letter.language, "%s", number % 2 == 0 ? "en" : "ja");
        snprintf(letter.to, sizeof letter.to, "user%u@kites.example", number);
        snprintf(letter.code, sizeof letter.code, "%08u", 70000000 + number);
        mail_array_add(&s->array, &letter, stage_now(s), expires_at);
    }
}

static void add(struct stage *s, unsigned count)
{
    add_until(s, count, stage_now(s) + LIFE);
}

static void doze(int ms)
{
    struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };

    nanosleep(&pause, NULL);
}

static int64_t real_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool reaches(struct stage *s, size_t delivered, size_t dead, int wait_ms)
{
    for (int64_t end = real_ms() + wait_ms; real_ms() < end; doze(2)) {
        struct mail_array_counts counts = mail_array_count(&s->array);
        if (counts.delivered == delivered && counts.dead == dead)
            return true;
    }
    return false;
}

static bool is_tried(struct stage *s, uint64_t id, uint32_t attempts, int wait_ms)
{
    for (int64_t end = real_ms() + wait_ms; real_ms() < end; doze(2))
        if (mail_array_get(&s->array, id).attempts == attempts)
            return true;
    return false;
}

static void each_arrived(struct stage *s, unsigned count, unsigned most)
{
    assert_int_equal(atomic_load(&s->wrong), 0);
    for (unsigned i = 0; i < count; i++)
        assert_in_range(atomic_load(&s->got[i]), 1, most);
}

static void all_arrive_once_over_few_connections(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    add(s, 300);
    open_outbox(s);
    assert_true(reaches(s, 300, 0, 10000));
    each_arrived(s, 300, 1);
    assert_in_range(sink_connections(s->sink), 1, 4);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_sent]), 300);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 0);
    assert_true(atomic_load(&s->tenant_told));
}

static void a_wake_sends_at_once(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    open_outbox(s);
    doze(300); /* asleep */
    for (unsigned i = 1; i <= 20; i++) {
        int64_t start = real_ms();
        add(s, 1);
        outbox_wake(s->outbox);
        assert_true(reaches(s, i, 0, 1000));
        assert_true(real_ms() - start < 1000);
    }
    assert_int_equal(sink_connections(s->sink), 1);
}

static void without_a_wake_it_is_found_within_two_seconds(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    open_outbox(s);
    doze(100);
    unsigned before = atomic_load(&s->array.reads);
    add(s, 1);
    assert_true(reaches(s, 1, 0, 2500));
    assert_in_range(atomic_load(&s->array.reads) - before, 1, 4);
}

static int later_at_first(struct stage *s, unsigned number)
{
    return number == 1 && atomic_load(&s->tries[1]) <= 2 ? 451 : 250;
}

static void a_temporary_refusal_is_tried_again_when_it_is_due(void **state)
{
    struct stage *s = *state;

    s->answer = later_at_first;
    open_sink(s, (struct sink_options){ 0 });
    add(s, 3);
    open_outbox(s);
    assert_true(reaches(s, 2, 0, 5000));
    assert_true(is_tried(s, 2, 1, 5000));
    struct mail mail = mail_array_get(&s->array, 2);
    assert_string_equal(mail.last_error, "451 4.0.0 recipient");
    assert_in_range(mail.due_at, START + 3, START + 5);
    assert_int_equal(mail.state, MAIL_PENDING);
    assert_string_equal(s->last_detail, "451 4.0.0 recipient");
    outbox_wake(s->outbox);
    doze(200);
    assert_int_equal(atomic_load(&s->tries[1]), 1); /* not before */
    move_clock(s, 5);
    outbox_wake(s->outbox);
    assert_true(is_tried(s, 2, 2, 5000));
    mail = mail_array_get(&s->array, 2);
    assert_in_range(mail.due_at, START + 5 + 7, START + 5 + 10);
    move_clock(s, 10);
    outbox_wake(s->outbox);
    assert_true(reaches(s, 3, 0, 5000));
    each_arrived(s, 3, 1);
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
    open_sink(s, (struct sink_options){ 0 });
    add(s, 3);
    open_outbox(s);
    assert_true(reaches(s, 2, 1, 5000));
    struct mail mail = mail_array_get(&s->array, 2);
    assert_int_equal(mail.state, MAIL_DEAD);
    assert_int_equal(mail.attempts, 1);
    assert_string_equal(mail.last_error, "550 5.0.0 recipient");
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_dead]), 1);
    move_clock(s, 60);
    outbox_wake(s->outbox);
    doze(200);
    assert_int_equal(atomic_load(&s->tries[1]), 1);
}

static void refused_data_is_tried_again(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ .fail_every = 2 });
    add(s, 20);
    open_outbox(s);
    for (int i = 0; i < 40 && !reaches(s, 20, 0, 200); i++) {
        move_clock(s, 60);
        outbox_wake(s->outbox);
    }
    each_arrived(s, 20, 1);
    assert_non_null(strstr(s->last_detail, "451 4.3.0 not now"));
}

/* A server that closes in the middle of mails: nothing is lost, and the other mails are not held up by a pause. */
static void connections_lost_in_mid_mail_are_made_again(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ .drop_every = 3 });
    add(s, 30);
    open_outbox(s);
    for (int i = 0; i < 60 && !reaches(s, 30, 0, 150); i++) {
        move_clock(s, 20);
        outbox_wake(s->outbox);
    }
    each_arrived(s, 30, 1);
    assert_true(sink_connections(s->sink) > 10);
}

static void a_server_that_is_away_is_waited_for_without_haste(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    close_sink(s); /* now the port is known and closed */
    add(s, 50);
    open_outbox(s);
    for (int i = 0; i < 30; i++) {
        doze(100);
        move_clock(s, 1); /* whatever failed is due again */
        outbox_wake(s->outbox);
    }
    struct mail_array_counts counts = mail_array_count(&s->array);
    assert_int_equal(counts.pending, 50);
    /* Four at first, then one after 250, 500, 1000 ms. */
    assert_in_range(atomic_load(&s->array.outcomes), 5, 9);
    assert_in_range(atomic_load(&s->events.counts[EVENT_mail_deferred]), 5, 9);
    assert_true(atomic_load(&s->array.reads) < 60);
    assert_non_null(strstr(s->last_detail, "connect"));
    open_sink(s, (struct sink_options){ 0 });
    for (int i = 0; i < 30 && !reaches(s, 50, 0, 200); i++)
        move_clock(s, 1);
    each_arrived(s, 50, 1);
    assert_in_range(sink_connections(s->sink), 1, 4);
}

/* An idle connection that the server has closed meanwhile is no failure. */
static void a_server_that_restarts_between_mails_is_found_again(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    add(s, 8);
    open_outbox(s);
    assert_true(reaches(s, 8, 0, 5000));
    close_sink(s);
    open_sink(s, (struct sink_options){ 0 });
    add(s, 8);
    outbox_wake(s->outbox);
    assert_true(reaches(s, 16, 0, 2000));
    each_arrived(s, 16, 1);
    assert_int_equal(atomic_load(&s->events.counts[EVENT_mail_deferred]), 0);
}

static void a_stop_lets_what_is_under_way_finish(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ .delay_ms = 400 });
    add(s, 40);
    open_outbox(s);
    doze(200);
    outbox_stop(s->outbox, 5);
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

    open_sink(s, (struct sink_options){ .delay_ms = 20000 });
    add(s, 40);
    open_outbox(s);
    doze(200);
    int64_t start = real_ms();
    outbox_stop(s->outbox, 0);
    s->outbox = NULL;
    assert_true(real_ms() - start < 2000);
    struct mail_array_counts counts = mail_array_count(&s->array);
    assert_int_equal(counts.pending, 40);
    assert_int_equal(counts.most_attempts, 0);
}

static void what_has_expired_is_dead_and_never_sent(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    add_until(s, 2, START);
    add(s, 2);
    open_outbox(s);
    assert_true(reaches(s, 2, 2, 5000));
    assert_int_equal(sink_mails(s->sink), 2);
    assert_string_equal(mail_array_get(&s->array, 1).last_error, "expired before it could be delivered");
}

static void what_does_not_open_is_dead(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    add(s, 2);
    s->array.mails[0].sealed[0] ^= 1;
    open_outbox(s);
    assert_true(reaches(s, 1, 1, 5000));
    assert_int_equal(mail_array_get(&s->array, 1).state, MAIL_DEAD);
    assert_int_equal(atomic_load(&s->got[0]), 0);
}

static void a_store_without_room_gets_the_outcome_later(void **state)
{
    struct stage *s = *state;

    open_sink(s, (struct sink_options){ 0 });
    add(s, 30);
    atomic_store(&s->array.refuse, 25);
    open_outbox(s);
    assert_true(reaches(s, 30, 0, 10000));
    each_arrived(s, 30, 1);
}

/* The outcome is on its way to the disk: the store still offers what was delivered. */
static void what_the_store_still_offers_is_not_sent_twice(void **state)
{
    struct stage *s = *state;

    s->array.lag = true;
    open_sink(s, (struct sink_options){ 0 });
    add(s, 100);
    open_outbox(s);
    assert_true(reaches(s, 100, 0, 5000));
    for (int i = 0; i < 10; i++) {
        add(s, 1);
        outbox_wake(s->outbox);
        doze(120); /* a sweep each time */
    }
    assert_true(reaches(s, 110, 0, 5000));
    each_arrived(s, 110, 1);
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

/* A server that offers no STARTTLS gets nothing: no mail, no sign-in. */
static void starttls_is_required_not_tried(void **state)
{
    struct stage *s = *state;
    struct outbox_options options = {
        .smtp = { .host = "127.0.0.1", .security = SMTP_STARTTLS, .user = "mailer", .password = "invented-secret" },
        .from = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .messages = s->messages,
        .source = mail_array_source(&s->array),
        .clock = &s->clock,
        .events = &s->events,
    };

    open_sink(s, (struct sink_options){ 0 });
    add(s, 1);
    options.smtp.port = s->port;
    assert_int_equal(outbox_start(&options, &s->outbox).code, ERR_OK);
    assert_true(is_tried(s, 1, 1, 5000));
    assert_int_equal(atomic_load(&s->tries[0]), 0);
    assert_int_equal(mail_array_get(&s->array, 1).state, MAIL_PENDING);
    assert_null(strstr(mail_array_get(&s->array, 1).last_error, "invented-secret"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, prepare, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(all_arrive_once_over_few_connections),
        STAGED(a_wake_sends_at_once),
        STAGED(without_a_wake_it_is_found_within_two_seconds),
        STAGED(a_temporary_refusal_is_tried_again_when_it_is_due),
        STAGED(a_permanent_refusal_is_dead_at_once),
        STAGED(refused_data_is_tried_again),
        STAGED(connections_lost_in_mid_mail_are_made_again),
        STAGED(a_server_that_is_away_is_waited_for_without_haste),
        STAGED(a_server_that_restarts_between_mails_is_found_again),
        STAGED(a_stop_lets_what_is_under_way_finish),
        STAGED(a_stop_without_patience_leaves_the_mails_as_they_were),
        STAGED(what_has_expired_is_dead_and_never_sent),
        STAGED(what_does_not_open_is_dead),
        STAGED(a_store_without_room_gets_the_outcome_later),
        STAGED(what_the_store_still_offers_is_not_sent_twice),
        STAGED(options_that_cannot_be_are_refused),
        STAGED(starttls_is_required_not_tried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
