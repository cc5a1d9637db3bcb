/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h: numbers for Prometheus (text format 0.0.4): every event's count, requests by endpoint and status class with
 * their durations, and gauges that are read when asked for. Counting is a few relaxed atomic additions; any thread. */
#ifndef DOORCODE_SERVER_METRICS_H
#define DOORCODE_SERVER_METRICS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"

struct metrics;

/* A number that is asked for at each scrape. */
struct metrics_gauge {
    const char *name; /* "doorcode_connections" */
    const char *help;
    double (*read)(void *ctx);
    void *ctx;
};

enum { METRICS_GAUGES = 16 };

/* `endpoint_name` gives the label of endpoint 0 … endpoint_count - 1. Borrows events. NO_MEMORY. */
NODISCARD err metrics_new(size_t endpoint_count, const char *(*endpoint_name)(size_t index),
                          const struct events *events, struct metrics **out);
void metrics_free(struct metrics *m); /* NULL is fine */
/* Before the first scrape; at most METRICS_GAUGES. Copies the struct, borrows its texts. */
void metrics_add_gauge(struct metrics *m, const struct metrics_gauge *gauge);
void metrics_observe(struct metrics *m, size_t endpoint, int status, int64_t microseconds);
void metrics_write(struct metrics *m, struct buf *out);

#endif
