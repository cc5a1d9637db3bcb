/* SPDX-License-Identifier: Apache-2.0 */
/* json_in.h: what is refused before and by the library, and members with their types. */
#include "wire/json_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 4096 };

static enum err_code outcome(struct slice text, size_t max)
{
    struct json_t *object = NULL;
    err e = json_in_parse(text, max, &object);

    if (err_is_ok(e))
        json_in_free(object);
    else
        assert_null(object);
    return e.code;
}

static void accepts_objects(void **state)
{
    (void)state;
    const char *good[] = { "{}",
                           " {\"a\":1}\n",
                           "{\"a\":[1,2,{\"b\":null}]}",
                           "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[\"}",
                           "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[\"}",
                           "{\"\xc3\xa4\":\"\\u00e4\"}" };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (outcome(slice_of(good[i]), MOST) != ERR_OK)
            fail_msg("%s", good[i]);
}

static void refuses_what_is_not_one_object(void **state)
{
    (void)state;
    const char *bad[] = { "",
                          " ",
                          "[]",
                          "[{}]",
                          "\"a\"",
                          "1",
                          "null",
                          "true",
                          "{",
                          "}",
                          "{}}",
                          "{}{}",
                          "{} x",
                          "{\"a\"}",
                          "{\"a\":}",
                          "{'a':1}",
                          "{a:1}",
                          "{\"a\":1,}",
                          "{\"a\":01}",
                          "{\"a\":+1}",
                          "{\"a\":NaN}",
                          "{\"a\":1,\"a\":2}",
                          "{\"a\":{\"b\":1,\"\\u0062\":2}}",
                          "{\"a\":\"\\u0000\"}",
                          "{\"a\\u0000b\":1}",
                          "{\"a\":\"\\ud800\"}",
                          "{\"a\":\"\xc0\x80\"}",
                          "{\"a\":\"\xff\"}",
                          "{\"a\":\"\n\"}",
                          "{\"a\":\"\\x\"}",
                          "{\"a\":99999999999999999999}",
                          "\xef\xbb\xbf{}",
                          "{\"a\":1} // why",
                          "{\"a\":\"b}" };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (outcome(slice_of(bad[i]), MOST) != ERR_FORMAT)
            fail_msg("%s", bad[i]);
    assert_int_equal(outcome(SLICE("{\"a\":\"\0\"}"), MOST), ERR_FORMAT);
    assert_int_equal(outcome(SLICE("{}\0"), MOST), ERR_FORMAT);
}

static void bounds_the_size(void **state)
{
    (void)state;
    assert_int_equal(outcome(SLICE("{\"a\":1}"), 7), ERR_OK);
    assert_int_equal(outcome(SLICE("{\"a\":1}"), 6), ERR_FULL);
}

static enum err_code nested(size_t depth)
{
    char text[1024] = "{\"a\":";
    size_t n = strlen(text);

    for (size_t i = 1; i < depth; i++)
        text[n++] = '[';
    text[n++] = '0';
    for (size_t i = 1; i < depth; i++)
        text[n++] = ']';
    text[n++] = '}';
    return outcome((struct slice){ text, n }, sizeof text);
}

static void bounds_the_depth(void **state)
{
    (void)state;
    assert_int_equal(nested(1), ERR_OK);
    assert_int_equal(nested(JSON_IN_DEPTH), ERR_OK);
    assert_int_equal(nested(JSON_IN_DEPTH + 1), ERR_FORMAT);
    assert_int_equal(nested(400), ERR_FORMAT);
}

static const char members[] = "{\"t\":\"\xc3\xa4\",\"e\":\"\",\"n\":-9223372036854775808,\"r\":1.0,\"f\":true,"
                              "\"z\":null,\"o\":{}}";

static void reads_members_by_type(void **state)
{
    (void)state;
    struct json_t *object = NULL;
    struct slice text = SLICE("before");
    int64_t number = -7;
    bool flag = false;

    assert_true(err_is_ok(json_in_parse(slice_of(members), MOST, &object)));
    assert_true(err_is_ok(json_in_text(object, "t", &text)));
    assert_true(slice_eq(text, SLICE("\xc3\xa4")));
    assert_true(err_is_ok(json_in_text(object, "e", &text)));
    assert_int_equal(text.n, 0);
    assert_true(err_is_ok(json_in_number(object, "n", &number)));
    assert_true(number == INT64_MIN);
    assert_true(err_is_ok(json_in_flag(object, "f", &flag)));
    assert_true(flag);
    json_in_free(object);
    json_in_free(NULL);
}

