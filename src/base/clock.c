/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t system_now_us(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const struct clock clock_system = { system_now_us, NULL };

struct clock_text clock_format(instant at)
{
    struct clock_text text;
    struct tm utc;
    time_t seconds = (time_t)at;

    memset(&text, 0, sizeof text);
    if (gmtime_r(&seconds, &utc) != NULL)
        strftime(text.c, sizeof text.c, "%Y-%m-%d %H:%M:%SZ", &utc);
    return text;
}
