/* SPDX-License-Identifier: Apache-2.0 */
/* log.h: the sink of events (base/event.h): one JSON line or one readable line each, to a file descriptor. A line is
 * bounded and written with one write; what the descriptor does not take at once is dropped and counted, so no thread
 * waits for a log. Texts from outside are cut and escaped. Any thread. */
#ifndef DOORCODE_SERVER_LOG_H
#define DOORCODE_SERVER_LOG_H

#include "base/clock.h"
#include "base/event.h"

enum log_format { LOG_JSON, LOG_TEXT };

struct log {
    int fd;
    enum log_format format;
    enum event_level level; /* lower ones are not written */
    bool colors;
    const struct clock *clock;
    _Atomic uint64_t dropped;
};

/* Makes `events` write to `log`, which must outlive it. */
void log_attach(struct log *log, struct events *events);

#endif
