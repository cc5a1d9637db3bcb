/* SPDX-License-Identifier: Apache-2.0 */
/* attributes.h: what a form may say, what is kept of it, and what is asked for again. */
#include "flow/attributes.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 256 * 1024, TEXT = 2 * LIMIT_ATTRIBUTES };

#define SHOE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
#define NEWS "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_news"
#define CLUB "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_club"

static const struct flow_attribute rules[] = {
    { .name = { "displayName", 11 }, .type = { "string", 6 }, .regex = { "^.{1,256}$", 10 }, .required = true },
    { .name = { SHOE, sizeof SHOE - 1 }, .type = { "integer", 7 }, .regex = { "^[0-9]{2}$", 10 } },
    { .name = { NEWS, sizeof NEWS - 1 }, .type = { "boolean", 7 }, .required = true },
    { .name = { CLUB, sizeof CLUB - 1 }, .type = { "string", 6 } },
    { .name = { "city", 4 }, .type = { "string", 6 } },
    { .name = { "postalCode", 10 }, .type = { "string", 6 } },
    { .name = { "email", 5 }, .type = { "string", 6 }, .required = true },
    { .name = { "height", 6 }, .type = { "integer", 7 } },
};

static _Alignas(16) char block[BLOCK];
static struct arena arena;
static struct directory *directory;
static const struct user_flow *flow;

static int set_up(void **state)
{
    static const struct guid id = { { 1 } };
    struct directory_builder *b = directory_builder_new(1);

    (void)state;
    assert_true(err_is_ok(
        directory_builder_user_flow(b, &(struct user_flow){ .tenant_id = id,
                                                            .name = SLICE("signup"),
                                                            .sign_up = true,
                                                            .attributes = rules,
                                                            .attribute_count = sizeof rules / sizeof rules[0] })));
    assert_true(err_is_ok(directory_builder_done(b, &directory)));
    flow = &directory->user_flows[0];
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    directory_release(directory);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    arena_init(&arena, block, sizeof block);
    return 0;
}

/* "name=value|name=value ! invalid|invalid" */
static const char *told(const struct attributes *given, const struct slices *invalid)
{
    static char text[4 * TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text - 1);
    for (size_t i = 0; i < given->n; i++)
        buf_fmt(&out, "%s%.*s=%.*s", i > 0 ? "|" : "", SLICE_ARGS(given->items[i].name),
                SLICE_ARGS(given->items[i].value));
    for (size_t i = 0; i < invalid->n; i++)
        buf_fmt(&out, "%s%.*s", i > 0 ? "|" : " ! ", SLICE_ARGS(invalid->items[i]));
    assert_true(buf_ok(&out));
    text[out.n] = '\0';
    return text;
}

static struct attributes parsed(const char *text)
{
    struct attributes given;
    struct slices invalid;

    assert_true(err_is_ok(attributes_parse(slice_of(text), flow, &arena, &given, &invalid)));
    assert_int_equal(invalid.n, 0);
    return given;
}

