/* SPDX-License-Identifier: Apache-2.0 */
/* json_out.h: exact bytes for each kind of value and escape, and jansson's agreement on random trees. */
#include <jansson.h> /* first: json_out.h renames two of its functions */

#include "wire/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 65536 };

static char room[ROOM];

static struct json begin(struct buf *out)
{
    struct json j;

    buf_init(out, room, sizeof room);
    json_start(&j, out);
    return j;
}

static void assert_text(struct slice value, struct slice wanted)
{
    struct buf out;
    struct json j = begin(&out);

    json_text(&j, NULL, value);
    if (!slice_eq(buf_slice(&out), wanted))
        fail_msg("%.*s, not %.*s", SLICE_ARGS(buf_slice(&out)), SLICE_ARGS(wanted));
}

static void places_commas_and_keys(void **state)
{
    (void)state;
    struct buf out;
    struct json j = begin(&out);

    json_object(&j, NULL);
    json_array(&j, "empty");
    json_end(&j);
    json_object(&j, "none");
    json_end(&j);
    json_array(&j, "list");
    json_number(&j, NULL, 1);
    json_flag(&j, NULL, true);
    json_object(&j, NULL);
    json_cstr(&j, "a", "b");
    json_end(&j);
    json_array(&j, NULL);
    json_end(&j);
    json_end(&j);
    json_flag(&j, "no", false);
    json_end(&j);
    assert_true(
        slice_eq(buf_slice(&out), SLICE("{\"empty\":[],\"none\":{},\"list\":[1,true,{\"a\":\"b\"},[]],\"no\":false}")));
    assert_int_equal(j.depth, 0);
}

static void writes_every_control_character(void **state)
{
    (void)state;
    static const char *const wanted[0x20] = {
        ['\b'] = "\"\\b\"", ['\t'] = "\"\\t\"", ['\n'] = "\"\\n\"", ['\f'] = "\"\\f\"", ['\r'] = "\"\\r\""
    };

    for (int c = 0; c < 0x20; c++) {
        char value = (char)c;
        char escape[16];
        snprintf(escape, sizeof escape, "\"\\u%04x\"", (unsigned)c);
        assert_text((struct slice){ &value, 1 }, slice_of(wanted[c] != NULL ? wanted[c] : escape));
    }
}

static void leaves_other_characters_alone(void **state)
{
    (void)state;
    for (int c = 0x20; c < 0x80; c++) {
        char value = (char)c;
        char plain[] = { '"', value, '"' };
        if (value != '"' && value != '\\')
            assert_text((struct slice){ &value, 1 }, (struct slice){ plain, 3 });
    }
    assert_text(SLICE("\"\\"), SLICE("\"\\\"\\\\\""));
    assert_text(SLICE_EMPTY, SLICE("\"\""));
    assert_text(SLICE("\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x98\x80"), SLICE("\"\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x98\x80\""));
    assert_text(SLICE("\xf4\x8f\xbf\xbf"), SLICE("\"\xf4\x8f\xbf\xbf\""));
    assert_text(SLICE("ab\ncd\x01"
                      "e"),
                SLICE("\"ab\\ncd\\u0001e\""));
}

#define MISSING "\xef\xbf\xbd"

static void replaces_what_is_not_utf_8(void **state)
{
    (void)state;
    assert_text(SLICE("a\xff"
                      "b"),
                SLICE("\"a" MISSING "b\""));
    assert_text(SLICE("\x80"), SLICE("\"" MISSING "\""));
    assert_text(SLICE("\xe4\xbd"), SLICE("\"" MISSING "\""));
    assert_text(SLICE("\xe4\xbd\""), SLICE("\"" MISSING "\\\"\""));
    assert_text(SLICE("\xc3"), SLICE("\"" MISSING "\""));
    assert_text(SLICE("\xc3\n"), SLICE("\"" MISSING "\\n\""));
}

/* How many U+FFFD stand for a broken run is free; that none of it passes is not. */
static void lets_no_broken_byte_through(void **state)
{
    (void)state;
    const char *broken[] = { "\xc0\x80",     "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
                             "\xf0\x9f\x98", "\xfe\xff",     "\xbf\xbf\xbf" };

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct buf out;
        struct json j = begin(&out);
        json_text(&j, NULL, slice_of(broken[i]));
        json_t *value = json_loadb(out.p, out.n, JSON_DECODE_ANY, NULL);
        assert_true(json_is_string(value));
        assert_memory_equal(json_string_value(value), MISSING, 3);
        assert_int_equal(json_string_length(value) % 3, 0);
        json_decref(value);
    }
}

static void writes_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } rows[] = { { 0, "0" },
                 { -1, "-1" },
                 { 3600, "3600" },
                 { INT64_MAX, "9223372036854775807" },
                 { INT64_MIN, "-9223372036854775808" } };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        struct json j = begin(&out);
        json_number(&j, NULL, rows[i].value);
        assert_true(slice_eq(buf_slice(&out), slice_of(rows[i].text)));
    }
}

