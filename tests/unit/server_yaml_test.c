/* SPDX-License-Identifier: Apache-2.0 */
/* YAML documents: kinds, texts, the line of every value, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/yaml.h"
#include "support/text_file.h"

static struct yaml *parsed(const char *text)
{
    struct complaint why;
    struct yaml *y = NULL;

    assert_int_equal(yml_parse(slice_of(text), "pets.yaml", &y, &why).code, ERR_OK);
    return y;
}

static void kinds_and_lines(void **state)
{
    struct yaml *y = parsed("# pets\nname: Tom\nage: ~\nfood:\n  - fish\n  - 'null'\nhome: {city: Ulm}\nfree:\n");
    struct yaml_value root = yml_root(y);
    const struct {
        const char *key;
        enum yaml_kind kind;
        size_t line;
    } wanted[] = { { "name", YAML_SCALAR, 2 },
                   { "age", YAML_NULL, 3 },
                   { "food", YAML_LIST, 5 },
                   { "home", YAML_MAP, 7 },
                   { "free", YAML_NULL, 8 } };
    (void)state;
    assert_int_equal(yml_kind(root), YAML_MAP);
    assert_int_equal(yml_count(root), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(yml_text(yml_key(root, i)), wanted[i].key);
        assert_int_equal(yml_kind(yml_value(root, i)), wanted[i].kind);
        assert_int_equal(yml_line(yml_value(root, i)), wanted[i].line);
    }
    struct yaml_value food = yml_value(root, 2);
    assert_int_equal(yml_count(food), 2);
    assert_string_equal(yml_text(yml_item(food, 0)), "fish");
    assert_int_equal(yml_line(yml_item(food, 1)), 6);
    assert_int_equal(yml_kind(yml_item(food, 1)), YAML_SCALAR); /* quoted: a text, not nothing */
    assert_int_equal(yml_count(yml_value(root, 0)), 0);
    assert_string_equal(yml_name(y), "pets.yaml");
    yml_free(y);
}

static void nothing_is_null(void **state)
{
    static const char *const empty[] = { "", "\n\n", "# only a comment\n", "---\n", "~\n" };
    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct yaml *y = parsed(empty[i]);
        assert_int_equal(yml_kind(yml_root(y)), YAML_NULL);
        assert_int_equal(yml_line(yml_root(y)) >= 1, 1);
        assert_int_equal(yml_count(yml_root(y)), 0);
        yml_free(y);
    }
    yml_free(NULL);
}

static void aliases_are_followed(void **state)
{
    struct yaml *y = parsed("a: &x [1, 2]\nb: *x\n");
    (void)state;
    assert_int_equal(yml_count(yml_value(yml_root(y), 1)), 2);
    assert_int_equal(yml_line(yml_value(yml_root(y), 1)), 1); /* where it is written */
    yml_free(y);
}

static void one_document_may_be_marked(void **state)
{
    struct yaml *y = parsed("---\na: 1\n...\n");
    (void)state;
    assert_int_equal(yml_count(yml_root(y)), 1);
    yml_free(y);
}

static void broken_documents_tell_the_line(void **state)
{
    static const struct {
        const char *text;
        size_t n; /* 0: its length */
        const char *why;
    } broken[] = {
        { "a: [1, 2\nb: 3\n", 0, "p.yaml:2: did not find expected ',' or ']'" },
        { "a: b\n c: d\n", 0, "p.yaml:2: mapping values are not allowed in this context" },
        { "a: 1\nb: *nobody\n", 0, "p.yaml:2: found undefined alias" },
        { "a: 1\nb: 2\nc: '\xff'\n", 0, "p.yaml:3: invalid leading UTF-8 octet" },
        { "a: 1\nb: \x01\n", 0, "p.yaml:2: control characters are not allowed" },
        { "a: 1\n\tb: 2\n", 0, "p.yaml:2: found a tab character that violates indentation" },
        { "a: 1\nb: \"x\\0y\"\n", 0, "p.yaml:2: a text holds a NUL" },
        { "a: 1\n---\nb: 2\n", 0, "p.yaml:2: a second document; write each to a file of its own" },
        { "a: 1\n...\n]\n", 0, "p.yaml:3: did not find expected <document start>" },
        { "a: 1\n\0b: 2\n", 10, "p.yaml:2: control characters are not allowed" },
        { "a: &x 1\nb: &x 2\n", 0, "p.yaml:2: second occurrence" },
        { "%YAML 9.9\n---\na: 1\n", 0, "p.yaml:1: found incompatible YAML document" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct complaint why = { "" };
        struct yaml *y = NULL;
        size_t n = broken[i].n > 0 ? broken[i].n : strlen(broken[i].text);
        assert_int_equal(yml_parse(slice_bytes(broken[i].text, n), "p.yaml", &y, &why).code, ERR_FORMAT);
        assert_string_equal(why.text, broken[i].why);
        assert_null(y);
    }
}

static void depth_takes_no_stack(void **state)
{
    enum { DEEP = 20000 };
    char *text = malloc(DEEP);
    struct complaint why = { "" };
    struct yaml *y = NULL;
    (void)state;
    assert_non_null(text);
    memset(text, '[', DEEP);
    assert_int_equal(yml_parse(slice_bytes(text, DEEP), "p.yaml", &y, &why).code, ERR_FORMAT);
    assert_string_equal(why.text, "p.yaml:2: did not find expected node content");
    free(text);
}

static void files_are_read(void **state)
{
    struct test_folder folder;
    struct complaint why;
    struct yaml *y;
    (void)state;
    test_folder_make(&folder);
    const char *path = test_file(&folder, "pets.yaml", "a: 1\n");
    assert_int_equal(yml_load(path, &y, &why).code, ERR_OK);
    assert_string_equal(yml_name(y), path);
    yml_free(y);
    assert_int_equal(yml_load("/tmp/doorcode-no-such-file.yaml", &y, &why).code, ERR_IO);
    assert_string_equal(why.text, "/tmp/doorcode-no-such-file.yaml: No such file or directory");
    assert_int_equal(yml_load("/tmp", &y, &why).code, ERR_IO);
    assert_string_equal(why.text, "/tmp: Is a directory");
    test_folder_remove(&folder);
}

static void files_are_bounded(void **state)
{
    struct test_folder folder;
    struct complaint why;
    struct yaml *y;
    char *big = malloc(YAML_MAX + 1);
    (void)state;
    assert_non_null(big);
    memset(big, '\n', YAML_MAX + 1);
    test_folder_make(&folder);
    assert_int_equal(yml_load(test_file_bytes(&folder, "big.yaml", big, YAML_MAX + 1), &y, &why).code, ERR_FULL);
    assert_non_null(strstr(why.text, "big.yaml: larger than 16 MiB"));
    free(big);
    test_folder_remove(&folder);
}

static void complaints_are_cut(void **state)
{
    char name[400], path[400], what[400];
    struct complaint why;
    (void)state;
    memset(name, 'n', sizeof name - 1);
    memset(path, 'p', sizeof path - 1);
    memset(what, 'w', sizeof what - 1);
    name[399] = path[399] = what[399] = '\0';
    complain(&why, name, 7, path, "%s", what);
    assert_true(strlen(why.text) < sizeof why.text);
    assert_non_null(strstr(why.text, "n:7: p"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_lines),
        cmocka_unit_test(nothing_is_null),
        cmocka_unit_test(aliases_are_followed),
        cmocka_unit_test(one_document_may_be_marked),
        cmocka_unit_test(broken_documents_tell_the_line),
        cmocka_unit_test(depth_takes_no_stack),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(files_are_bounded),
        cmocka_unit_test(complaints_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
