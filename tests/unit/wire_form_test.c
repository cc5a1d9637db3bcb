/* SPDX-License-Identifier: Apache-2.0 */
/* form.h: bodies as clients and attackers write them, and what they mean. */
#include "wire/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA = 16384 };

static _Alignas(16) char block[ARENA];

#define BODY(lit) lit, sizeof(lit) - 1

/* `fields` is "name=value" per field, joined by '|', values as decoded. */
struct row {
    const char *body;
    size_t length;
    enum err_code code;
    const char *fields;
};

static const struct row rows[] = {
    /* plain */
    { BODY(""), ERR_OK, "" },
    { BODY("a=b"), ERR_OK, "a=b" },
    { BODY("a=b&c=d"), ERR_OK, "a=b|c=d" },
    { BODY("client_id=1&username=sam@example.org"), ERR_OK, "client_id=1|username=sam@example.org" },
    { BODY("a=1&a=2"), ERR_OK, "a=1|a=2" },
    { BODY("A=1&a=2"), ERR_OK, "A=1|a=2" },
    { BODY("a=b=c"), ERR_OK, "a=b=c" },
    { BODY("a=b==&c=="), ERR_OK, "a=b==|c==" },
    /* empty parts */
    { BODY("a="), ERR_OK, "a=" },
    { BODY("a"), ERR_OK, "a=" },
    { BODY("="), ERR_OK, "=" },
    { BODY("=b"), ERR_OK, "=b" },
    { BODY("&"), ERR_OK, "" },
    { BODY("&&&"), ERR_OK, "" },
    { BODY("&a=b"), ERR_OK, "a=b" },
    { BODY("a=b&"), ERR_OK, "a=b" },
    { BODY("a=b&&c=d"), ERR_OK, "a=b|c=d" },
    { BODY("a&b&c"), ERR_OK, "a=|b=|c=" },
    /* a stray question mark, once and in front */
    { BODY("?a=b"), ERR_OK, "a=b" },
    { BODY("?"), ERR_OK, "" },
    { BODY("??a=b"), ERR_OK, "?a=b" },
    { BODY("a=?b"), ERR_OK, "a=?b" },
    { BODY("a=b&?c=d"), ERR_OK, "a=b|?c=d" },
    { BODY("%3Fa=b"), ERR_OK, "?a=b" },
    /* blanks */
    { BODY("a=b+c"), ERR_OK, "a=b c" },
    { BODY("a=b%20c"), ERR_OK, "a=b c" },
    { BODY("a=b c"), ERR_OK, "a=b c" },
    { BODY("a=b%2Bc"), ERR_OK, "a=b+c" },
    { BODY("a+b=c"), ERR_OK, "a b=c" },
    { BODY("+=+"), ERR_OK, " = " },
    { BODY(" a = b "), ERR_OK, " a = b " },
    { BODY("scope=openid%20offline_access+email"), ERR_OK, "scope=openid offline_access email" },
    /* escapes */
    { BODY("a=%41"), ERR_OK, "a=A" },
    { BODY("%61=b"), ERR_OK, "a=b" },
    { BODY("a=%26%3D"), ERR_OK, "a=&=" },
    { BODY("a%3Db=c"), ERR_OK, "a=b=c" },
    { BODY("a=%2525"), ERR_OK, "a=%25" },
    { BODY("a=%e4%BD%a0"), ERR_OK, "a=\xe4\xbd\xa0" },
    { BODY("a=\xe4\xbd\xa0"), ERR_OK, "a=\xe4\xbd\xa0" },
    { BODY("a=\xe4%BD\xa0"), ERR_OK, "a=\xe4\xbd\xa0" },
    { BODY("a=%F0%9F%98%80"), ERR_OK, "a=\xf0\x9f\x98\x80" },
    { BODY("a=%0D%0Ab"), ERR_OK, "a=\r\nb" },
    { BODY("a=b\r\n"), ERR_OK, "a=b\r\n" },
    { BODY("a=%7F%01"), ERR_OK, "a=\x7f\x01" },
    { BODY("a=%EF%BB%BFb"), ERR_OK,
      "a=\xef\xbb\xbf"
      "b" },
    /* not forms, but readable as one */
    { BODY("{\"a\":1}"), ERR_OK, "{\"a\":1}=" },
    { BODY("a;b=c"), ERR_OK, "a;b=c" },
    /* broken escapes */
    { BODY("a=%"), ERR_FORMAT, NULL },
    { BODY("a=%4"), ERR_FORMAT, NULL },
    { BODY("a=%&b=c"), ERR_FORMAT, NULL },
    { BODY("a=%4&1=c"), ERR_FORMAT, NULL },
    { BODY("a=%GG"), ERR_FORMAT, NULL },
    { BODY("a=%4G"), ERR_FORMAT, NULL },
    { BODY("a=%%41"), ERR_FORMAT, NULL },
    { BODY("a=% 41"), ERR_FORMAT, NULL },
    { BODY("a=%-1"), ERR_FORMAT, NULL },
    { BODY("a=%u0041"), ERR_FORMAT, NULL },
    { BODY("%=b"), ERR_FORMAT, NULL },
    { BODY("a=b&c=100%"), ERR_FORMAT, NULL },
    { BODY("a=%0x"), ERR_FORMAT, NULL },
    /* NUL */
    { BODY("a=\0"), ERR_FORMAT, NULL },
    { BODY("a=b\0c"), ERR_FORMAT, NULL },
    { BODY("\0"), ERR_FORMAT, NULL },
    { BODY("a=%00"), ERR_FORMAT, NULL },
    { BODY("a%00b=c"), ERR_FORMAT, NULL },
    { BODY("a=sam%40example.org%00.example.net"), ERR_FORMAT, NULL },
    /* not UTF-8: overlong, surrogates, above U+10FFFF, cut, lone continuation */
    { BODY("a=%C0%80"), ERR_FORMAT, NULL },
    { BODY("a=%C1%81"), ERR_FORMAT, NULL },
    { BODY("a=%E0%80%AF"), ERR_FORMAT, NULL },
    { BODY("a=%F0%80%80%AF"), ERR_FORMAT, NULL },
    { BODY("a=%ED%A0%80"), ERR_FORMAT, NULL },
    { BODY("a=%ED%BF%BF"), ERR_FORMAT, NULL },
    { BODY("a=%ED%A0%BD%ED%B8%80"), ERR_FORMAT, NULL },
    { BODY("a=%F4%90%80%80"), ERR_FORMAT, NULL },
    { BODY("a=%F5%80%80%80"), ERR_FORMAT, NULL },
    { BODY("a=%E4%BD"), ERR_FORMAT, NULL },
    { BODY("a=\xe4\xbd&b=\xa0"), ERR_FORMAT, NULL },
    { BODY("a=%80"), ERR_FORMAT, NULL },
    { BODY("a=%FF%FE"), ERR_FORMAT, NULL },
    { BODY("a=caf\xe9"), ERR_FORMAT, NULL },
    { BODY("%C0%AF=b"), ERR_FORMAT, NULL },
    { BODY("\xff=b"), ERR_FORMAT, NULL },
};