static void escapes_keys(void **state)
{
    (void)state;
    struct buf out;
    struct json j = begin(&out);

    json_object(&j, NULL);
    json_cstr(&j, "a\"b", NULL);
    json_end(&j);
    assert_true(slice_eq(buf_slice(&out), SLICE("{\"a\\\"b\":\"\"}")));
}

/* Every length too short for the reply leaves a full buffer and no byte behind its end. */
static void a_short_buffer_is_full(void **state)
{
    (void)state;
    static const char wanted[] = "{\"key\":\"a\\u0001\xc3\xa4\",\"n\":[-12,true]}";

    for (size_t cap = 0; cap <= sizeof wanted - 1; cap++) {
        struct buf out;
        struct json j;
        char small[sizeof wanted];

        memset(small, '!', sizeof small);
        buf_init(&out, small, cap);
        json_start(&j, &out);
        json_object(&j, NULL);
        json_text(&j, "key", SLICE("a\x01\xc3\xa4"));
        json_array(&j, "n");
        json_number(&j, NULL, -12);
        json_flag(&j, NULL, true);
        json_end(&j);
        json_end(&j);
        assert_int_equal(buf_ok(&out), cap == sizeof wanted - 1);
        assert_int_equal(small[cap], '!');
    }
}

static void nests_to_its_depth(void **state)
{
    (void)state;
    struct buf out;
    struct json j = begin(&out);

    for (int i = 0; i < JSON_DEPTH; i++)
        json_array(&j, NULL);
    for (int i = 0; i < JSON_DEPTH; i++)
        json_end(&j);
    assert_true(slice_eq(buf_slice(&out), SLICE("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]")));
}

/* The same random tree, told to both: ours as text, jansson's as values. */
struct trees {
    unsigned seed;
    struct json ours;
};

static unsigned draw(struct trees *t, unsigned bound)
{
    t->seed = t->seed * 1103515245U + 12345U;
    return (t->seed >> 16) % bound;
}

static struct slice random_text(struct trees *t, char *text, size_t cap)
{
    static const char *const parts[] = { "a",   "\"",  "\\", "\n", "\x01", "\x1f", "/", "\xc3\xa4", "\xf0\x9f\x98\x80",
                                         "x y", "\x7f" };
    struct buf b;

    buf_init(&b, text, cap);
    for (unsigned i = draw(t, 12); i > 0; i--)
        buf_puts(&b, parts[draw(t, sizeof parts / sizeof parts[0])]);
    return buf_slice(&b);
}

static json_t *random_leaf(struct trees *t, const char *key)
{
    char text[64];

    if (draw(t, 3) == 0) {
        int64_t number = (int64_t)draw(t, 65536) * draw(t, 65536) - 1000;
        json_number(&t->ours, key, number);
        return json_integer(number);
    }
    if (draw(t, 3) == 0) {
        bool flag = draw(t, 2) == 1;
        json_flag(&t->ours, key, flag);
        return json_boolean(flag);
    }
    struct slice value = random_text(t, text, sizeof text);
    json_text(&t->ours, key, value);
    return json_stringn(value.p, value.n);
}

static json_t *random_value(struct trees *t, const char *key, unsigned depth)
{
    if (depth > 5 || draw(t, 2) == 0)
        return random_leaf(t, key);
    bool is_object = draw(t, 2) == 0;
    json_t *theirs = json_pack(is_object ? "{}" : "[]");
    if (is_object)
        json_object(&t->ours, key);
    else
        json_array(&t->ours, key);
    for (unsigned i = draw(t, 5); i > 0; i--) {
        char name[16];
        snprintf(name, sizeof name, "k\t%u\"", i);
        if (is_object)
            assert_int_equal(json_object_set_new(theirs, name, random_value(t, name, depth + 1)), 0);
        else
            assert_int_equal(json_array_append_new(theirs, random_value(t, NULL, depth + 1)), 0);
    }
    json_end(&t->ours);
    return theirs;
}

static void jansson_reads_what_was_meant(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 3000; seed++) {
        struct buf out;
        struct trees t = { seed, begin(&out) };
        json_t *theirs = random_value(&t, NULL, 0);
        assert_true(buf_ok(&out));
        assert_int_equal(t.ours.depth, 0);
        json_t *read = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        if (read == NULL || json_equal(read, theirs) != 1)
            fail_msg("seed %u: %.*s", seed, SLICE_ARGS(buf_slice(&out)));
        json_decref(read);
        json_decref(theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_commas_and_keys),
        cmocka_unit_test(writes_every_control_character),
        cmocka_unit_test(leaves_other_characters_alone),
        cmocka_unit_test(replaces_what_is_not_utf_8),
        cmocka_unit_test(lets_no_broken_byte_through),
        cmocka_unit_test(writes_numbers),
        cmocka_unit_test(escapes_keys),
        cmocka_unit_test(a_short_buffer_is_full),
        cmocka_unit_test(nests_to_its_depth),
        cmocka_unit_test(jansson_reads_what_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
