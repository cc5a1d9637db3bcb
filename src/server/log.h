/* SPDX-License-Identifier: Apache-2.0 */
/* log.h: the sink of events (base/event.h): one JSON line or one readable line each, to a file descriptor. A line is
 * bounded and written with one write that does not wait: what a pipe, socket or terminal does not take at once is dropped
 * and counted. An event that comes in a flood is cut to LOG_LINES_PER_SECOND lines. Both are told, with their counts, by
 * the first line of a later second. Texts from outside are cut and escaped. Any thread. */
#ifndef DOORCODE_SERVER_LOG_H
#define DOORCODE_SERVER_LOG_H

#include "base/clock.h"
#include "base/event.h"

enum log_format { LOG_JSON, LOG_TEXT };

enum { LOG_LINES_PER_SECOND = 200 }; /* of one event; floods come from outside, and disks are finite */

struct log {
    int fd; /* borrowed */
    enum log_format format;
    enum event_level level; /* lower ones are not written */
    bool colors;
    const struct clock *clock;

    /* set by log_attach; zero before */
    struct events *events;
    int output; /* `fd`, or the same file opened again, so that others who share it are not made non-blocking */
    bool is_socket;
    bool may_block;         /* it could not be opened again: ask before each write */
    _Atomic int64_t second; /* that `lines` counts */
    _Atomic uint32_t lines[EVENT_COUNT];
    _Atomic uint64_t dropped; /* not told yet */
};

/* Makes `events` write to `log`, which must outlive it. Before other threads emit. */
void log_attach(struct log *log, struct events *events);
/* Ends that: events are only counted. When no other thread emits. */
void log_detach(struct log *log);

#endif