static void join(const struct form *form, struct buf *out)
{
    for (size_t i = 0; i < form->n; i++) {
        if (i > 0)
            buf_putc(out, '|');
        buf_put(out, form->fields[i].name);
        buf_putc(out, '=');
        buf_put(out, form->fields[i].value);
    }
}

static void reads_the_table(void **state)
{
    (void)state;
    assert_true(sizeof rows / sizeof rows[0] >= 60);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena;
        struct form form;
        char room[256];
        struct buf joined;

        arena_init(&arena, block, sizeof block);
        err e = form_parse((struct slice){ rows[i].body, rows[i].length }, &arena, &form);
        if (e.code != rows[i].code)
            fail_msg("row %zu, %s: %s", i, rows[i].body, err_text(e));
        if (rows[i].code != ERR_OK)
            continue;
        buf_init(&joined, room, sizeof room);
        join(&form, &joined);
        if (!slice_eq(buf_slice(&joined), slice_of(rows[i].fields)))
            fail_msg("row %zu, %s: %.*s", i, rows[i].body, SLICE_ARGS(buf_slice(&joined)));
    }
}

static void takes_64_fields_and_not_65(void **state)
{
    (void)state;
    char room[1024];
    struct buf body;
    struct arena arena;
    struct form form;

    buf_init(&body, room, sizeof room);
    for (int i = 0; i < LIMIT_FORM_FIELDS; i++)
        buf_fmt(&body, "&&f%d=%d", i, i);
    arena_init(&arena, block, sizeof block);
    assert_true(err_is_ok(form_parse(buf_slice(&body), &arena, &form)));
    assert_int_equal(form.n, LIMIT_FORM_FIELDS);
    assert_true(slice_eq(form_get(&form, SLICE("f63")), SLICE("63")));
    buf_puts(&body, "&x");
    assert_int_equal(form_parse(buf_slice(&body), &arena, &form).code, ERR_FULL);
}

