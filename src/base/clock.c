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

int64_t clock_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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

/* Days since 1970-01-01 of a day in the Gregorian calendar; years are counted from March, so that the leap day is last. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t m = month > 2 ? month - 3 : month + 9;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

/* Two or four digits at `at`. */
static bool number_at(struct slice text, size_t at, size_t n, unsigned max, unsigned *out)
{
    uint64_t value;

    if (at + n > text.n || !slice_to_u64((struct slice){ text.p + at, n }, max, &value))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool parse_day(struct slice text, int64_t *days)
{
    unsigned year, month, day;

    if (!number_at(text, 0, 4, 9999, &year) || !number_at(text, 5, 2, 12, &month) || !number_at(text, 8, 2, 31, &day))
        return false;
    if (text.p[4] != '-' || text.p[7] != '-' || year < 1970 || month == 0 || day == 0 || day > days_in(year, month))
        return false;
    *days = days_of(year, month, day);
    return true;
}

static bool parse_time(struct slice text, int64_t *seconds)
{
    unsigned hour, minute, second;

    if (text.n != CLOCK_TEXT || (text.p[10] != ' ' && text.p[10] != 'T') || text.p[13] != ':' || text.p[16] != ':' ||
        text.p[19] != 'Z')
        return false;
    if (!number_at(text, 11, 2, 23, &hour) || !number_at(text, 14, 2, 59, &minute) ||
        !number_at(text, 17, 2, 59, &second))
        return false;
    *seconds = (int64_t)hour * 3600 + minute * 60 + second;
    return true;
}

bool clock_parse(struct slice text, instant *out)
{
    int64_t days, seconds = 0;

    if (!parse_day(text, &days) || (text.n != 10 && !parse_time(text, &seconds)))
        return false;
    *out = days * 86400 + seconds;
    return true;
}
