/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h: the time of day, injected, so that tests and the development mode may move it.
 * Units: struct clock gives microseconds since 1970-01-01T00:00:00Z; domain code works in whole seconds
 * (`instant`). Any thread. */
#ifndef DOORCODE_BASE_CLOCK_H
#define DOORCODE_BASE_CLOCK_H

#include "base/slice.h"

typedef int64_t instant; /* seconds since 1970-01-01T00:00:00Z; 0 = never */

struct clock {
    int64_t (*now_us)(void *ctx);
    void *ctx;
};

static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->ctx);
}

static inline instant clock_now(const struct clock *clock)
{
    return clock_now_us(clock) / 1000000;
}

/* The system's clock; ctx is unused. */
extern const struct clock clock_system;
/* Milliseconds of a clock that nobody moves, for pauses and deadlines: it counts from no time of day. */
int64_t clock_monotonic_ms(void);

enum { CLOCK_TEXT = 20 };
struct clock_text {
    char c[CLOCK_TEXT + 1];
};
/* "2026-07-22 10:15:30Z", the form of Entra's error bodies (spec V1, 1.9). */
struct clock_text clock_format(instant at);
/* The same, also with a T in the middle, or a day alone: its first moment. False for other texts and for days and times
 * that there are not; years 1970 to 9999. */
bool clock_parse(struct slice text, instant *out);

#endif
