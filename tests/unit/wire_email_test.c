/* SPDX-License-Identifier: Apache-2.0 */
/* email.h: which addresses there are, which are the same, and how they are masked. */
#include "wire/email.h"

#include "wire/email_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* `identity` is NULL where the address is refused. */
struct row {
    const char *text;
    const char *identity;
};

#define SAME(text) \
    {              \
        text, text \
    }
#define L10 "abcdefghij"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "abc"
#define L64 L60 "abcd"

static const struct row rows[] = {
    /* ASCII */
    SAME("sam@example.org"),
    SAME("a@b.cd"),
    SAME("1@2.org"),
    SAME("sam.lee@example.org"),
    SAME("sam+news@mail.example.org"),
    SAME("o'neil@example.org"),
    SAME("!#$%&'*+-/=?^_`{|}~@example.org"),
    SAME("sam@a-b.example.org"),
    SAME("sam@a--b.org"),
    SAME("sam@1and2.org"),
    SAME("sam@example.c0m"),
    SAME("-sam-@example.org"),
    SAME("sam@" L63 ".org"),
    SAME(L64 "@example.org"),
    /* case */
    { "Sam.Lee@Example.ORG", "sam.lee@example.org" },
    { "SAM@EXAMPLE.ORG", "sam@example.org" },
    { "I@INFO.ORG", "i@info.org" },
    /* trimming */
    { "  sam@example.org ", "sam@example.org" },
    { "\tsam@example.org\t", "sam@example.org" },
    /* local part in ASCII, broken */
    { "", NULL },
    { " ", NULL },
    { "@", NULL },
    { "sam", NULL },
    { "sam@", NULL },
    { "@example.org", NULL },
    { "sam.example.org", NULL },
    { ".sam@example.org", NULL },
    { "sam.@example.org", NULL },
    { "sam..lee@example.org", NULL },
    { ".@example.org", NULL },
    { "sam@lee@example.org", NULL },
    { "sam lee@example.org", NULL },
    { "sam\t@example.org", NULL },
    { "sam\r\n@example.org", NULL },
    { "sam@example.org\r\nBcc: lee@example.net", NULL },
    { "sam@example.org\n", NULL },
    { "sam\x01@example.org", NULL },
    { "sam\x7f@example.org", NULL },
    { "\"sam\"@example.org", NULL },
    { "\"sam lee\"@example.org", NULL },
    { "sam(home)@example.org", NULL },
    { "sam,lee@example.org", NULL },
    { "sam;lee@example.org", NULL },
    { "sam:lee@example.org", NULL },
    { "<sam@example.org>", NULL },
    { "Sam <sam@example.org>", NULL },
    { "mailto:sam@example.org", NULL },
    { "sam[1]@example.org", NULL },
    { "sam\\lee@example.org", NULL },
    { L64 "x@example.org", NULL },
    /* domain in ASCII, broken */
    { "sam@example", NULL },
    { "sam@localhost", NULL },
    { "sam@.example.org", NULL },
    { "sam@example.org.", NULL },
    { "sam@example..org", NULL },
    { "sam@.", NULL },
    { "sam@-example.org", NULL },
    { "sam@example-.org", NULL },
    { "sam@example.-org", NULL },
    { "sam@exa_mple.org", NULL },
    { "sam@exa mple.org", NULL },
    { "sam@ example.org", NULL },
    { "sam @example.org", NULL },
    { "sam@example.org:25", NULL },
    { "sam@example.org/x", NULL },
    { "sam@exam%70le.org", NULL },
    { "sam@[192.0.2.1]", NULL },
    { "sam@[IPv6:2001:db8::1]", NULL },
    { "sam@192.0.2.1", NULL },
    { "sam@example.123", NULL },
    { "sam@ab--cd.org", NULL },
    { "sam@" L64 ".org", NULL },
    /* internationalised domains */
    { "sam@m\xc3\xbcnchen.example", "sam@xn--mnchen-3ya.example" },
    { "sam@M\xc3\x9cNCHEN.example", "sam@xn--mnchen-3ya.example" },
    { "sam@mu\xcc\x88nchen.example", "sam@xn--mnchen-3ya.example" },
    { "sam@xn--mnchen-3ya.example", "sam@xn--mnchen-3ya.example" },
    { "sam@XN--MNCHEN-3YA.example", "sam@xn--mnchen-3ya.example" },
    { "sam@stra\xc3\x9f"
      "e.example",
      "sam@xn--strae-oqa.example" },
    { "sam@strasse.example", "sam@strasse.example" },
    { "sam@\xe4\xbe\x8b\xe3\x81\x88.jp", "sam@xn--r8jz45g.jp" },
    { "sam@\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82jp", "sam@xn--r8jz45g.jp" },
    { "sam@\xef\xbd\x85xample.org", "sam@example.org" },
    { "sam@xn--.org", NULL },
    { "sam@xn--a.org", NULL },
    { "sam@xn--example-.org", NULL },
    { "sam@xn--99999999.org", NULL },
    { "sam@\xe2\x98\x83.example", NULL },
    { "sam@a\xe2\x80\x8d"
      "b.example",
      NULL },
    { "sam@\xc3\xa4_b.example", NULL },
    { "sam@\xc3\xa4\xef\xbc\xbf"
      "b.example",
      NULL },
    { "sam@\xc3\xa4 b.example", NULL },
    { "sam@\xc3\xa4%b.example", NULL },
    { "sam@\xc3\xa4.-b.example", NULL },
    { "sam@\xc3\xa4..example", NULL },
    { "sam@\xc3\xa4", NULL },
    { "sam@\xef\xbc\x91.\xef\xbc\x92.\xef\xbc\x93.\xef\xbc\x94", NULL },
    { "sam@a\xef\xbc\xa0"
      "b.example",
      NULL },
    { "sam@\xff.example", NULL },
    { "sam@\xc3.example", NULL },
    /* local parts outside ASCII */
    { "s\xc3\xa4m@example.org", "s\xc3\xa4m@example.org" },
    { "S\xc3\x84M@Example.org", "s\xc3\xa4m@example.org" },
    { "sa\xcc\x88m@example.org", "s\xc3\xa4m@example.org" },
    { "\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82@example.org",
      "\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83@example.org" },
    { "\xe7\x94\xb0\xe4\xb8\xad@\xe4\xbe\x8b\xe3\x81\x88.jp", "\xe7\x94\xb0\xe4\xb8\xad@xn--r8jz45g.jp" },
    { "\xf0\x9f\x98\x80@example.org", "\xf0\x9f\x98\x80@example.org" },
    { "gr\xc3\xb6\xc3\x9f"
      "e@example.org",
      "gr\xc3\xb6sse@example.org" },
    { "\xc4\xb0x@example.org", "i\xcc\x87x@example.org" },
    /* ones that fold into the mailbox of somebody else: long s, Kelvin sign, ligature */
    { "\xc5\xbf"
      "am@example.org",
      NULL },
    { "\xe2\x84\xaaim@example.org", NULL },
    { "\xef\xac\x81x@example.org", NULL },
    /* canonically a semicolon; invisible; blank; private; not a character; right to left override */
    { "\xc3\xa4\xcd\xbe@example.org", NULL },
    { "s\xc3\xa4\xe2\x80\x8bm@example.org", NULL },
    { "s\xe2\x80\x8dm@example.org", NULL },
    { "s\xc2\xadm@example.org", NULL },
    { "s\xc2\xa0m@example.org", NULL },
    { "s\xe3\x80\x80m@example.org", NULL },
    { "s\xe2\x80\xa8m@example.org", NULL },
    { "s\xee\x80\x80m@example.org", NULL },
    { "s\xef\xbf\xbfm@example.org", NULL },
    { "s\xe2\x80\xaem@example.org", NULL },
    { "s\xc2\x85m@example.org", NULL },
    { "\xef\xbb\xbfsam@example.org", NULL },
    { "\xc3\xa4..b@example.org", NULL },
    { ".\xc3\xa4@example.org", NULL },
    /* not UTF-8 */
    { "s\xc3m@example.org", NULL },
    { "s\xc0\x80m@example.org", NULL },
    { "s\xed\xa0\x80m@example.org", NULL },
    { "s\xff@example.org", NULL },
};

enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert(ROWS >= 80, "the table keeps its size");

static void reads_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct email email;
        err e = email_parse(slice_of(rows[i].text), &email);
        if (e.code != (rows[i].identity == NULL ? ERR_FORMAT : ERR_OK))
            fail_msg("row %zu, %s: %s", i, rows[i].text, err_text(e));
        if (rows[i].identity == NULL)
            continue;
        if (strcmp(email.identity, rows[i].identity) != 0)
            fail_msg("row %zu, %s: %s", i, rows[i].text, email.identity);
        assert_true(slice_eq(slice_of(email.given), slice_trim(slice_of(rows[i].text))));
    }
}

static void refuses_nul(void **state)
{
    (void)state;
    struct email email;

    assert_int_equal(email_parse(SLICE("sam@example.org\0"), &email).code, ERR_FORMAT);
    assert_int_equal(email_parse(SLICE("s\0m@example.org"), &email).code, ERR_FORMAT);
    assert_int_equal(email_parse(SLICE("sam@example.org\0.net"), &email).code, ERR_FORMAT);
}

static void an_identity_is_its_own_identity(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct email email;
        if (rows[i].identity == NULL)
            continue;
        assert_true(err_is_ok(email_parse(slice_of(rows[i].identity), &email)));
        assert_string_equal(email.identity, rows[i].identity);
    }
}

