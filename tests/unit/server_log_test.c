/* SPDX-License-Identifier: Apache-2.0 */
/* The log: what a line looks like, what texts from outside cannot do, and that nobody ever waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

static _Atomic int64_t now_seconds;

static int64_t now_us(void *ctx)
{
    (void)ctx;
    return atomic_load(&now_seconds) * 1000000;
}

static const struct clock test_clock = { now_us, NULL };

/* A log into a pipe, and what came out of it. */
struct logged {
    struct events events;
    struct log log;
    int read_end;
    int write_end;
    char text[ROOM];
};

static struct logged *start_on(int read_end, int write_end, enum log_format format, enum event_level level)
{
    struct logged *l = calloc(1, sizeof *l);

    assert_non_null(l);
    atomic_store(&now_seconds, 1784715330); /* 2026-07-22 10:15:30Z */
    l->read_end = read_end;
    l->write_end = write_end;
    l->log = (struct log){ .fd = write_end, .format = format, .level = level, .clock = &test_clock };
    log_attach(&l->log, &l->events);
    return l;
}

static struct logged *start(enum log_format format, enum event_level level)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    return start_on(ends[0], ends[1], format, level);
}

/* All that was written so far. */
static const char *drain(struct logged *l)
{
    size_t n = 0;
    ssize_t got;

    while (n + 1 < ROOM && (got = read(l->read_end, l->text + n, ROOM - 1 - n)) > 0)
        n += (size_t)got;
    l->text[n] = '\0';
    return l->text;
}

static void finish(struct logged *l)
{
    log_detach(&l->log);
    close(l->read_end);
    close(l->write_end);
    free(l);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void json_line(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    struct guid id;
    (void)state;
    assert_true(guid_parse(SLICE("0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"), &id));
    EMIT(&l->events, code_sent, &id, field_tenant(id), field_status(200), field_reason("asked"),
         field_detail(SLICE("a \"b\"")));
    assert_string_equal(drain(l),
                        "{\"time\":\"2026-07-22 10:15:30Z\",\"level\":\"info\",\"event\":\"code_sent\","
                        "\"correlation_id\":\"0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\","
                        "\"tenant\":\"0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\",\"status\":200,\"reason\":\"asked\","
                        "\"detail\":\"a \\\"b\\\"\"}\n");
    finish(l);
}

/* Whatever comes from outside: one line, and JSON. */
static void json_stays_json(void **state)
{
    static const char *const nasty[] = { "\"},{\"event\":\"x\"", "a\nb\r\nc", "\x01\x1b[31m\x7f",
                                         "\xff\xfe\xc3",         "\\",        "\xe2\x80\xa8",
                                         "\xf0\x9f\x90\xb1" };
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        json_error_t why;
        EMIT(&l->events, request_malformed, NULL, field_detail(slice_of(nasty[i])));
        const char *line = drain(l);
        assert_int_equal(count_lines(line), 1);
        json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, &why);
        assert_non_null(parsed);
        assert_string_equal(json_string_value(json_object_get(parsed, "event")), "request_malformed");
        assert_non_null(json_string_value(json_object_get(parsed, "detail")));
        json_decref(parsed);
    }
    finish(l);
}

static void texts_are_cut_between_characters(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    char long_text[401];
    (void)state;
    memset(long_text, 'x', 400);
    long_text[400] = '\0';
    memcpy(long_text + 199, "\xc3\xa9", 2); /* byte 200 is the second half of a character */
    EMIT(&l->events, request_malformed, NULL, field_detail(slice_of(long_text)));
    json_t *parsed = json_loads(drain(l), 0, NULL);
    assert_non_null(parsed);
    const char *detail = json_string_value(json_object_get(parsed, "detail"));
    assert_int_equal(strlen(detail), 199);
    assert_int_equal(strspn(detail, "x"), 199);
    json_decref(parsed);
    finish(l);
}

static void lower_levels_are_left_out(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_WARN);
    (void)state;
    EMIT(&l->events, request_done, NULL, field_status(200));
    EMIT(&l->events, signin_initiated, NULL, field_status(200));
    assert_string_equal(drain(l), "");
    EMIT(&l->events, throttled, NULL, field_status(429));
    EMIT(&l->events, mail_dead, NULL, field_count(1));
    assert_int_equal(count_lines(drain(l)), 2);
    assert_int_equal(l->events.counts[EVENT_request_done], 1); /* counted all the same */
    finish(l);
}

static void text_line(void **state)
{
    struct logged *l = start(LOG_TEXT, LEVEL_DEBUG);
    (void)state;
    EMIT(&l->events, code_sent, NULL, field_status(200), field_detail(SLICE("sam")));
    assert_string_equal(drain(l), "10:15:30 info  code_sent status=200 detail=sam\n");
    l->log.colors = true;
    EMIT(&l->events, mail_dead, NULL, field_count(1));
    assert_string_equal(drain(l), "\033[31m10:15:30 error mail_dead count=1\033[0m\n");
    finish(l);
}

