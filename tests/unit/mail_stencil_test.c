/* SPDX-License-Identifier: Apache-2.0 */
/* A text that is printed from a stencil is the one that the encoder would have written. */
#include "mail/mime.h"
#include "mail/stencil.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct stencil stencil;
static char second[STENCIL_TEXT];
static char wanted[STENCIL_TEXT];
static char printed[STENCIL_TEXT];

static bool has_id;

static int with_id(void **state)
{
    (void)state;
    has_id = true;
    return 0;
}

/* A part whose body has the code and the id, if any, after `before` in one line, and the code again behind. */
static size_t encode(char *p, const char *before, const char *code, uint64_t id, const char *after)
{
    char body[4096], hex[STENCIL_ID_DIGITS + 2] = "";
    struct buf out;

    if (has_id)
        snprintf(hex, sizeof hex, " %016llx", (unsigned long long)id);
    int n = snprintf(body, sizeof body, "%s%s%s%s\n%s\n", before, code, hex, after, code);

    assert_in_range(n, 1, sizeof body - 1);
    buf_init(&out, p, STENCIL_TEXT);
    mime_part(&out, "text/plain", slice_of(body));
    assert_true(buf_ok(&out));
    return out.n;
}

static bool cut(const char *before, size_t digits, const char *after)
{
    char zeros[LIMIT_CODE_DIGITS_MAX + 1] = { 0 }, ones[LIMIT_CODE_DIGITS_MAX + 1] = { 0 };

    memset(zeros, STENCIL_CODE_FIRST, digits);
    memset(ones, STENCIL_CODE_SECOND, digits);
    stencil.code_digits = digits;
    stencil.n = encode(stencil.text, before, zeros, STENCIL_ID_FIRST, after);
    return stencil_cut(&stencil, (struct slice){ second, encode(second, before, ones, STENCIL_ID_SECOND, after) });
}

static void assert_prints(const char *before, const char *code, uint64_t id, const char *after)
{
    size_t n = encode(wanted, before, code, id, after);
    struct buf out;

    buf_init(&out, printed, sizeof printed);
    stencil_print(&stencil, 0, code, id, &out);
    assert_true(buf_ok(&out));
    assert_int_equal(out.n, n);
    assert_memory_equal(printed, wanted, n);
}

static void the_values_may_stand_anywhere_in_a_line(void **state)
{
    static const char *const codes[] = { "9876543210", "0000000000", "1111111111", "0101010101" };
    static const char *const afters[] = { "", " ", ".", "=", "00000000", "11111111", " ö" };
    char before[201] = { 0 }, code[LIMIT_CODE_DIGITS_MAX + 1];

    (void)state;
    for (size_t n = 0; n < sizeof before; n++) {
        memset(before, n % 3 == 0 ? '0' : 'x', n);
        for (size_t digits = LIMIT_CODE_DIGITS_MIN; digits <= LIMIT_CODE_DIGITS_MAX; digits++) {
            const char *after = afters[(n + digits) % (sizeof afters / sizeof afters[0])];
            assert_true(cut(before, digits, after));
            for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
                snprintf(code, sizeof code, "%.*s", (int)digits, codes[i]);
                assert_prints(before, code, 0x0123456789abcdef, after);
                assert_prints(before, code, i, after);
            }
        }
    }
}

/* The test above would say nothing of breaks if none fell into a value. */
static void a_soft_break_cuts_values_at_each_of_their_digits(void **state)
{
    char before[76] = { 0 };
    size_t cuts = 0;

    (void)state;
    for (size_t n = 0; n < sizeof before; n++) {
        memset(before, 'x', n);
        assert_true(cut(before, 8, ""));
        cuts += stencil.holes_n == 4; /* code, id, code, and one of the first two in two */
    }
    assert_int_equal(cuts, 7 + 15);
}