/* "aaa…@bbb….bbb….org", valid but for its length. */
static struct slice address_of(size_t local, size_t total, char *room)
{
    memset(room, 'b', total);
    memset(room, 'a', local);
    room[local] = '@';
    for (size_t i = local + 60; i + 6 < total; i += 60)
        room[i] = '.';
    memcpy(room + total - 4, ".org", 4);
    return (struct slice){ room, total };
}

static void knows_the_longest_address(void **state)
{
    (void)state;
    char room[512];
    char blank[300];
    struct email email;

    assert_true(err_is_ok(email_parse(address_of(64, 254, room), &email)));
    assert_int_equal(strlen(email.identity), 254);
    assert_int_equal(email_parse(address_of(64, 255, room), &email).code, ERR_FORMAT);
    assert_int_equal(email_parse(address_of(65, 254, room), &email).code, ERR_FORMAT);
    assert_int_equal(email_parse(address_of(65, 100, room), &email).code, ERR_FORMAT);
    assert_int_equal(email_parse(address_of(64, 500, room), &email).code, ERR_FORMAT);
    /* Blanks around are not counted. */
    memset(blank, ' ', sizeof blank);
    memcpy(blank + 20, address_of(64, 254, room).p, 254);
    assert_true(err_is_ok(email_parse((struct slice){ blank, sizeof blank }, &email)));
}

static enum err_code outcome_of_repeated(const char *front, const char *part, int times, const char *end)
{
    char room[LIMIT_EMAIL];
    struct email email;
    struct buf b;

    buf_init(&b, room, sizeof room);
    buf_puts(&b, front);
    for (int i = 0; i < times; i++)
        buf_puts(&b, part);
    buf_puts(&b, end);
    assert_true(buf_ok(&b));
    return email_parse(buf_slice(&b), &email).code;
}

/* Canonical forms can be longer than what was typed. */
static void bounds_the_identity_too(void **state)
{
    (void)state;
    /* U+0149 folds into U+02BC and "n", three bytes for two: 21 are 63, 22 are 66. */
    assert_int_equal(outcome_of_repeated("", "\xc5\x89", 21, "@example.org"), ERR_OK);
    assert_int_equal(outcome_of_repeated("", "\xc5\x89", 22, "@example.org"), ERR_FORMAT);
    /* Four bytes become eight: "xn--6qq." */
    assert_int_equal(outcome_of_repeated("a@", "\xe4\xbd\xa0.", 31, "org"), ERR_OK);
    assert_int_equal(outcome_of_repeated("a@", "\xe4\xbd\xa0.", 32, "org"), ERR_FORMAT);
}