static const struct {
    const char *text;
    const char *told;
} read[] = {
    { "{}", "" },
    { "{\"displayName\":\"Sam\",\"city\":\"Oslo\"}", "city=Oslo|displayName=Sam" },
    { "{\"city\":\"Oslo\",\"displayName\":\"Sam\"}", "city=Oslo|displayName=Sam" },
    { " {\n\"city\" : \"Oslo\"}\r\n", "city=Oslo" },
    { "{\"city\":\"\\u00c5sg\xc3\xa5rd\"}", "city=\xc3\x85sg\xc3\xa5rd" },
    { "{\"" CLUB "\":\"Dancing,Swimming\"}", CLUB "=Dancing,Swimming" },
    /* not given */
    { "{\"city\":null}", "" },
    { "{\"city\":\"\"}", "" },
    { "{\"" NEWS "\":\"\"}", "" },
    { "{\"hobby\":\"x\",\"City\":\"x\",\"citY \":\"x\"}", "" },
    { "{\"email\":\"kim@example.org\"}", "" },
    /* numbers and booleans for texts */
    { "{\"postalCode\":150}", "postalCode=150" },
    { "{\"postalCode\":-9223372036854775808}", "postalCode=-9223372036854775808" },
    { "{\"postalCode\":1.5}", "postalCode=1.5" },
    { "{\"postalCode\":1e300}", "postalCode=1e+300" },
    { "{\"city\":true}", "city=true" },
    /* booleans */
    { "{\"" NEWS "\":true}", NEWS "=true" },
    { "{\"" NEWS "\":false}", NEWS "=false" },
    { "{\"" NEWS "\":\"True\"}", NEWS "=true" },
    { "{\"" NEWS "\":\"FALSE\"}", NEWS "=false" },
    { "{\"" NEWS "\":1}", " ! " NEWS },
    { "{\"" NEWS "\":\"yes\"}", " ! " NEWS },
    { "{\"" NEWS "\":\" true\"}", " ! " NEWS },
    /* integers */
    { "{\"height\":180}", "height=180" },
    { "{\"height\":\"180\"}", "height=180" },
    { "{\"height\":\"00180\"}", "height=180" },
    { "{\"height\":\"-0\"}", "height=0" },
    { "{\"height\":-2147483648}", "height=-2147483648" },
    { "{\"height\":2147483647}", "height=2147483647" },
    { "{\"height\":2147483648}", " ! height" },
    { "{\"height\":-2147483649}", " ! height" },
    { "{\"height\":1.0}", "height=1" },
    { "{\"height\":1.5}", " ! height" },
    { "{\"height\":1e9}", "height=1000000000" },
    { "{\"height\":1e15}", " ! height" },
    { "{\"height\":\"1 \"}", " ! height" },
    { "{\"height\":\"+1\"}", " ! height" },
    { "{\"height\":\"-\"}", " ! height" },
    { "{\"height\":\"--1\"}", " ! height" },
    { "{\"height\":\"0x10\"}", " ! height" },
    { "{\"height\":true}", " ! height" },
    /* the operator's rule, on the canonical text */
    { "{\"" SHOE "\":42}", SHOE "=42" },
    { "{\"" SHOE "\":\"042\"}", SHOE "=42" },
    { "{\"" SHOE "\":7}", " ! " SHOE },
    /* control characters */
    { "{\"city\":\"Os\\nlo\"}", " ! city" },
    { "{\"city\":\"Os\\tlo\"}", " ! city" },
    { "{\"city\":\"\\u007f\"}", " ! city" },
    { "{\"city\":\"\\u0085\"}", " ! city" },
    { "{\"city\":\"\\u2028\"}", " ! city" },
    /* each bad one is named, in the order given; good ones stay */
    { "{\"height\":\"x\",\"displayName\":\"Sam\",\"city\":\"\\u0001\",\"zoo\":7}", "displayName=Sam ! height|city" },
};

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        struct attributes given;
        struct slices invalid;
        arena_reset(&arena);
        err e = attributes_parse(slice_of(read[i].text), flow, &arena, &given, &invalid);
        if (!err_is_ok(e) || strcmp(told(&given, &invalid), read[i].told) != 0)
            fail_msg("%s: %s: %s", read[i].text, err_text(e), err_is_ok(e) ? told(&given, &invalid) : "");
    }
}

static void refuses_what_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       " ",
                                       "null",
                                       "[]",
                                       "\"city\"",
                                       "{",
                                       "{\"city\"}",
                                       "{\"city\":\"a\",\"city\":\"b\"}",
                                       "{\"city\":{}}",
                                       "{\"city\":[\"Oslo\"]}",
                                       "{\"hobby\":[]}",
                                       "{\"city\":\"\\u0000\"}",
                                       "{\"city\":\"a\\u0000b\"}",
                                       "{\"city\":\"\xff\"}",
                                       "{\"city\":\"\\ud800\"}",
                                       "{\"height\":99999999999999999999}",
                                       "{\"height\":1e999}",
                                       "{} {}" };
    struct attributes given;
    struct slices invalid;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (attributes_parse(slice_of(bad[i]), flow, &arena, &given, &invalid).code != ERR_FORMAT)
            fail_msg("%s", bad[i]);
}

static struct slice members(size_t n)
{
    static char text[TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&out, "%s\"m%zu\":1", i == 0 ? "{" : ",", i);
    buf_puts(&out, "}");
    return buf_slice(&out);
}

