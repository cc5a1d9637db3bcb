/* SPDX-License-Identifier: Apache-2.0 */
/* error.h: the one body of all errors, byte for byte, with the members that some have (spec V1, 1.9, 3.5, 3.7). */
#include "wire/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHOE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
#define TRACE "01000000-0000-0000-0000-000000000000"
#define CORRELATION "02000000-0000-0000-0000-000000000000"
#define TIME "1970-01-01 00:00:00Z"

static const struct error_attribute required[] = {
    { .name = { "displayName", 11 }, .type = { "string", 6 }, .regex = { "^.{1,256}$", 10 }, .required = true },
    { .name = { SHOE, sizeof SHOE - 1 }, .type = { "integer", 7 }, .regex = { "^[0-9]{2}$", 10 } },
    { .name = { "news", 4 }, .type = { "boolean", 7 }, .required = true },
};
static const struct error_attribute invalid[] = { { .name = { "city", 4 } }, { .name = { SHOE, sizeof SHOE - 1 } } };
static const struct error_attribute odd[] = {
    { .name = { "a\"b\n", 4 }, .type = { "string", 6 }, .regex = { "\\d", 2 } }
};
static const struct error_attribute address[] = { { .name = { "email", 5 } } };

static const struct {
    enum error_id id;
    const char *error, *code, *text;
    struct error_extra extra;
    const char *tail;
} rows[] = {
    { ERROR_USER_EXISTS,
      "user_already_exists",
      "1003037",
      "There is an account with this address already.",
      { .attributes_name = NULL },
      "" },
    { ERROR_CREDENTIAL_REQUIRED,
      "credential_required",
      "55103",
      "A credential is needed to go on.",
      { .continuation_token = { "AQAB", 4 } },
      ",\"continuation_token\":\"AQAB\"" },
    { ERROR_ATTRIBUTES_REQUIRED,
      "attributes_required",
      "55106",
      "More user attributes are needed.",
      { { "AQAB", 4 }, "required_attributes", required, 3 },
      ",\"continuation_token\":\"AQAB\",\"required_attributes\":["
      "{\"name\":\"displayName\",\"type\":\"string\",\"required\":true,\"options\":{\"regex\":\"^.{1,256}$\"}},"
      "{\"name\":\"" SHOE "\",\"type\":\"integer\",\"required\":false,\"options\":{\"regex\":\"^[0-9]{2}$\"}},"
      "{\"name\":\"news\",\"type\":\"boolean\",\"required\":true}]" },
    { ERROR_ATTRIBUTES_REQUIRED,
      "attributes_required",
      "55106",
      "More user attributes are needed.",
      { { "t", 1 }, "required_attributes", odd, 1 },
      ",\"continuation_token\":\"t\",\"required_attributes\":["
      "{\"name\":\"a\\\"b\\n\",\"type\":\"string\",\"required\":false,\"options\":{\"regex\":\"\\\\d\"}}]" },
    { ERROR_VERIFICATION_REQUIRED,
      "verification_required",
      "55104",
      "The e-mail address must be verified first.",
      { { "AQAB", 4 }, "unverified_attributes", address, 1 },
      ",\"continuation_token\":\"AQAB\",\"unverified_attributes\":[{\"name\":\"email\"}]" },
    { ERROR_ATTRIBUTES_INVALID,
      "invalid_grant",
      "90023",
      "One or more attributes break their rules.",
      { { "", 0 }, "invalid_attributes", invalid, 2 },
      ",\"suberror\":\"attribute_validation_failed\","
      "\"invalid_attributes\":[{\"name\":\"city\"},{\"name\":\"" SHOE "\"}]" },
    { ERROR_ATTRIBUTES_MALFORMED,
      "invalid_request",
      "9002313",
      "The parameter 'attributes' is not a JSON object of plain values.",
      { .attributes_name = NULL },
      "" },
};

static void expect(struct buf *out, size_t i)
{
    buf_fmt(out, "{\"error\":\"%s\",\"error_description\":\"AADSTS%s: %s", rows[i].error, rows[i].code, rows[i].text);
    buf_puts(out, " Trace ID: " TRACE " Correlation ID: " CORRELATION " Timestamp: " TIME "\"");
    buf_fmt(out, ",\"error_codes\":[%s],\"timestamp\":\"" TIME "\"", rows[i].code);
    buf_puts(out, ",\"trace_id\":\"" TRACE "\",\"correlation_id\":\"" CORRELATION "\"");
    buf_fmt(out, ",\"error_uri\":\"https://login.example/error?code=%s\"%s}", rows[i].code, rows[i].tail);
}

static void writes_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char space[4096] = "", wanted_space[4096] = "";
        struct buf out, wanted;
        const struct error_facts facts = { .origin = SLICE("https://login.example"),
                                           .extra = rows[i].extra,
                                           .trace_id = { { 1 } },
                                           .correlation_id = { { 2 } },
                                           .now = 0 };
        buf_init(&out, space, sizeof space - 1);
        buf_init(&wanted, wanted_space, sizeof wanted_space - 1);
        error_body(rows[i].id, &facts, &out);
        expect(&wanted, i);
        assert_true(buf_ok(&out) && buf_ok(&wanted));
        assert_string_equal(space, wanted_space);
        assert_int_equal(error_row(rows[i].id)->status, 400);
    }
}

/* SDKs read these without a check (spec V1, 1.9). */
static void no_row_lacks_what_sdks_need(void **state)
{
    (void)state;
    for (enum error_id id = ERROR_NONE + 1; id < ERROR_COUNT; id++) {
        const struct error_row *row = error_row(id);
        assert_true(row->code > 0 && row->error[0] != '\0' && row->text[0] != '\0');
        assert_true(row->status >= 400 && row->status < 600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(writes_bodies),
                                        cmocka_unit_test(no_row_lacks_what_sdks_need) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
