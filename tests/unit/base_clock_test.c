/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h: instants as Entra writes them, and the system's clock against time(). */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void writes_instants(void **state)
{
    (void)state;
    static const struct {
        instant at;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01 00:00:00Z" },          { 59, "1970-01-01 00:00:59Z" },
        { 86399, "1970-01-01 23:59:59Z" },      { 86400, "1970-01-02 00:00:00Z" },
        { 951782400, "2000-02-29 00:00:00Z" },  { 1784715330, "2026-07-22 10:15:30Z" },
        { 2147483648, "2038-01-19 03:14:08Z" }, { 4107542400, "2100-03-01 00:00:00Z" },
        { -1, "1969-12-31 23:59:59Z" },         { 253402300799, "9999-12-31 23:59:59Z" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(clock_format(rows[i].at).c, rows[i].text);
}

/* Years of five digits do not fit; nothing is written past the end. */
static void stays_a_string_outside_its_range(void **state)
{
    (void)state;
    const instant odd[] = { 253402300800, INT64_MAX, INT64_MIN };

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_int_equal(clock_format(odd[i]).c[CLOCK_TEXT], '\0');
}

static int64_t fixed_us(void *ctx)
{
    return *(int64_t *)ctx;
}

static void cuts_microseconds_to_seconds(void **state)
{
    (void)state;
    int64_t now = 1784715330999999;
    const struct clock clock = { fixed_us, &now };

    assert_true(clock_now_us(&clock) == now);
    assert_true(clock_now(&clock) == 1784715330);
}

static void system_clock_is_the_time_of_day(void **state)
{
    (void)state;
    instant before = time(NULL) - 1;
    instant now = clock_now(&clock_system);

    assert_true(now >= before && now <= time(NULL) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_instants),
        cmocka_unit_test(stays_a_string_outside_its_range),
        cmocka_unit_test(cuts_microseconds_to_seconds),
        cmocka_unit_test(system_clock_is_the_time_of_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