/* {"NAME":"…"} with n times a character of the given bytes. */
static struct slice with_value(const char *name, const char *unit, size_t n)
{
    static char text[TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text);
    buf_fmt(&out, "{\"%s\":\"", name);
    for (size_t i = 0; i < n; i++)
        buf_puts(&out, unit);
    buf_puts(&out, "\"}");
    assert_true(buf_ok(&out));
    return buf_slice(&out);
}

static void bounds_everything(void **state)
{
    (void)state;
    struct attributes given;
    struct slices invalid;
    struct slice most = with_value("hobby", "x", LIMIT_ATTRIBUTES - strlen("{\"hobby\":\"\"}"));

    assert_int_equal(most.n, LIMIT_ATTRIBUTES);
    assert_int_equal(attributes_parse(most, flow, &arena, &given, &invalid).code, ERR_OK);
    most = with_value("hobby", "x", LIMIT_ATTRIBUTES + 1 - strlen("{\"hobby\":\"\"}"));
    assert_int_equal(attributes_parse(most, flow, &arena, &given, &invalid).code, ERR_FORMAT);
    assert_int_equal(attributes_parse(members(LIMIT_ATTRIBUTE_COUNT), flow, &arena, &given, &invalid).code, ERR_OK);
    assert_int_equal(attributes_parse(members(LIMIT_ATTRIBUTE_COUNT + 1), flow, &arena, &given, &invalid).code,
                     ERR_FORMAT);
}

/* A full arena is told, whenever it happens. */
static void a_small_arena_is_told(void **state)
{
    (void)state;
    struct attributes given;
    struct slices invalid;
    struct slice text;
    bool fits = false;

    for (size_t size = 0; size < 32 * 1024 && !fits; size += 16) {
        arena_init(&arena, block, size);
        err e = attributes_parse(SLICE("{\"displayName\":\"Sam\",\"city\":\"Oslo\",\"height\":1}"), flow, &arena,
                                 &given, &invalid);
        if (err_is_ok(e))
            e = attributes_pack(&given, &arena, &text);
        if (err_is_ok(e))
            e = attributes_unpack(text, &arena, &given);
        fits = err_is_ok(e);
        assert_true(fits || e.code == ERR_FULL);
    }
    assert_true(fits);
}

static void lengths_are_the_specs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t max;
    } lengths[] = { { "city", 128 },     { "country", 128 },   { "displayName", 256 }, { "givenName", 64 },
                    { "jobTitle", 128 }, { "postalCode", 40 }, { "state", 128 },       { "streetAddress", 1024 },
                    { "surname", 64 },   { CLUB, 250 },        { "DisplayName", 250 } };

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(attribute_max(slice_of(lengths[i].name)), lengths[i].max);
}

static bool takes(const char *name, const char *unit, size_t n)
{
    struct attributes given;
    struct slices invalid;

    arena_reset(&arena);
    assert_true(err_is_ok(attributes_parse(with_value(name, unit, n), flow, &arena, &given, &invalid)));
    assert_int_equal(given.n + invalid.n, 1);
    return given.n == 1;
}

static void lengths_count_characters(void **state)
{
    (void)state;
    assert_true(takes("city", "x", 128));
    assert_false(takes("city", "x", 129));
    assert_true(takes("city", "\xe2\x82\xac", 128));
    assert_false(takes("city", "\xe2\x82\xac", 129));
    assert_true(takes("postalCode", "\xf0\x9f\x8f\xa0", 40));
    assert_false(takes("postalCode", "\xf0\x9f\x8f\xa0", 41));
    assert_true(takes(CLUB, "x", 250));
    assert_false(takes(CLUB, "x", 251));
    assert_false(takes("displayName", "x", 8000)); /* before its regex is asked */
}