/* A text can neither begin a line nor speak to the terminal, also not by C1 controls. */
static void text_neutralises_controls(void **state)
{
    struct logged *l = start(LOG_TEXT, LEVEL_DEBUG);
    (void)state;
    EMIT(&l->events, code_sent, NULL,
         field_detail(SLICE("a\nb\033[2Jc\x7f\xc2\x9b"
                            "d\xc3\xa9\xc2\xa0")));
    assert_string_equal(drain(l), "10:15:30 info  code_sent detail=a.b.[2Jc.\xc2."
                                  "d\xc3\xa9\xc2\xa0\n");
    finish(l);
}

static void *emit_many(void *ctx)
{
    struct logged *l = ctx;
    char text[200];

    memset(text, 'x', sizeof text);
    for (int i = 0; i < 2000; i++) {
        if (i % 100 == 0)
            atomic_fetch_add(&now_seconds, 1); /* so that the limit per second does not help */
        EMIT(&l->events, request_malformed, NULL, field_detail(slice_bytes(text, sizeof text)));
    }
    return NULL;
}

/* Nobody reads; 2000 lines are far more than a pipe or socket takes. The caller must come back. */
static void expect_no_waiting(struct logged *l)
{
    struct timespec limit;
    pthread_t thread;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 20;
    assert_int_equal(pthread_create(&thread, NULL, emit_many, l), 0);
    assert_int_equal(pthread_timedjoin_np(thread, NULL, &limit), 0);
    size_t written = count_lines(drain(l));
    assert_in_range(written, 10, 1900);
    uint64_t dropped = atomic_load(&l->log.dropped);
    assert_true(dropped > 0);
    atomic_fetch_add(&now_seconds, 1);
    EMIT(&l->events, code_sent, NULL, field_status(200));
    json_t *told = json_loads(drain(l), JSON_DISABLE_EOF_CHECK, NULL);
    assert_string_equal(json_string_value(json_object_get(told, "event")), "log_dropped");
    assert_int_equal(json_integer_value(json_object_get(told, "count")), dropped);
    assert_int_equal(written + dropped, 2000);
    json_decref(told);
}

static void full_pipe(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    assert_false(l->log.may_block);
    expect_no_waiting(l);
    assert_int_equal(fcntl(l->write_end, F_GETFL) & O_NONBLOCK, 0); /* others who share it are left alone */
    finish(l);
}

static void full_pipe_that_cannot_be_opened_again(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    close(l->log.output);
    l->log.output = l->write_end;
    l->log.may_block = true;
    expect_no_waiting(l);
    finish(l);
}

static void full_socket(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    struct logged *l = start_on(ends[0], ends[1], LOG_JSON, LEVEL_DEBUG);
    assert_true(l->log.is_socket);
    expect_no_waiting(l);
    finish(l);
}

static void closed_output_is_counted(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    l->log.output = -1;
    EMIT(&l->events, code_sent, NULL, field_status(200));
    assert_int_equal(l->log.dropped, 1);
    finish(l);
}

static void floods_are_cut(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    for (int i = 0; i < LOG_LINES_PER_SECOND + 50; i++)
        EMIT(&l->events, throttled, NULL, field_status(429));
    EMIT(&l->events, code_sent, NULL, field_status(200)); /* another event is not held up */
    assert_int_equal(count_lines(drain(l)), LOG_LINES_PER_SECOND + 1);
    atomic_fetch_add(&now_seconds, 1);
    EMIT(&l->events, code_sent, NULL, field_status(200));
    assert_string_equal(drain(l), "{\"time\":\"2026-07-22 10:15:31Z\",\"level\":\"warn\",\"event\":\"log_suppressed\","
                                  "\"reason\":\"throttled\",\"count\":50}\n"
                                  "{\"time\":\"2026-07-22 10:15:31Z\",\"level\":\"info\",\"event\":\"code_sent\","
                                  "\"status\":200}\n");
    assert_int_equal(l->events.counts[EVENT_throttled], LOG_LINES_PER_SECOND + 50);
    assert_int_equal(l->events.counts[EVENT_log_suppressed], 1);
    EMIT(&l->events, throttled, NULL, field_status(429)); /* the new second has its own allowance */
    assert_int_equal(count_lines(drain(l)), 1);
    finish(l);
}

static void detached_only_counts(void **state)
{
    struct logged *l = start(LOG_JSON, LEVEL_DEBUG);
    (void)state;
    log_detach(&l->log);
    EMIT(&l->events, code_sent, NULL, field_status(200));
    assert_string_equal(drain(l), "");
    assert_int_equal(l->events.counts[EVENT_code_sent], 1);
    finish(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_line),
        cmocka_unit_test(json_stays_json),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(lower_levels_are_left_out),
        cmocka_unit_test(text_line),
        cmocka_unit_test(text_neutralises_controls),
        cmocka_unit_test(full_pipe),
        cmocka_unit_test(full_pipe_that_cannot_be_opened_again),
        cmocka_unit_test(full_socket),
        cmocka_unit_test(closed_output_is_counted),
        cmocka_unit_test(floods_are_cut),
        cmocka_unit_test(detached_only_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