static void a_print_begins_where_it_is_told_to(void **state)
{
    struct buf out;

    (void)state;
    assert_true(cut("before", 8, "after"));
    size_t n = encode(wanted, "before", "31415926", 7, "after");
    for (size_t from = 0; from <= stencil.holes[0].at; from++) {
        buf_init(&out, printed, sizeof printed);
        buf_puts(&out, "Date");
        stencil_print(&stencil, from, "31415926", 7, &out);
        assert_int_equal(out.n, 4 + n - from);
        assert_memory_equal(printed + 4, wanted + from, n - from);
    }
    for (size_t cap = 0; cap < n; cap += 13) {
        buf_init(&out, printed, cap);
        stencil_print(&stencil, 0, "31415926", 7, &out);
        assert_false(buf_ok(&out));
    }
}

/* The code at each byte of a group, and cut by the end of a line at each of its digits. */
static void base64_is_printed_as_well(void **state)
{
    static const char kite[] = "凧と風の会社";
    char before[200], code[LIMIT_CODE_DIGITS_MAX + 1];
    size_t cuts = 0;

    (void)state;
    has_id = false;
    for (size_t shift = 0; shift < 120; shift++) {
        snprintf(before, sizeof before, "%s%s%s%.*s", kite, kite, shift < 60 ? "" : kite, (int)shift % 60,
                 "凧風凧風凧風凧風凧風凧風凧風凧風凧風凧風");
        for (size_t digits = LIMIT_CODE_DIGITS_MIN; digits <= LIMIT_CODE_DIGITS_MAX; digits++) {
            snprintf(code, sizeof code, "%.*s", (int)digits, "9876543210");
            assert_true(cut(before, digits, kite));
            assert_non_null(memmem(stencil.text, stencil.n, "base64", 6));
            assert_prints(before, code, 0, kite);
            assert_prints(before, &"0123456789"[10 - digits], 0, kite);
            cuts += stencil.holes_n == 3;
        }
    }
    assert_true(cuts > 20); /* else no end of a line was in a code */
    has_id = true;
    assert_false(cut(kite, 8, kite)); /* no letter has one there */
}

static bool cut_texts(const char *a, const char *b)
{
    memcpy(stencil.text, a, strlen(a));
    stencil.n = strlen(a);
    stencil.code_digits = 6;
    return stencil_cut(&stencil, slice_of(b));
}

static void what_is_no_whole_value_is_not_cut(void **state)
{
    char a[STENCIL_HOLES * 7 + 8] = { 0 }, b[sizeof a] = { 0 };

    (void)state;
    assert_true(cut_texts("a 000000 b", "a 111111 b"));
    assert_true(cut_texts("a b", "a b"));
    assert_true(cut_texts("x 000000000000", "x 111111111111")); /* two, side by side */
    assert_true(cut_texts("x\nMDAwMDAw", "x\nMTExMTEx"));
    assert_false(cut_texts("x\nMDAwMDA=", "x\nMTExMTE=")); /* a part of one */
    assert_false(cut_texts("MDAwMDAw/", "MTExMTEx+"));
    assert_false(cut_texts("xMDAwMDAw", "xMTExMTEx"));       /* at the wrong place of a line */
    assert_false(cut_texts("a 000000 b", "a 111111 bc"));    /* another length */
    assert_false(cut_texts("a 00000 b", "a 11111 b"));       /* a part of a code */
    assert_false(cut_texts("a 000000 b", "a 111111 c"));     /* something else differs */
    assert_false(cut_texts("a 111111 b", "a 000000 b"));     /* the wrong way */
    assert_false(cut_texts("a 00000000 b", "a ffffffff b")); /* a part of an id */
    for (size_t i = 0; i <= STENCIL_HOLES; i++) {
        assert_int_equal(cut_texts(a, b), true);
        assert_int_equal(stencil.holes_n, i);
        strcat(a, "000000 ");
        strcat(b, "111111 ");
    }
    assert_false(cut_texts(a, b)); /* more holes than there is room for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_values_may_stand_anywhere_in_a_line, with_id),
        cmocka_unit_test_setup(a_soft_break_cuts_values_at_each_of_their_digits, with_id),
        cmocka_unit_test_setup(a_print_begins_where_it_is_told_to, with_id),
        cmocka_unit_test_setup(base64_is_printed_as_well, with_id),
        cmocka_unit_test_setup(what_is_no_whole_value_is_not_cut, with_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
