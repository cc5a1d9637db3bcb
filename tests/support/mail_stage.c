/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mail_stage.h"
#include "support/free_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct guid tenant = { { [15] = 1 } };

static int64_t read_clock(void *ctx)
{
    struct stage *s = ctx;

    return atomic_load(&s->now_us);
}

void stage_move_clock(struct stage *s, int64_t seconds)
{
    atomic_fetch_add(&s->now_us, seconds * 1000000);
}

instant stage_now(struct stage *s)
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

static void on_event(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields,
                     size_t n)
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

void stage_open_sink(struct stage *s, struct sink_options options)
{
    options.port = s->port;
    options.mail = on_mail;
    options.recipient = on_recipient;
    options.ctx = s;
    s->sink = sink_start(&options);
    assert_non_null(s->sink);
    s->port = sink_port(s->sink);
}

void stage_close_sink(struct stage *s)
{
    sink_stop(s->sink);
    s->sink = NULL;
}

void stage_open_outbox(struct stage *s)
{
    struct outbox_options options = {
        .smtp = { .host = "127.0.0.1", .port = s->port, .security = SMTP_PLAIN, .timeout_seconds = PATIENCE_MS / 1000 },
        .from = { SLICE("no-reply@login.example"), SLICE("Kites") },
        .messages = s->messages,
        .source = mail_array_source(&s->array),
        .courier = s->courier,
        .clock = &s->clock,
        .events = &s->events,
    };

    assert_int_equal(outbox_start(&options, &s->outbox).code, ERR_OK);
}

int stage_prepare(void **state)
{
    struct stage *s = test_calloc(1, sizeof *s);

    assert_int_equal(messages_new(&s->messages).code, ERR_OK);
    s->port = free_port(); /* it is left and taken again */
    mail_array_init(&s->array, MAILS_MAX);
    atomic_store(&s->now_us, (int64_t)START * 1000000);
    s->clock = (struct clock){ read_clock, s };
    s->events.sink = on_event;
    s->events.ctx = s;
    *state = s;
    return 0;
}

int stage_clear(void **state)
{
    struct stage *s = *state;

    outbox_stop(s->outbox, 0);
    stage_close_sink(s);
    mail_array_free(&s->array);
    messages_free(s->messages);
    test_free(s);
    return 0;
}

void stage_add_until(struct stage *s, unsigned count, instant expires_at)
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

void stage_add(struct stage *s, unsigned count)
{
    stage_add_until(s, count, stage_now(s) + LIFE);
}

void stage_doze(int ms)
{
    struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };

    nanosleep(&pause, NULL);
}

int64_t stage_real_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool stage_reaches(struct stage *s, size_t delivered, size_t dead, int wait_ms)
{
    for (int64_t end = stage_real_ms() + wait_ms; stage_real_ms() < end; stage_doze(2)) {
        struct mail_array_counts counts = mail_array_count(&s->array);
        if (counts.delivered == delivered && counts.dead == dead)
            return true;
    }
    return false;
}

static void tell_what_waits(struct stage *s)
{
    for (size_t i = 0; i < s->array.n; i++) {
        struct mail mail = mail_array_get(&s->array, i + 1);
        if (!s->array.gone[i])
            fprintf(stderr, "mail %zu: state %d, %u attempts, due in %lld s: %s\n", i + 1, mail.state, mail.attempts,
                    (long long)(mail.due_at - stage_now(s)), mail.last_error);
    }
}

bool stage_finishes(struct stage *s, size_t delivered, int64_t seconds)
{
    for (int64_t end = stage_real_ms() + PATIENCE_MS; stage_real_ms() < end;) {
        if (stage_reaches(s, delivered, 0, 150))
            return true;
        stage_move_clock(s, seconds);
        outbox_wake(s->outbox);
    }
    tell_what_waits(s);
    return false;
}

bool stage_is_tried(struct stage *s, uint64_t id, uint32_t attempts, int wait_ms)
{
    for (int64_t end = stage_real_ms() + wait_ms; stage_real_ms() < end; stage_doze(2))
        if (mail_array_get(&s->array, id).attempts == attempts)
            return true;
    return false;
}

static unsigned all_tries(struct stage *s)
{
    unsigned tries = 0;

    for (size_t i = 0; i < MAILS_MAX; i++)
        tries += atomic_load(&s->tries[i]);
    return tries;
}

void stage_is_under_way(struct stage *s, unsigned mails)
{
    for (int64_t end = stage_real_ms() + PATIENCE_MS; stage_real_ms() < end && all_tries(s) < mails;)
        stage_doze(2);
    assert_int_equal(all_tries(s), mails);
}

void stage_each_arrived(struct stage *s, unsigned count, unsigned most)
{
    assert_int_equal(atomic_load(&s->wrong), 0);
    for (unsigned i = 0; i < count; i++)
        assert_in_range(atomic_load(&s->got[i]), 1, most);
}
