/* SPDX-License-Identifier: Apache-2.0 */
/* b64.h: the vectors of RFC 4648, every value of one and two bytes, and refusal of all that is not canonical. */
#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct slice encode(const void *bytes, size_t n, bool url, char *room, size_t cap)
{
    struct buf b;

    buf_init(&b, room, cap);
    if (url)
        b64url_put(&b, bytes, n);
    else
        b64_put(&b, bytes, n);
    return buf_slice(&b);
}

static void rfc_4648_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *plain;
        const char *text;
    } rows[] = { { "", "" },
                 { "f", "Zg==" },
                 { "fo", "Zm8=" },
                 { "foo", "Zm9v" },
                 { "foob", "Zm9vYg==" },
                 { "fooba", "Zm9vYmE=" },
                 { "foobar", "Zm9vYmFy" } };
    char room[16];
    char back[8];
    size_t n;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].plain);
        assert_true(slice_eq(encode(rows[i].plain, length, false, room, sizeof room), slice_of(rows[i].text)));
        struct slice url = encode(rows[i].plain, length, true, room, sizeof room);
        struct slice unpadded = { rows[i].text, strcspn(rows[i].text, "=") };
        assert_true(slice_eq(url, unpadded));
        assert_int_equal(url.n, B64URL_LENGTH(length));
        assert_true(b64url_decode(url, back, sizeof back, &n));
        assert_int_equal(n, length);
        assert_memory_equal(back, rows[i].plain, n);
    }
}

static void alphabets_differ_in_two_characters(void **state)
{
    (void)state;
    char room[8];

    assert_true(slice_eq(encode("\xfb\xff\xbf", 3, false, room, sizeof room), SLICE("+/+/")));
    assert_true(slice_eq(encode("\xfb\xff\xbf", 3, true, room, sizeof room), SLICE("-_-_")));
}

/* The long way round: bits from a string of digits. */
static void encodes_and_decodes_all_of_one_and_two_bytes(void **state)
{
    (void)state;
    char room[4];
    unsigned char back[2];
    size_t n;

    for (unsigned v = 0; v < 0x10000; v++) {
        unsigned char bytes[2] = { (unsigned char)(v >> 8), (unsigned char)v };
        struct slice text = encode(bytes, 2, true, room, sizeof room);
        assert_int_equal(text.n, 3);
        assert_int_equal(text.p[0], url_alphabet[v >> 10]);
        assert_int_equal(text.p[1], url_alphabet[(v >> 4) & 63]);
        assert_int_equal(text.p[2], url_alphabet[(v & 15) << 2]);
        assert_true(b64url_decode(text, back, sizeof back, &n) && n == 2);
        assert_memory_equal(back, bytes, 2);
    }
    for (unsigned v = 0; v < 0x100; v++) {
        unsigned char byte = (unsigned char)v;
        struct slice text = encode(&byte, 1, true, room, sizeof room);
        assert_int_equal(text.n, 2);
        assert_int_equal(text.p[0], url_alphabet[v >> 2]);
        assert_int_equal(text.p[1], url_alphabet[(v & 3) << 4]);
        assert_true(b64url_decode(text, back, sizeof back, &n) && n == 1 && back[0] == byte);
    }
}

/* Of all texts of two characters exactly the canonical ones of a byte decode: 256 of 65536. */
static void accepts_only_the_canonical_text(void **state)
{
    (void)state;
    unsigned accepted = 0;
    unsigned char back[3];
    size_t n;

    for (unsigned v = 0; v < 0x10000; v++) {
        char text[2] = { (char)(v >> 8), (char)(v & 0xff) };
        if (b64url_decode(slice_bytes(text, 2), back, sizeof back, &n))
            accepted++;
    }
    assert_int_equal(accepted, 256);
    accepted = 0;
    for (unsigned v = 0; v < 0x100; v++) {
        char text[4] = { 'A', 'A', 'A', (char)v };
        if (b64url_decode(slice_bytes(text, 4), back, sizeof back, &n))
            accepted++;
    }
    assert_int_equal(accepted, 64);
}

static void refuses_what_is_not_ours(void **state)
{
    (void)state;
    const char *bad[] = { "A",     "Zg==",         "Zm8=", "Zm9v=",   "====",
                          "Zm 9",  "Zm9v\n",       "Zm+v", "Zm/v",    "Zm9vY",
                          "Zh",    "Zm9",          "AAB",  "Zm9\xc3", "\xff\xff\xff\xff",
                          " Zm9v", "Zm9vZm9vZm9vA" };
    unsigned char back[16];
    size_t n;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(b64url_decode(slice_of(bad[i]), back, sizeof back, &n));
}

/* RFC 4648, 10, and what is not padded as it must be. */
static void reads_the_standard_alphabet(void **state)
{
    static const struct {
        const char *text, *plain; /* NULL: refused */
    } rows[] = { { "", "" },        { "Zg==", "f" },          { "Zm8=", "fo" },
                 { "Zm9v", "foo" }, { "Zm9vYmFy", "foobar" }, { "+/+/", "\xfb\xff\xbf" },
                 { "Zg", NULL },    { "Zg=", NULL },          { "Zg===", NULL },
                 { "Z===", NULL },  { "====", NULL },         { "Zh==", NULL },
                 { "Zm9=", NULL },  { "-_-_", NULL },         { "Zm 9", NULL },
                 { "=Zm9", NULL },  { "Zg==Zg==", NULL },     { "Zm9v\n", NULL } };
    unsigned char back[16];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool fine = b64_decode(slice_of(rows[i].text), back, sizeof back, &n);
        if (fine != (rows[i].plain != NULL))
            fail_msg("%s", rows[i].text);
        if (fine)
            assert_true(slice_eq(slice_bytes(back, n), slice_of(rows[i].plain)));
    }
    assert_false(b64_decode(SLICE("Zm9vYmFy"), back, 5, &n));
}

static void stays_within_the_output(void **state)
{
    (void)state;
    unsigned char back[4] = { 9, 9, 9, 9 };
    size_t n = 0;

    assert_true(b64url_decode(SLICE("AAAA"), back, 3, &n));
    assert_int_equal(n, 3);
    assert_int_equal(back[3], 9);
    assert_false(b64url_decode(SLICE("AAAAAA"), back, 3, &n));
    assert_false(b64url_decode(SLICE("AA"), back, 0, &n));
    assert_true(b64url_decode(SLICE_EMPTY, back, 0, &n));
    assert_int_equal(n, 0);
}

static void length_macro_holds(void **state)
{
    (void)state;
    unsigned char bytes[100];
    char room[160];

    memset(bytes, 0xa5, sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        assert_int_equal(encode(bytes, n, true, room, sizeof room).n, B64URL_LENGTH(n));
        assert_int_equal(encode(bytes, n, false, room, sizeof room).n, (n + 2) / 3 * 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_4648_vectors),
        cmocka_unit_test(alphabets_differ_in_two_characters),
        cmocka_unit_test(encodes_and_decodes_all_of_one_and_two_bytes),
        cmocka_unit_test(accepts_only_the_canonical_text),
        cmocka_unit_test(refuses_what_is_not_ours),
        cmocka_unit_test(reads_the_standard_alphabet),
        cmocka_unit_test(stays_within_the_output),
        cmocka_unit_test(length_macro_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
