/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: whole where nobody looks at it, within the lines of a terminal, and never torn by what a cell holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/table.h"
#include "support/terminal_ran.h"

static const struct table_column columns[] = {
    { .name = "name", .cut = true },      { .name = "id", .below = true },   { .name = "n", .number = true },
    { .name = "secret", .detail = true }, { .name = "note", .below = true },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* A pair of usual rows; the second one has empty cells. */
static struct table *usual(void)
{
    struct table *t = table_new(columns, COLUMNS);
    table_row(t, (const char *const[]){ "Sam Sample", "ed118e86-3a57", "7", "x", "likes dogs" });
    table_row(t, (const char *const[]){ "Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97", "0e0365b9-e136", "12345", "y", "" });
    return t;
}

/* Frees the table. */
static void expect_in_pipe(struct table *t, const char *wanted)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(table_print(t, out).code, ERR_OK);
    fclose(out);
    assert_string_equal(text, wanted);
    free(text);
    table_free(t);
}

/* Likewise. */
static void on_terminal(struct table *t, unsigned short width, char text[TERMINAL_TEXT])
{
    struct terminal terminal = terminal_open(width);
    assert_int_equal(table_print(t, terminal.out).code, ERR_OK);
    fputs("\x04", terminal.out);
    fflush(terminal.out);
    terminal_read_until(&terminal, "\x04", text);
    terminal_close(&terminal);
    table_free(t);
}

static void expect_on_terminal(struct table *t, unsigned short width, const char *wanted)
{
    char text[TERMINAL_TEXT];
    setenv("NO_COLOR", "1", 1);
    on_terminal(t, width, text);
    unsetenv("NO_COLOR");
    assert_string_equal(text, wanted);
}

#define WHOLE                                        \
    "name        id                 n  note\n"       \
    "Sam Sample  ed118e86-3a57      7  likes dogs\n" \
    "Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97     0e0365b9-e136  12345  \n"
#define NO_ID                                                \
    "name            n  note\n"                              \
    "Sam Sample      7  likes dogs\n    id  ed118e86-3a57\n" \
    "Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97     12345  \n    id  0e0365b9-e136\n"

static void all_is_whole_elsewhere(void **state)
{
    (void)state;
    expect_in_pipe(usual(), WHOLE);
}

static void a_terminal_that_is_wide_enough_shows_the_same(void **state)
{
    (void)state;
    expect_on_terminal(usual(), 44, WHOLE);
    expect_on_terminal(usual(), 0, WHOLE); /* it does not tell: 80 */
}

static void the_widest_goes_below_first(void **state)
{
    (void)state;
    expect_on_terminal(usual(), 43, NO_ID);
    expect_on_terminal(usual(), 29, NO_ID);
    expect_on_terminal(usual(), 28,
                       "name            n\nSam Sample      7\n    id    ed118e86-3a57\n    note  likes dogs\n"
                       "Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97     12345\n    id    0e0365b9-e136\n");
}

static void then_cells_are_cut(void **state)
{
    (void)state;
    expect_on_terminal(usual(), 15,
                       "name          n\nSam S...      7\n    id    ed118e86-3a57\n    note  likes\n          dogs\n"
                       "Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97   12345\n    id    0e0365b9-e136\n");
}

static void a_wide_character_is_not_halved(void **state)
{
    static const struct table_column two[] = { { .name = "name", .cut = true }, { .name = "x" } };
    struct table *t = table_new(two, 2);
    (void)state;
    table_row(t, (const char *const[]){ "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", "end" });
    expect_on_terminal(t, 15, "name        x\n\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2  end\n");
    t = table_new(two, 2);
    table_row(t, (const char *const[]){ "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", "end" });
    expect_on_terminal(t, 14, "name       x\n\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2...  end\n");
    t = table_new(two, 2);
    table_row(t, (const char *const[]){ "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", "end" });
    /* Five columns beside the dots have room for two and a half. */
    expect_on_terminal(t, 13, "name      x\n\xe6\xbc\xa2\xe6\xbc\xa2...   end\n");
}

