/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/bearer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_parse(void **state)
{
    static const struct {
        struct slice header;
        enum bearer given;
        const char *token;
    } cases[] = {
        { { "", 0 }, BEARER_NONE, "" },
        { SLICE("Bearer abc.DEF-1_2~3+4/5=="), BEARER_GIVEN, "abc.DEF-1_2~3+4/5==" },
        { SLICE("bEARER a"), BEARER_GIVEN, "a" },
        { SLICE("  Bearer   a  "), BEARER_GIVEN, "a" },
        { SLICE("Bearer"), BEARER_BROKEN, "" },
        { SLICE("Bearer "), BEARER_BROKEN, "" },
        { SLICE("Bearer a b"), BEARER_BROKEN, "" },
        { SLICE("Bearer a,b"), BEARER_BROKEN, "" },
        { SLICE("Bearer a=b"), BEARER_BROKEN, "" },
        { SLICE("Bearer =="), BEARER_BROKEN, "" },
        { SLICE("Bearer \"a\""), BEARER_BROKEN, "" },
        { SLICE("Bearer a\0b"), BEARER_BROKEN, "" },
        { SLICE("Bearer \xc3\xa9"), BEARER_BROKEN, "" },
        { SLICE("Bearer\ta"), BEARER_NONE, "" },
        { SLICE("Bearera"), BEARER_NONE, "" },
        { SLICE("Basic YTpi"), BEARER_NONE, "" },
        { SLICE("a"), BEARER_NONE, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice token;
        assert_int_equal(bearer_parse(cases[i].header, &token), cases[i].given);
        assert_true(slice_eq(token, slice_of(cases[i].token)));
    }
}

static void test_challenges(void **state)
{
    static const struct {
        enum error_id id;
        const char *text;
    } cases[] = {
        { ERROR_BEARER_MISSING, "Bearer realm=\"https://a.example\"" },
        { ERROR_BEARER_EXPIRED, "Bearer realm=\"https://a.example\", error=\"invalid_token\", error_description=\"The "
                                "access token has expired.\"" },
        { ERROR_BEARER_SCOPE,
          "Bearer realm=\"https://a.example\", error=\"insufficient_scope\", error_description=\"The "
          "access token was not given for this.\", scope=\"openid\"" },
        { ERROR_BEARER_MALFORMED, "Bearer realm=\"https://a.example\", error=\"invalid_request\", "
                                  "error_description=\"The access token stands in two places, or is none.\"" },
    };
    char space[512];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_init(&out, space, sizeof space);
        bearer_challenge(cases[i].id, SLICE("https://a.example"), &out);
        assert_true(slice_eq(buf_slice(&out), slice_of(cases[i].text)));
    }
}

/* An error's text stands between quotes in the header: none may hold one. */
static void test_no_text_breaks_the_header(void **state)
{
    (void)state;
    for (enum error_id id = ERROR_NONE + 1; id < ERROR_COUNT; id++) {
        const struct error_row *row = error_row(id);
        if (strstr(row->error, "AuthenticationToken") != NULL || strstr(row->error, "Authorization_") != NULL)
            assert_true(strpbrk(row->text, "\"\\\r\n{") == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_challenges),
                                        cmocka_unit_test(test_no_text_breaks_the_header) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