/* What the libraries make of an address. */
static bool slow_identity(struct slice text, char *room, size_t cap)
{
    struct slice domain;
    struct slice local = slice_cut(text, '@', &domain);
    struct buf out;

    buf_init(&out, room, cap - 1);
    if (!err_is_ok(email_fold_local(local, &out)))
        return false;
    buf_putc(&out, '@');
    if (!err_is_ok(email_fold_domain(domain, &out)))
        return false;
    room[out.n] = '\0';
    return true;
}

static unsigned draw(unsigned *seed, unsigned bound)
{
    *seed = *seed * 1103515245U + 12345U;
    return (*seed >> 16) % bound;
}

/* The short cut for ASCII accepts nothing that the libraries refuse, and gives the same identity. */
static void the_short_cut_agrees_with_the_libraries(void **state)
{
    (void)state;
    static const char letters[] = "aZ0-.zA9bX--.Qn";
    unsigned seed = 7;
    unsigned accepted = 0;

    for (int round = 0; round < 20000; round++) {
        char text[40] = "Sa@";
        char slow[LIMIT_EMAIL + 1];
        struct email email;
        size_t n = 3;
        for (unsigned left = 3 + draw(&seed, 12); left > 0; left--)
            text[n++] = letters[draw(&seed, sizeof letters - 1)];
        memcpy(text + n, ".Org", 5);
        if (!err_is_ok(email_parse(slice_of(text), &email)))
            continue;
        accepted++;
        assert_true(slow_identity(slice_of(text), slow, sizeof slow));
        assert_string_equal(email.identity, slow);
    }
    assert_in_range(accepted, 1000, 19000);
}

static void the_table_agrees_with_the_libraries(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        char slow[LIMIT_EMAIL + 1];
        if (rows[i].identity == NULL)
            continue;
        assert_true(slow_identity(slice_trim(slice_of(rows[i].text)), slow, sizeof slow));
        assert_string_equal(slow, rows[i].identity);
    }
}

static void masks(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        const char *label;
    } masked[] = {
        { "sam@example.org", "s*m@e*********g" },
        { "a@b.cd", "*@b**d" },
        { "ab@cd", "a*@c*" },
        { "abc@def", "a*c@d*f" },
        { "a@b", "*@*" },
        { "sam.lee@example.org", "s*****e@e*********g" },
        { "s\xc3\xa4m@\xc3\xa4\xc3\xb6\xc3\xbc", "s*m@\xc3\xa4*\xc3\xbc" },
        { "\xe7\x94\xb0\xe4\xb8\xad@\xe4\xbe\x8b\xe3\x81\x88.jp", "\xe7\x94\xb0*@\xe4\xbe\x8b***p" },
        { "\xf0\x9f\x98\x80@example.org", "*@e*********g" },
        { "a@b@example.org", "a*b@e*********g" },
        { "nobody", "n****y" },
        { "", "*" },
        { "@", "*@*" },
        { "\xff\xfe\xfd@b", "\xff*\xfd@*" },
    };

    for (size_t i = 0; i < sizeof masked / sizeof masked[0]; i++) {
        char room[LIMIT_LABEL];
        struct buf out;
        buf_init(&out, room, sizeof room);
        email_mask(slice_of(masked[i].address), &out);
        if (!slice_eq(buf_slice(&out), slice_of(masked[i].label)))
            fail_msg("%s: %.*s", masked[i].address, SLICE_ARGS(buf_slice(&out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_table),
        cmocka_unit_test(refuses_nul),
        cmocka_unit_test(an_identity_is_its_own_identity),
        cmocka_unit_test(knows_the_longest_address),
        cmocka_unit_test(bounds_the_identity_too),
        cmocka_unit_test(the_short_cut_agrees_with_the_libraries),
        cmocka_unit_test(the_table_agrees_with_the_libraries),
        cmocka_unit_test(masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