static void tells_absent_from_wrong(void **state)
{
    (void)state;
    struct json_t *object = NULL;
    struct slice text = SLICE("before");
    int64_t number = -7;
    bool flag = true;

    assert_true(err_is_ok(json_in_parse(slice_of(members), MOST, &object)));
    assert_int_equal(json_in_text(object, "absent", &text).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_text(object, "z", &text).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_number(object, "z", &number).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_flag(object, "F", &flag).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_text(object, "n", &text).code, ERR_FORMAT);
    assert_int_equal(json_in_text(object, "o", &text).code, ERR_FORMAT);
    assert_int_equal(json_in_number(object, "r", &number).code, ERR_FORMAT);
    assert_int_equal(json_in_number(object, "t", &number).code, ERR_FORMAT);
    assert_int_equal(json_in_flag(object, "n", &flag).code, ERR_FORMAT);
    assert_true(slice_eq(text, SLICE("before")) && number == -7 && flag);
    json_in_free(object);
}

static void walks_the_members(void **state)
{
    (void)state;
    static const char names[] = "tenrfzo";
    static const enum json_in_kind kinds[] = { JSON_IN_TEXT, JSON_IN_TEXT, JSON_IN_NUMBER, JSON_IN_FRACTION,
                                               JSON_IN_FLAG, JSON_IN_NULL, JSON_IN_NESTED };
    struct json_t *object = NULL;
    struct json_in_member m;
    void *at = NULL;
    size_t n = 0;

    assert_true(err_is_ok(json_in_parse(slice_of(members), MOST, &object)));
    assert_int_equal(json_in_count(object), 7);
    for (; json_in_next(object, &at, &m); n++) {
        assert_true(slice_eq(m.name, slice_bytes(&names[n], 1)));
        assert_int_equal(m.kind, kinds[n]);
        assert_int_equal(m.text.n, n == 0 ? 2 : 0);
        assert_true(m.number == (n == 2 ? INT64_MIN : 0));
        assert_true(m.flag == (n == 4));
        assert_true(n == 3 ? m.fraction > 0.9 && m.fraction < 1.1 : !(m.fraction < 0) && !(m.fraction > 0));
    }
    assert_int_equal(n, 7);
    json_in_free(object);
    assert_true(err_is_ok(json_in_parse(SLICE("{}"), MOST, &object)));
    at = NULL;
    assert_false(json_in_next(object, &at, &m));
    json_in_free(object);
}

static void reads_lists(void **state)
{
    (void)state;
    struct json_t *object = NULL, *list = NULL, *item = NULL;
    struct slice text = SLICE("before");

    assert_true(err_is_ok(json_in_parse(SLICE("{\"l\":[\"a\",{\"b\":1},2],\"e\":[],\"o\":{}}"), MOST, &object)));
    assert_true(err_is_ok(json_in_list(object, "e", &list)));
    assert_true(json_in_is_list(list));
    assert_true(err_is_ok(json_in_object(object, "o", &item)));
    assert_false(json_in_is_list(item));
    assert_int_equal(json_in_list(object, "o", &list).code, ERR_FORMAT);
    assert_int_equal(json_in_object(object, "l", &item).code, ERR_FORMAT);
    assert_true(err_is_ok(json_in_list(object, "l", &list)));
    assert_int_equal(json_in_list_count(list), 3);
    assert_true(err_is_ok(json_in_item_text(list, 0, &text)));
    assert_true(slice_eq(text, SLICE("a")));
    assert_true(err_is_ok(json_in_item_object(list, 1, &item)));
    assert_int_equal(json_in_count(item), 1);
    assert_int_equal(json_in_item_object(list, 0, &item).code, ERR_FORMAT);
    assert_int_equal(json_in_item_text(list, 2, &text).code, ERR_FORMAT);
    assert_int_equal(json_in_item_text(list, 3, &text).code, ERR_FORMAT);
    json_in_free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_objects),       cmocka_unit_test(refuses_what_is_not_one_object),
        cmocka_unit_test(bounds_the_size),       cmocka_unit_test(bounds_the_depth),
        cmocka_unit_test(reads_members_by_type), cmocka_unit_test(tells_absent_from_wrong),
        cmocka_unit_test(walks_the_members),     cmocka_unit_test(reads_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
