/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include <stdlib.h>

enum { CLASSES = 6, BUCKETS = 10 }; /* HTTP status classes 0xx to 5xx */

/* Upper bounds in microseconds; the last bucket has none. */
static const int64_t bounds[BUCKETS] = { 100, 250, 500, 1000, 2500, 5000, 10000, 50000, 250000, INT64_MAX };

struct endpoint_numbers {
    _Atomic uint64_t requests[CLASSES];
    _Atomic uint64_t buckets[BUCKETS];
    _Atomic uint64_t microseconds;
};

struct metrics {
    const struct events *events;
    const char *(*endpoint_name)(size_t index);
    size_t endpoint_count;
    struct metrics_gauge gauges[METRICS_GAUGES];
    size_t gauge_count;
    struct endpoint_numbers endpoints[];
};

err metrics_new(size_t endpoint_count, const char *(*endpoint_name)(size_t index), const struct events *events,
                struct metrics **out)
{
    struct metrics *m = calloc(1, sizeof *m + endpoint_count * sizeof m->endpoints[0]);

    ENSURE(m != NULL, NO_MEMORY);
    m->events = events;
    m->endpoint_name = endpoint_name;
    m->endpoint_count = endpoint_count;
    *out = m;
    return OK;
}

void metrics_free(struct metrics *m)
{
    free(m);
}

void metrics_add_gauge(struct metrics *m, const struct metrics_gauge *gauge)
{
    ASSERT(m->gauge_count < METRICS_GAUGES);
    m->gauges[m->gauge_count++] = *gauge;
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_observe(struct metrics *m, size_t endpoint, int status, int64_t microseconds)
{
    size_t bucket = 0;

    if (endpoint >= m->endpoint_count || status < 0 || status >= CLASSES * 100 || microseconds < 0)
        return;
    while (microseconds > bounds[bucket])
        bucket++;
    add(&m->endpoints[endpoint].requests[status / 100], 1);
    add(&m->endpoints[endpoint].buckets[bucket], 1);
    add(&m->endpoints[endpoint].microseconds, (uint64_t)microseconds);
}

static void write_head(struct buf *out, const char *name, const char *help, const char *type)
{
    buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_events(const struct metrics *m, struct buf *out)
{
    for (enum event_id id = 0; id < EVENT_COUNT; id++) {
        buf_fmt(out, "# HELP doorcode_%s_total %s\n", event_name(id), event_text(id));
        buf_fmt(out, "# TYPE doorcode_%s_total counter\n", event_name(id));
        buf_fmt(out, "doorcode_%s_total %llu\n", event_name(id), (unsigned long long)value(&m->events->counts[id]));
    }
}

/* Two endpoints may share a name (GET and POST of a path, aliases): one series each name, told once. */
static bool is_first_of_name(const struct metrics *m, size_t endpoint)
{
    for (size_t i = 0; i < endpoint; i++)
        if (slice_eq(slice_of(m->endpoint_name(i)), slice_of(m->endpoint_name(endpoint))))
            return false;
    return true;
}

static uint64_t sum_of_name(const struct metrics *m, size_t endpoint, const _Atomic uint64_t *counter)
{
    size_t offset = (size_t)((const char *)counter - (const char *)&m->endpoints[endpoint]);
    uint64_t sum = 0;

    for (size_t i = endpoint; i < m->endpoint_count; i++)
        if (slice_eq(slice_of(m->endpoint_name(i)), slice_of(m->endpoint_name(endpoint))))
            sum += value((const _Atomic uint64_t *)((const char *)&m->endpoints[i] + offset));
    return sum;
}

static void write_requests(const struct metrics *m, size_t e, struct buf *out)
{
    for (size_t class = 1; class < CLASSES; class ++) {
        uint64_t n = sum_of_name(m, e, &m->endpoints[e].requests[class]);
        if (n > 0)
            buf_fmt(out, "doorcode_http_requests_total{endpoint=\"%s\",status=\"%zuxx\"} %llu\n", m->endpoint_name(e),
                    class, (unsigned long long)n);
    }
}

static void write_durations(const struct metrics *m, size_t e, struct buf *out)
{
    const char *name = m->endpoint_name(e);
    uint64_t sum = 0;

    for (size_t i = 0; i < BUCKETS; i++) {
        sum += sum_of_name(m, e, &m->endpoints[e].buckets[i]);
        if (i + 1 < BUCKETS)
            buf_fmt(out, "doorcode_http_request_seconds_bucket{endpoint=\"%s\",le=\"%g\"} %llu\n", name,
                    (double)bounds[i] / 1e6, (unsigned long long)sum);
    }
    buf_fmt(out, "doorcode_http_request_seconds_bucket{endpoint=\"%s\",le=\"+Inf\"} %llu\n", name,
            (unsigned long long)sum);
    buf_fmt(out, "doorcode_http_request_seconds_sum{endpoint=\"%s\"} %.6f\n", name,
            (double)sum_of_name(m, e, &m->endpoints[e].microseconds) / 1e6);
    buf_fmt(out, "doorcode_http_request_seconds_count{endpoint=\"%s\"} %llu\n", name, (unsigned long long)sum);
}

static bool was_called(const struct metrics *m, size_t e)
{
    for (size_t i = 0; i < BUCKETS; i++)
        if (sum_of_name(m, e, &m->endpoints[e].buckets[i]) > 0)
            return true;
    return false;
}

static void write_endpoints(const struct metrics *m, struct buf *out)
{
    write_head(out, "doorcode_http_requests_total", "Requests by endpoint and status class", "counter");
    for (size_t e = 0; e < m->endpoint_count; e++)
        if (is_first_of_name(m, e))
            write_requests(m, e, out);
    write_head(out, "doorcode_http_request_seconds", "Time from the complete request to its reply", "histogram");
    for (size_t e = 0; e < m->endpoint_count; e++)
        if (is_first_of_name(m, e) && was_called(m, e))
            write_durations(m, e, out);
}

static void write_gauge(const struct metrics_gauge *gauge, struct buf *out)
{
    write_head(out, gauge->name, gauge->help, "gauge");
    buf_fmt(out, "%s %.15g\n", gauge->name, gauge->read(gauge->ctx));
}

void metrics_write(struct metrics *m, struct buf *out)
{
    write_events(m, out);
    write_endpoints(m, out);
    for (size_t i = 0; i < m->gauge_count; i++)
        write_gauge(&m->gauges[i], out);
    write_head(out, "doorcode_build_info", "The version that runs", "gauge");
    buf_puts(out, "doorcode_build_info{version=\"" DOORCODE_VERSION "\"} 1\n");
}