static void where_no_line_fits_each_cell_has_one(void **state)
{
    (void)state;
    expect_on_terminal(usual(), 14,
                       "name  Sam\n      Sample\nid    ed118e86-3a57\nn     7\nnote  likes\n      dogs\n\n"
                       "name  Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97\nid    0e0365b9-e136\nn     12345\nnote\n");
}

static void cards_show_details_too(void **state)
{
    struct table *t = usual();
    (void)state;
    table_as_cards(t);
    expect_in_pipe(
        t, "name    Sam Sample\nid      ed118e86-3a57\nn       7\nsecret  x\nnote    likes dogs\n\n"
           "name    Z\xc3\xb6 \xe6\xbc\xa2\xe5\xad\x97\nid      0e0365b9-e136\nn       12345\nsecret  y\nnote\n");
}

static void no_cell_tears_the_table(void **state)
{
    static const struct table_column two[] = { { .name = "name" }, { .name = "id" } };
    struct table *t = table_new(two, 2);
    (void)state;
    table_row(t, (const char *const[]){ "a\nroot  0\033[A", "1" });
    table_row(t, (const char *const[]){ "\xc2\x9b\xe2\x80\xae\xff", "2" });
    expect_in_pipe(t, "name          id\na.root  0.[A  1\n...           2\n");
}

static void only_terminals_see_colours(void **state)
{
    char text[TERMINAL_TEXT];
    (void)state;
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    on_terminal(usual(), 43, text);
    assert_ptr_equal(strstr(text, "\033[2mname            n  note\033[0m\nSam"), text);
    assert_non_null(strstr(text, "    \033[2mid\033[0m  ed118e86-3a57\n"));
    expect_in_pipe(usual(), WHOLE);
}

static void rows_and_cells_are_told(void **state)
{
    struct table *t = usual();
    (void)state;
    assert_int_equal(table_row_count(t), 2);
    assert_int_equal(table_column_count(t), COLUMNS);
    assert_string_equal(table_name(t, 1), "id");
    assert_string_equal(table_cell(t, 1, 3), "y");
    assert_true(table_is_whole(t));
    table_free(t);
    t = table_new(columns, COLUMNS);
    expect_in_pipe(t, "name  id  n  note\n");
}

static void many_rows_are_kept(void **state)
{
    enum { ROWS = 1000 };
    static const struct table_column one[] = { { .name = "n", .number = true } };
    struct table *t = table_new(one, 1);
    char text[16];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "%zu", i);
        table_row(t, (const char *const[]){ text });
    }
    assert_int_equal(table_row_count(t), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "%zu", i);
        assert_string_equal(table_cell(t, i, 0), text);
    }
    table_free(t);
}

static void no_table_is_told(void **state)
{
    (void)state;
    table_as_cards(NULL);
    table_row(NULL, NULL);
    assert_false(table_is_whole(NULL));
    assert_int_equal(table_row_count(NULL), 0);
    assert_int_equal(table_print(NULL, stdout).code, ERR_NO_MEMORY);
    table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_whole_elsewhere),
        cmocka_unit_test(a_terminal_that_is_wide_enough_shows_the_same),
        cmocka_unit_test(the_widest_goes_below_first),
        cmocka_unit_test(then_cells_are_cut),
        cmocka_unit_test(a_wide_character_is_not_halved),
        cmocka_unit_test(where_no_line_fits_each_cell_has_one),
        cmocka_unit_test(cards_show_details_too),
        cmocka_unit_test(no_cell_tears_the_table),
        cmocka_unit_test(only_terminals_see_colours),
        cmocka_unit_test(rows_and_cells_are_told),
        cmocka_unit_test(many_rows_are_kept),
        cmocka_unit_test(no_table_is_told),
    };
    return cmocka_run_group_tests_name("base: table", tests, NULL, NULL);
}
