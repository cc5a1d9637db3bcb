/* SPDX-License-Identifier: Apache-2.0 */
/* The text for Prometheus, line by line, and as promtool reads it where that is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 17 };

static const char *name_of(size_t index)
{
    static const char *const names[] = { "initiate", "token", "token", "quiet" };

    return names[index];
}

static double large(void *ctx)
{
    (void)ctx;
    return 123456789012.0;
}

static double half(void *ctx)
{
    return *(const double *)ctx / 2;
}

static char *written(struct metrics *m)
{
    char *text = malloc(ROOM);
    struct buf out;

    assert_non_null(text);
    buf_init(&out, text, ROOM - 1);
    metrics_write(m, &out);
    assert_true(buf_ok(&out));
    text[out.n] = '\0';
    return text;
}

static struct metrics *sample(struct events *events)
{
    static double three = 3;
    const struct metrics_gauge gauges[] = { { "doorcode_large", "A large number", large, NULL },
                                            { "doorcode_half", "Half of three", half, &three } };
    struct metrics *m;

    memset(events, 0, sizeof *events);
    assert_int_equal(metrics_new(4, name_of, events, &m).code, ERR_OK);
    for (size_t i = 0; i < 2; i++)
        metrics_add_gauge(m, &gauges[i]);
    EMIT(events, code_sent, NULL, field_status(200));
    EMIT(events, code_sent, NULL, field_status(200));
    metrics_observe(m, 0, 200, 100);      /* at the bound of the first bucket */
    metrics_observe(m, 0, 200, 101);      /* just in the second */
    metrics_observe(m, 0, 429, 3000);     /* within 5 ms */
    metrics_observe(m, 0, 503, 90000000); /* beyond all bounds */
    metrics_observe(m, 1, 200, 1);
    metrics_observe(m, 2, 200, 1); /* the same name: one series */
    return m;
}

static const char *const wanted[] = {
    "# HELP doorcode_code_sent_total A one-time passcode was issued and its mail queued",
    "# TYPE doorcode_code_sent_total counter",
    "doorcode_code_sent_total 2",
    "doorcode_mail_dead_total 0",
    "# TYPE doorcode_http_requests_total counter",
    "doorcode_http_requests_total{endpoint=\"initiate\",status=\"2xx\"} 2",
    "doorcode_http_requests_total{endpoint=\"initiate\",status=\"4xx\"} 1",
    "doorcode_http_requests_total{endpoint=\"initiate\",status=\"5xx\"} 1",
    "doorcode_http_requests_total{endpoint=\"token\",status=\"2xx\"} 2",
    "# TYPE doorcode_http_request_seconds histogram",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.0001\"} 1",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.00025\"} 2",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.0005\"} 2",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.001\"} 2",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.0025\"} 2",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.005\"} 3",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.01\"} 3",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.05\"} 3",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"0.25\"} 3",
    "doorcode_http_request_seconds_bucket{endpoint=\"initiate\",le=\"+Inf\"} 4",
    "doorcode_http_request_seconds_sum{endpoint=\"initiate\"} 90.003201",
    "doorcode_http_request_seconds_count{endpoint=\"initiate\"} 4",
    "doorcode_http_request_seconds_sum{endpoint=\"token\"} 0.000002",
    "doorcode_http_request_seconds_count{endpoint=\"token\"} 2",
    "# HELP doorcode_large A large number",
    "# TYPE doorcode_large gauge",
    "doorcode_large 123456789012",
    "doorcode_half 1.5",
    "doorcode_build_info{version=\"" DOORCODE_VERSION "\"} 1",
};

static size_t count_of(const char *text, const char *line)
{
    size_t n = 0, length = strlen(line);

    for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        n += strncmp(at, line, length) == 0 && at[length] == '\n';
    }
    return n;
}

static void every_line(void **state)
{
    struct events events;
    struct metrics *m = sample(&events);
    char *text = written(m);
    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (count_of(text, wanted[i]) != 1)
            fail_msg("%zu times: %s", count_of(text, wanted[i]), wanted[i]);
    assert_null(strstr(text, "quiet")); /* never called */
    assert_int_equal(text[strlen(text) - 1], '\n');
    free(text);
    metrics_free(m);
}

/* Each series is told once, after the head of its family: the format wants families whole. */
static void every_family_is_whole(void **state)
{
    struct events events;
    struct metrics *m = sample(&events);
    char *text = written(m);
    char family[128] = "";
    (void)state;
    for (char *line = text, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        if (strncmp(line, "# HELP ", 7) == 0)
            snprintf(family, sizeof family, "%.*s", (int)strcspn(line + 7, " "), line + 7);
        else if (strncmp(line, "# TYPE ", 7) == 0)
            assert_int_equal(strncmp(line + 7, family, strlen(family)), 0);
        else
            assert_int_equal(strncmp(line, family, strlen(family)), 0);
    }
    free(text);
    metrics_free(m);
}

static void all_events_are_there(void **state)
{
    struct events events = { .sink = NULL };
    struct metrics *m;
    char line[128];
    (void)state;
    assert_int_equal(metrics_new(0, name_of, &events, &m).code, ERR_OK);
    char *text = written(m);
    for (enum event_id id = 0; id < EVENT_COUNT; id++) {
        snprintf(line, sizeof line, "doorcode_%s_total 0", event_name(id));
        assert_int_equal(count_of(text, line), 1);
    }
    free(text);
    metrics_free(m);
}

static void nonsense_is_not_counted(void **state)
{
    struct events events = { .sink = NULL };
    struct metrics *m;
    (void)state;
    assert_int_equal(metrics_new(1, name_of, &events, &m).code, ERR_OK);
    metrics_observe(m, 1, 200, 1);
    metrics_observe(m, 0, -1, 1);
    metrics_observe(m, 0, 600, 1);
    metrics_observe(m, 0, 200, -1);
    char *text = written(m);
    assert_null(strstr(text, "endpoint="));
    free(text);
    metrics_free(m);
    metrics_free(NULL);
}

static bool has_promtool(void)
{
    return access("/usr/bin/promtool", X_OK) == 0;
}

/* It also advises on names, and has nothing to say. */
static void promtool_reads_it(void **state)
{
    struct events events;
    int ends[2];
    int status;
    (void)state;
    if (!has_promtool())
        skip();
    struct metrics *m = sample(&events);
    char *text = written(m);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[1]);
        execl("/usr/bin/promtool", "promtool", "check", "metrics", NULL);
        _exit(127);
    }
    close(ends[0]);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    free(text);
    metrics_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line),           cmocka_unit_test(every_family_is_whole),
        cmocka_unit_test(all_events_are_there), cmocka_unit_test(nonsense_is_not_counted),
        cmocka_unit_test(promtool_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
