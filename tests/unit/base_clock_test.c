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

static void reads_what_it_writes(void **state)
{
    static const struct {
        const char *text;
        instant at;
    } rows[] = {
        { "1970-01-01 00:00:00Z", 0 },          { "2000-02-29", 951782400 },  { "2026-07-22T10:15:30Z", 1784715330 },
        { "2026-07-22 10:15:30Z", 1784715330 }, { "2100-03-01", 4107542400 }, { "9999-12-31 23:59:59Z", 253402300799 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        instant at = -1;
        assert_true(clock_parse(slice_of(rows[i].text), &at));
        assert_true(at == rows[i].at);
    }
    for (instant at = 0; at < 253402300800; at += 86399 * 31) {
        instant read = -1;
        assert_true(clock_parse(slice_of(clock_format(at).c), &read));
        assert_true(read == at);
    }
}

static void refuses_other_texts(void **state)
{
    static const char *const rows[] = {
        "",
        "2026",
        "2026-07",
        "2026-7-22",
        "2026-02-29",
        "2100-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-04-31",
        "1969-12-31",
        "2026/07/22",
        "2026-07-22T",
        "2026-07-22T10:15:30",
        "2026-07-22T10:15Z",
        "2026-07-22T24:00:00Z",
        "2026-07-22T10:60:00Z",
        "2026-07-22T10:15:60Z",
        "2026-07-22T10:15:30+01:00",
        "2026-07-22t10:15:30Z",
        "-026-07-22",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        instant at = 7;
        assert_false(clock_parse(slice_of(rows[i]), &at));
        assert_true(at == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_instants),
        cmocka_unit_test(stays_a_string_outside_its_range),
        cmocka_unit_test(cuts_microseconds_to_seconds),
        cmocka_unit_test(system_clock_is_the_time_of_day),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(refuses_other_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
