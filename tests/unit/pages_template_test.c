/* SPDX-License-Identifier: Apache-2.0 */
/* Every hole of every template says where it stands, and stands there: a small reader of HTML follows the markup around it. */
#include "pages/template.h"

#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct embedded_file *page_files(void);

enum where { IN_TEXT, IN_TITLE, IN_STYLE, IN_TAG, IN_VALUE };

struct reader {
    const char *file;
    enum where where;
    struct slice element;   /* opened last */
    struct slice attribute; /* whose value it is in */
    bool after_hash;        /* in the value, a fragment has begun */
};

static bool is(struct slice word, const char *list)
{
    struct slice words = slice_of(list);

    for (struct slice w = slice_word(&words); w.n > 0; w = slice_word(&words))
        if (slice_eq(w, word))
            return true;
    return false;
}

/* Parts that stand inside of a tag. */
static bool is_in_tag(struct slice file)
{
    return is(file, "invalid.html attribute_invalid.html");
}

static struct slice take_name(struct slice text)
{
    size_t n = 0;

    while (n < text.n &&
           ((text.p[n] >= 'a' && text.p[n] <= 'z') || text.p[n] == '-' || (text.p[n] >= '0' && text.p[n] <= '9')))
        n++;
    return (struct slice){ text.p, n };
}

static void read_character(struct reader *r, struct slice rest)
{
    char c = rest.p[0];

    if (r->where == IN_VALUE) {
        if (c == '"')
            r->where = IN_TAG;
        r->after_hash |= c == '#';
    } else if (r->where == IN_TAG) {
        if (c == '>')
            r->where = is(r->element, "title") ? IN_TITLE : is(r->element, "style") ? IN_STYLE : IN_TEXT;
        else if (c == '"') {
            r->where = IN_VALUE;
            r->after_hash = false;
        } else if (c == ' ')
            r->attribute = take_name(slice_from(rest, 1));
    } else if (c == '<' && (r->where == IN_TEXT || rest.p[1] == '/')) {
        r->where = IN_TAG;
        r->element = take_name(slice_from(rest, 1));
    }
}

static bool fits(const struct reader *r, struct slice verb)
{
    bool is_address = is(r->attribute, "href src action");

    switch (r->where) {
    case IN_TEXT:
        return is(verb, "text say fill rich sayattr fillattr body");
    case IN_TITLE:
        return is(verb, "text attr sayattr fillattr");
    case IN_STYLE:
        return is(verb, "colour") || is(verb, "backdrop");
    case IN_TAG:
        return false;
    default:
        if (is_address && !r->after_hash)
            return is(verb, "url uri image");
        return is(verb, "attr sayattr fillattr");
    }
}

static void check_hole(const struct reader *r, const struct hole *hole)
{
    bool good = is(hole->verb, "if else end each") || fits(r, hole->verb);

    if (is(hole->verb, "part"))
        good = is_in_tag(hole->name) ? r->where == IN_TAG : r->where == IN_TEXT;
    if (!good)
        fail_msg("%s: {{%.*s %.*s}} does not fit there", r->file, SLICE_ARGS(hole->verb), SLICE_ARGS(hole->name));
}

static void check_template(const struct embedded_file *file)
{
    bool in_tag = is_in_tag(slice_of(file->name));
    struct reader r = { .file = file->name, .where = in_tag ? IN_TAG : IN_TEXT, .element = SLICE("p") };
    struct slice rest = file->bytes, literal;
    struct hole hole;
    bool more = true;

    while (more) {
        more = template_next(&rest, &literal, &hole);
        for (size_t i = 0; i < literal.n; i++)
            read_character(&r, slice_from(literal, i));
        if (more)
            check_hole(&r, &hole);
    }
    if (r.where != (in_tag ? IN_TAG : IN_TEXT))
        fail_msg("%s ends inside of a tag", file->name);
}

static void every_hole_fits_its_place(void **state)
{
    size_t n = 0;

    (void)state;
    for (const struct embedded_file *file = page_files(); file->name != NULL; file++)
        if (slice_ends(slice_of(file->name), SLICE(".html")) && strcmp(file->name, "inbox.html") != 0) {
            check_template(file);
            n++;
        }
    assert_true(n > 15);
}

/* The check itself sees what must not be. */
static void misplaced_holes_are_seen(void **state)
{
    static const struct {
        const char *markup;
        bool good;
    } cases[] = {
        { "<p>{{text a}}</p>", true },
        { "<p>{{attr a}}</p>", false },
        { "<a href=\"{{url a}}\">", true },
        { "<a href=\"{{attr a}}\">", false },
        { "<a href=\"#a{{attr a}}\">", true },
        { "<p title=\"{{text a}}\">", false },
        { "<p {{attr a}}>", false },
        { "<style>{{text a}}</style>", false },
        { "<style>{{colour a}}</style>", true },
        { "<title>{{rich a}}</title>", false },
        { "<p title=\"{{rich a}}\">", false },
        { "<img src=\"{{image a}}\">", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reader r = { .where = IN_TEXT };
        struct slice rest = slice_of(cases[i].markup), literal;
        struct hole hole;
        assert_true(template_next(&rest, &literal, &hole));
        for (size_t k = 0; k < literal.n; k++)
            read_character(&r, slice_from(literal, k));
        if (fits(&r, hole.verb) != cases[i].good)
            fail_msg("%s", cases[i].markup);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hole_fits_its_place),
        cmocka_unit_test(misplaced_holes_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
