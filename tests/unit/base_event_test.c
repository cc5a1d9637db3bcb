/* SPDX-License-Identifier: Apache-2.0 */
/* event.h: rows are well formed and unique, events are counted and reach the sink with their fields. */
#include "base/event.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    enum event_id id;
    const struct guid *correlation;
    struct event_field fields[4];
    size_t n;
    unsigned calls;
};

static void see(void *ctx, enum event_id id, const struct guid *correlation, const struct event_field *fields, size_t n)
{
    struct seen *seen = ctx;

    assert_true(n <= 4);
    seen->id = id;
    seen->correlation = correlation;
    memcpy(seen->fields, fields, n * sizeof fields[0]);
    seen->n = n;
    seen->calls++;
}

/* Metric and log names: lower case, digits, underscores. */
static void assert_name(const char *name)
{
    assert_true(islower((unsigned char)name[0]));
    for (const char *p = name; *p != '\0'; p++)
        assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
}

static void rows_are_well_formed(void **state)
{
    (void)state;
    for (int i = 0; i < EVENT_COUNT; i++) {
        assert_name(event_name((enum event_id)i));
        assert_true(isupper((unsigned char)event_text((enum event_id)i)[0]));
        assert_in_range(event_level((enum event_id)i), LEVEL_DEBUG, LEVEL_ERROR);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(event_name((enum event_id)i), event_name((enum event_id)k));
    }
    for (int i = 0; i < FIELD_COUNT; i++) {
        assert_name(event_field_name((enum event_field_id)i));
        assert_in_range(event_field_type((enum event_field_id)i), FIELD_TYPE_WORD, FIELD_TYPE_TEXT);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(event_field_name((enum event_field_id)i), event_field_name((enum event_field_id)k));
    }
}

static void tables_agree_with_the_names(void **state)
{
    (void)state;
    assert_string_equal(event_name(EVENT_code_wrong), "code_wrong");
    assert_int_equal(event_level(EVENT_mail_dead), LEVEL_ERROR);
    assert_string_equal(event_field_name(FIELD_client_address), "client_address");
    assert_int_equal(event_field_type(FIELD_status), FIELD_TYPE_NUMBER);
    assert_int_equal(event_field_type(FIELD_tenant), FIELD_TYPE_GUID);
}

static void reaches_the_sink_with_its_fields(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    struct events events = { .sink = see, .ctx = &seen };
    const struct guid correlation = { { 1, 2, 3 } };

    EMIT(&events, request_done, &correlation, field_status(200), field_path(SLICE("/a")), field_endpoint("challenge"));
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.id, EVENT_request_done);
    assert_ptr_equal(seen.correlation, &correlation);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.fields[0].id, FIELD_status);
    assert_int_equal(seen.fields[0].value.NUMBER, 200);
    assert_true(slice_eq(seen.fields[1].value.TEXT, SLICE("/a")));
    assert_string_equal(seen.fields[2].value.WORD, "challenge");
}

static void counts_with_and_without_a_sink(void **state)
{
    (void)state;
    struct events events = { 0 };

    EMIT(&events, code_sent, NULL, field_count(1));
    EMIT(&events, code_sent, NULL, field_count(1));
    EMIT(&events, code_wrong, NULL, field_count(1));
    assert_int_equal(events.counts[EVENT_code_sent], 2);
    assert_int_equal(events.counts[EVENT_code_wrong], 1);
    assert_int_equal(events.counts[EVENT_mail_sent], 0);
    event_emit(NULL, EVENT_code_sent, NULL, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(tables_agree_with_the_names),
        cmocka_unit_test(reaches_the_sink_with_its_fields),
        cmocka_unit_test(counts_with_and_without_a_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