static void later_ones_replace_earlier_ones(void **state)
{
    (void)state;
    static const struct {
        const char *earlier, *later, *told;
    } merges[] = {
        { "{}", "{}", "" },
        { "{\"city\":\"Oslo\"}", "{}", "city=Oslo" },
        { "{}", "{\"city\":\"Oslo\"}", "city=Oslo" },
        { "{\"city\":\"Oslo\"}", "{\"city\":\"Rome\"}", "city=Rome" },
        { "{\"city\":\"Oslo\"}", "{\"city\":\"\"}", "city=Oslo" },
        { "{\"city\":\"Oslo\",\"postalCode\":1}", "{\"displayName\":\"Sam\",\"height\":2,\"city\":\"Rome\"}",
          "city=Rome|displayName=Sam|height=2|postalCode=1" },
    };
    const struct slices none = { NULL, 0 };

    for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
        struct attributes earlier = parsed(merges[i].earlier), later = parsed(merges[i].later), both;
        assert_true(err_is_ok(attributes_merge(&earlier, &later, &arena, &both)));
        assert_string_equal(told(&both, &none), merges[i].told);
    }
}

static void packs_and_unpacks(void **state)
{
    (void)state;
    struct attributes given = parsed("{\"displayName\":\"S\\\"a\xc3\xa4m\\\\\",\"" NEWS "\":true,\"city\":\"Oslo\"}");
    struct attributes again;
    struct slice text;
    const struct slices none = { NULL, 0 };

    assert_true(err_is_ok(attributes_pack(&given, &arena, &text)));
    assert_true(
        slice_eq(text, SLICE("{\"city\":\"Oslo\",\"displayName\":\"S\\\"a\xc3\xa4m\\\\\",\"" NEWS "\":\"true\"}")));
    assert_true(err_is_ok(attributes_unpack(text, &arena, &again)));
    assert_string_equal(told(&again, &none), "city=Oslo|displayName=S\"a\xc3\xa4m\\|" NEWS "=true");
    assert_true(slice_eq(attributes_get(&again, SLICE("city")), SLICE("Oslo")));
    assert_int_equal(attributes_get(&again, SLICE("state")).n, 0);
    assert_true(err_is_ok(attributes_unpack(SLICE_EMPTY, &arena, &again)));
    assert_int_equal(again.n, 0);
    assert_true(err_is_ok(attributes_pack(&again, &arena, &text)));
    assert_true(slice_eq(text, SLICE("{}")));
}

static void unpacks_only_what_was_packed(void **state)
{
    (void)state;
    static const char *const bad[] = { "[]", "{", "{\"city\":1}", "{\"city\":null}", "{\"city\":\"\"}", "{\"a\":[]}" };
    struct attributes out;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(attributes_unpack(slice_of(bad[i]), &arena, &out).code, ERR_FORMAT);
}

/* Two forms can hold more than one row may. */
static void too_much_together_is_full(void **state)
{
    (void)state;
    static char value[LIMIT_ATTRIBUTES / 2];
    const struct attribute two[] = { { SLICE("a"), { value, sizeof value } }, { SLICE("b"), { value, sizeof value } } };
    struct attributes list = { two, 1 };
    struct slice text;

    memset(value, 'x', sizeof value);
    assert_int_equal(attributes_pack(&list, &arena, &text).code, ERR_OK);
    list.n = 2;
    assert_int_equal(attributes_pack(&list, &arena, &text).code, ERR_FULL);
}

/* "name type required regex, …" of the error's list. */
static const char *named(const struct error_extra *extra)
{
    static char text[TEXT];
    struct buf out;

    buf_init(&out, text, sizeof text - 1);
    buf_fmt(&out, "%s:", extra->attributes_name);
    for (size_t i = 0; i < extra->attribute_count; i++) {
        const struct error_attribute *a = &extra->attributes[i];
        buf_fmt(&out, " %.*s/%.*s/%.*s/%d", SLICE_ARGS(a->name), SLICE_ARGS(a->type), SLICE_ARGS(a->regex),
                a->required);
    }
    assert_true(buf_ok(&out));
    text[out.n] = '\0';
    return text;
}