static void says_full_at_the_end_of_the_arena(void **state)
{
    (void)state;
    struct arena arena;
    struct form form;

    arena_init(&arena, block, 16);
    assert_int_equal(form_parse(SLICE("a=seventeen%20letters"), &arena, &form).code, ERR_FULL);
    arena_init(&arena, block, 16);
    assert_int_equal(form_parse(SLICE("a=%41&b=%42"), &arena, &form).code, ERR_FULL);
    arena_init(&arena, block, 32);
    assert_true(err_is_ok(form_parse(SLICE("a=%41&b=%42"), &arena, &form)));
}

/* Nothing is copied that need not be: most bodies cost no arena at all. */
static void points_into_the_body_where_it_can(void **state)
{
    (void)state;
    static const char body[] = "a=plain&b=%41";
    struct arena arena;
    struct form form;

    arena_init(&arena, block, sizeof block);
    assert_true(err_is_ok(form_parse(slice_of(body), &arena, &form)));
    assert_ptr_equal(form.fields[0].value.p, body + 2);
    assert_true(form.fields[1].value.p >= block && form.fields[1].value.p < block + sizeof block);
    assert_int_equal(arena.used, 16);
}

static void finds_the_first_and_tells_repeats(void **state)
{
    (void)state;
    struct arena arena;
    struct form form;

    arena_init(&arena, block, sizeof block);
    assert_true(err_is_ok(form_parse(SLICE("a=1&b=2&a=3&c=&c=&%64=4&d=5&E=6"), &arena, &form)));
    assert_true(slice_eq(form_get(&form, SLICE("a")), SLICE("1")));
    assert_true(slice_eq(form_get(&form, SLICE("b")), SLICE("2")));
    assert_int_equal(form_get(&form, SLICE("c")).n, 0);
    assert_int_equal(form_get(&form, SLICE("e")).n, 0);
    assert_int_equal(form_get(&form, SLICE("")).n, 0);
    assert_true(form_repeated(&form, SLICE("a")));
    assert_true(form_repeated(&form, SLICE("c")));
    assert_true(form_repeated(&form, SLICE("d")));
    assert_false(form_repeated(&form, SLICE("b")));
    assert_false(form_repeated(&form, SLICE("z")));
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    char every[255];
    char room[1024];
    struct buf out;
    struct arena arena;
    struct form form;
    size_t n = 0;

    for (int c = 1; c < 128; c++)
        every[n++] = (char)c;
    memcpy(every + n, "\xc3\xa4\xf0\x9f\x98\x80", 6);
    n += 6;
    buf_init(&out, room, sizeof room);
    form_put(&out, SLICE("a b&c"), (struct slice){ every, n });
    form_put(&out, SLICE("empty"), SLICE_EMPTY);
    assert_true(buf_ok(&out));
    arena_init(&arena, block, sizeof block);
    assert_true(err_is_ok(form_parse(buf_slice(&out), &arena, &form)));
    assert_int_equal(form.n, 2);
    assert_true(slice_eq(form_get(&form, SLICE("a b&c")), (struct slice){ every, n }));
    assert_true(slice_eq(form.fields[1].name, SLICE("empty")));
}

static void writes_escapes_that_suit_addresses_too(void **state)
{
    (void)state;
    char room[64];
    struct buf out;

    buf_init(&out, room, sizeof room);
    form_put(&out, SLICE("q"), SLICE("Az09-._~ +/?\xc3\xa4"));
    form_put(&out, SLICE("r"), SLICE("s"));
    assert_true(slice_eq(buf_slice(&out), SLICE("q=Az09-._~%20%2B%2F%3F%C3%A4&r=s")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_table),
        cmocka_unit_test(takes_64_fields_and_not_65),
        cmocka_unit_test(says_full_at_the_end_of_the_arena),
        cmocka_unit_test(points_into_the_body_where_it_can),
        cmocka_unit_test(finds_the_first_and_tells_repeats),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(writes_escapes_that_suit_addresses_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
