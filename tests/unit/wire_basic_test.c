/* SPDX-License-Identifier: Apache-2.0 */
/* Basic as clients of OAuth send it (RFC 7617; RFC 6749, 2.3.1): encoded by the book, not encoded, malformed. */
#include "wire/basic.h"

#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCRATCH = 8192 };

/* What is in base64, and what it comes to. */
static const struct row {
    const char *plain;
    enum err_code code;
    const char *id, *secret, *raw;
} rows[] = {
    { "Aladdin:open sesame", ERR_OK, "Aladdin", "open sesame", "open sesame" }, /* RFC 7617, 2 */
    { "app:a%20b%3Ac%2Bd", ERR_OK, "app", "a b:c+d", "a%20b%3Ac%2Bd" },
    { "a%3Ap:s+t", ERR_OK, "a:p", "s t", "s+t" },
    { "app:", ERR_OK, "app", "", "" },
    { "app:a:b", ERR_OK, "app", "a:b", "a:b" },
    { "app:50%", ERR_OK, "app", "50%", "50%" },
    { "app:%zz~x", ERR_OK, "app", "%zz~x", "%zz~x" },
    { "app:\xff", ERR_OK, "app", "\xff", "\xff" },
    { ":secret", ERR_OK, "", "secret", "secret" },
    { "a%zz:secret", ERR_FORMAT, "", "", "" },
    { "a\xff:secret", ERR_FORMAT, "", "", "" },
    { "nothing", ERR_FORMAT, "", "", "" },
};

static struct arena arena;
static char space[SCRATCH];

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, space, sizeof space);
    return 0;
}

static enum err_code parse(const char *header, struct basic *out)
{
    arena_reset(&arena);
    return basic_parse(slice_of(header), &arena, out).code;
}

static void check_text(struct slice got, const char *wanted)
{
    if (!slice_eq(got, slice_of(wanted)))
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_ARGS(got), wanted);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[256];
        struct buf text;
        struct basic got;
        buf_init(&text, header, sizeof header);
        buf_puts(&text, i % 2 == 0 ? "Basic " : "bAsIc  ");
        b64_put(&text, rows[i].plain, strlen(rows[i].plain));
        buf_putc(&text, '\0');
        assert_int_equal(parse(header, &got), rows[i].code);
        if (rows[i].code != ERR_OK)
            continue;
        check_text(got.id, rows[i].id);
        check_text(got.secret, rows[i].secret);
        check_text(got.secret_raw, rows[i].raw);
    }
}

static void test_what_is_not_basic(void **state)
{
    static const char *const others[] = { "", "Bearer abc", "Basically YTpi", "Negotiate" };
    static const char *const malformed[] = { "Basic",      "Basic ",    "Basic YTpi=", "Basic YTp",
                                             "Basic YT_i", "Basic Y T", "Basic ====" };
    struct basic got;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(parse(others[i], &got), ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        assert_int_equal(parse(malformed[i], &got), ERR_FORMAT);
}

static void test_bounds(void **state)
{
    char *header = malloc(4096);
    struct basic got;

    (void)state;
    memset(header, 'A', 4096);
    memcpy(header, "Basic ", 6);
    header[6 + 2052] = '\0';
    assert_int_equal(parse(header, &got), ERR_FORMAT); /* longer than any of ours */
    arena.used = SCRATCH - 4;
    assert_int_equal(basic_parse(SLICE("Basic YTpiYTpiYTpi"), &arena, &got).code, ERR_FULL);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rows, set_up),
        cmocka_unit_test_setup(test_what_is_not_basic, set_up),
        cmocka_unit_test_setup(test_bounds, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