static void names_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        bool missing;
        const char *required, *all;
    } rows[] = {
        { "{}", true, "required_attributes: displayName/string/^.{1,256}$/1 " NEWS "/boolean//1",
          "required_attributes: displayName/string/^.{1,256}$/1 " SHOE "/integer/^[0-9]{2}$/0 " NEWS "/boolean//1 " CLUB
          "/string//0 city/string//0 postalCode/string//0 height/integer//0" },
        { "{\"displayName\":\"Sam\",\"height\":1,\"" SHOE "\":42,\"" CLUB "\":\"x\"}", true,
          "required_attributes: " NEWS "/boolean//1",
          "required_attributes: " NEWS "/boolean//1 city/string//0 postalCode/string//0" },
        { "{\"displayName\":\"Sam\",\"" NEWS "\":false,\"" CLUB "\":\"x\",\"" SHOE "\":42,\"city\":\"Oslo\"}", false,
          "required_attributes:", "required_attributes: postalCode/string//0 height/integer//0" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct attributes given = parsed(rows[i].given);
        const struct attributes none = { .n = 0 };
        struct error_extra extra = { .continuation_token = SLICE("t") };
        assert_int_equal(attributes_missing(flow, &given), rows[i].missing);
        assert_true(err_is_ok(attributes_name_required(flow, &given, &arena, &extra)));
        assert_string_equal(named(&extra), rows[i].required);
        assert_true(err_is_ok(attributes_name_missing(flow, &given, &none, &arena, &extra)));
        assert_string_equal(named(&extra), rows[i].all);
        assert_true(slice_eq(extra.continuation_token, SLICE("t")));
    }
}

/* Defaults are kept with what was handed in, and come back as what they are. */
static void defaults_are_kept_apart(void **state)
{
    (void)state;
    struct attributes given = parsed("{\"displayName\":\"Sam\",\"height\":1}");
    struct attributes defaults = parsed("{\"displayName\":\"Kim\",\"city\":\"Oslo\"}");
    const struct attributes none = { .n = 0 };
    const struct attributes *lists[][2] = {
        { &given, &defaults }, { &given, &none }, { &none, &defaults }, { &none, &none }
    };
    struct error_extra extra = { .attributes_name = NULL };

    for (size_t i = 0; i < 4; i++) {
        struct attributes joined, handed_in, kept;
        struct slice text;
        assert_true(err_is_ok(attributes_join(lists[i][0], lists[i][1], &arena, &joined)));
        assert_true(err_is_ok(attributes_pack(&joined, &arena, &text)));
        assert_true(err_is_ok(attributes_unpack(text, &arena, &joined)));
        assert_true(err_is_ok(attributes_split(&joined, &arena, &handed_in, &kept)));
        assert_int_equal(handed_in.n, lists[i][0]->n);
        assert_int_equal(kept.n, lists[i][1]->n);
        for (size_t k = 0; k < kept.n; k++)
            assert_true(slice_eq(attributes_get(&kept, defaults.items[k].name), defaults.items[k].value));
        for (size_t k = 0; k < handed_in.n; k++)
            assert_true(slice_eq(attributes_get(&handed_in, given.items[k].name), given.items[k].value));
    }
    assert_true(err_is_ok(attributes_name_missing(flow, &none, &defaults, &arena, &extra)));
    for (size_t i = 0; i < extra.attribute_count; i++)
        assert_true(slice_eq(extra.attributes[i].default_value, attributes_get(&defaults, extra.attributes[i].name)));
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    const struct slice items[] = { SLICE("city"), SLICE(SHOE) };
    const struct slices invalid = { items, 2 };
    struct error_extra extra = { .attributes_name = NULL };

    assert_true(err_is_ok(attributes_name_invalid(&invalid, &arena, &extra)));
    assert_string_equal(named(&extra), "invalid_attributes: city///0 " SHOE "///0");
    attributes_name_unverified(&extra);
    assert_string_equal(named(&extra), "unverified_attributes: email///0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads, fresh),
        cmocka_unit_test_setup(refuses_what_is_malformed, fresh),
        cmocka_unit_test_setup(bounds_everything, fresh),
        cmocka_unit_test_setup(a_small_arena_is_told, fresh),
        cmocka_unit_test_setup(lengths_are_the_specs, fresh),
        cmocka_unit_test_setup(lengths_count_characters, fresh),
        cmocka_unit_test_setup(later_ones_replace_earlier_ones, fresh),
        cmocka_unit_test_setup(packs_and_unpacks, fresh),
        cmocka_unit_test_setup(unpacks_only_what_was_packed, fresh),
        cmocka_unit_test_setup(too_much_together_is_full, fresh),
        cmocka_unit_test_setup(names_what_is_missing, fresh),
        cmocka_unit_test_setup(defaults_are_kept_apart, fresh),
        cmocka_unit_test_setup(names_what_is_wrong, fresh),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
