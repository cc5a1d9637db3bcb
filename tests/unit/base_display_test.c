/* SPDX-License-Identifier: Apache-2.0 */
/* display.h: what a terminal's line has room for, character by character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/display.h"

#include <stdlib.h>
#include <string.h>

/* A text, the columns it takes, and how it is shown (NULL: as it is). */
static const struct {
    const char *text;
    size_t width;
    const char *shown;
} texts[] = {
    { "", 0, NULL },
    { "Sam Sample", 10, NULL },
    { "Z\xc3\xb6", 2, NULL },                 /* two bytes, one column */
    { "Zo\xcc\x88", 2, NULL },                /* a combining mark takes none */
    { "\xe6\xbc\xa2\xe5\xad\x97", 4, NULL },  /* two ideographs */
    { "\xf0\x9f\x98\x80", 2, NULL },          /* a face */
    { "\xcd\xb8", 1, NULL },                  /* U+0378, which is nothing yet */
    { "a\033[2Jb\tc\r\n", 10, "a.[2Jb.c.." }, /* what a terminal obeys */
    { "a\xc2\x9b"                             /* U+009B, the same in one byte of others */
      "2J",
      4, "a.2J" },
    { "a\x7f\xc2\xa0", 3, "a.\xc2\xa0" },                       /* U+00A0 is a blank and no control */
    { "a\xe2\x80\xa8z\xe2\x80\xaez\xe2\x81\xa7", 6, "a.z.z." }, /* U+2028, U+202E, U+2067 */
    { "\xe2\x80\x8d", 0, NULL },                                /* U+200D joins: Indic scripts, families of faces */
    { "\x80\xff", 2, ".." },                                    /* no beginning of a character */
    { "a\xe6\xbc", 3, "a.." },                                  /* its end is missing */
    { "\xe6\xbcz", 3, "..z" },
    { "\xc0\xaf\xe0\x80\xaf", 5, "....." },           /* longer than needed */
    { "\xed\xa0\x80\xf4\x90\x80\x80", 7, "......." }, /* a surrogate; beyond U+10FFFF */
};

/* What `put` writes; to be freed. */
static char *written(void (*put)(FILE *out, struct slice text), struct slice text)
{
    char *shown = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&shown, &n);
    put(out, text);
    fclose(out);
    return shown;
}

static void texts_are_measured_as_they_are_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *shown = written(display_put, slice_of(texts[i].text));
        assert_string_equal(shown, texts[i].shown != NULL ? texts[i].shown : texts[i].text);
        if (display_width(slice_of(texts[i].text)) != texts[i].width)
            fail_msg("text %zu takes %zu columns", i, display_width(slice_of(texts[i].text)));
        free(shown);
    }
    char *nul = written(display_put, SLICE("a\0b"));
    assert_string_equal(nul, "a.b");
    free(nul);
}

static void cuts_at_whole_characters(void **state)
{
    (void)state;
    const struct slice text = SLICE("Zo\xcc\x88\xe6\xbc\xa2z");
    static const size_t bytes[] = { 0, 1, 4, 4, 7, 8, 8 }; /* by columns */
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        assert_int_equal(display_cut(text, i).n, bytes[i]);
        assert_ptr_equal(display_cut(text, i).p, text.p);
    }
    assert_int_equal(display_cut(SLICE_EMPTY, 3).n, 0);
}

static void wrap_to_12(FILE *out, struct slice text)
{
    fputs("id  ", out);
    display_wrap(out, text, 4, 12);
}

static void wrap_nothing(FILE *out, struct slice text)
{
    display_wrap(out, text, 4, 0);
}

static void lines_are_wrapped_at_blanks(void **state)
{
    static const struct {
        const char *text;
        const char *lines;
    } rows[] = {
        { "", "id  \n" },
        { "abcdefgh", "id  abcdefgh\n" },
        { "abc  def", "id  abc  def\n" }, /* it fits */
        { "abc defg hij", "id  abc defg\n    hij\n" },
        { "abc defgh i", "id  abc\n    defgh i\n" },
        { "abcdefghi jk", "id  abcdefghi\n    jk\n" }, /* a word stays whole */
        { "a bcdefghijk l", "id  a\n    bcdefghijk\n    l\n" },
        { "a\xe6\xbc\xa2\xe5\xad\x97 bc d", "id  a\xe6\xbc\xa2\xe5\xad\x97 bc\n    d\n" },
        { "ab\033 cdef ghi", "id  ab. cdef\n    ghi\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *lines = written(wrap_to_12, slice_of(rows[i].text));
        assert_string_equal(lines, rows[i].lines);
        free(lines);
    }
    char *line = written(wrap_nothing, SLICE("abc  defgh ijklmn opqrst"));
    assert_string_equal(line, "abc  defgh ijklmn opqrst\n");
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_measured_as_they_are_shown),
        cmocka_unit_test(cuts_at_whole_characters),
        cmocka_unit_test(lines_are_wrapped_at_blanks),
    };
    return cmocka_run_group_tests_name("base: display", tests, NULL, NULL);
}
