/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h: each place in a page gets only what may stand there. */
#include "pages/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct pair {
    const char *given;
    const char *written;
};

typedef void put_fn(struct buf *out, struct slice value);

static void put_rich(struct buf *out, struct slice value)
{
    escape_rich(out, value, NULL, NULL);
}

static void put_plain(struct buf *out, struct slice value)
{
    escape_plain(out, value, NULL, NULL);
}

static void check(put_fn *put, const struct pair *pairs, size_t n)
{
    char space[512];
    struct buf out;

    for (size_t i = 0; i < n; i++) {
        buf_init(&out, space, sizeof space);
        put(&out, slice_of(pairs[i].given));
        buf_putc(&out, '\0');
        assert_true(buf_ok(&out));
        assert_string_equal(space, pairs[i].written);
    }
}

#define CHECK(put, pairs) check(put, pairs, sizeof(pairs) / sizeof(pairs)[0])

static void text_cannot_become_markup(void **state)
{
    static const struct pair pairs[] = {
        { "", "" },
        { "Sam", "Sam" },
        { "<b>\"x\" & 'y'</b>", "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;" },
        { "Zo\xc3\xab \xe2\x9c\x93", "Zo\xc3\xab \xe2\x9c\x93" },
        { "a\nb\tc", "a\nb\tc" },
        { "a\x01<\x1b", "a\xef\xbf\xbd&lt;\xef\xbf\xbd" },
        { "\xff<\xc3", "\xef\xbf\xbd&lt;\xef\xbf\xbd" },
        { "\xc3<x", "\xef\xbf\xbd&lt;x" }, /* a cut character must not swallow what follows */
    };

    (void)state;
    CHECK(escape_text, pairs);
}

static void a_nul_is_replaced(void **state)
{
    char space[16];
    struct buf out;

    (void)state;
    buf_init(&out, space, sizeof space);
    escape_text(&out, (struct slice){ "a\0b", 3 });
    assert_true(slice_eq(buf_slice(&out), SLICE("a\xef\xbf\xbd"
                                                "b")));
}

static void addresses_lead_where_they_may(void **state)
{
    static const struct pair urls[] = {
        { "https://a.example/?x=1&y=2", "https://a.example/?x=1&amp;y=2" },
        { "HTTP://a.example", "HTTP://a.example" },
        { "/t/interact", "/t/interact" },
        { "//evil.example", "#" },
        { "/\\evil.example", "#" },
        { "javascript:alert(1)", "#" },
        { "java\nscript:alert(1)", "#" },
        { " https://a.example", "#" },
        { "https://a.example/\" onx=\"", "#" },
        { "https://a.example/'\"", "https://a.example/&#39;&quot;" },
        { "myapp://auth", "#" },
        { "", "#" },
    };
    static const struct pair uris[] = {
        { "myapp://auth?x=1", "myapp://auth?x=1" },
        { "msauth.com.app://auth", "msauth.com.app://auth" },
        { "https://a.example/cb", "https://a.example/cb" },
        { "/t/interact", "/t/interact" },
        { "urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob" },
        { "JavaScript:alert(1)", "#" },
        { "data:text/html,x", "#" },
        { "vbscript:x", "#" },
        { "blob:x", "#" },
        { "my app:x", "#" },
        { "app", "#" },
        { "app:", "#" },
        { ":x", "#" },
    };

    (void)state;
    CHECK(escape_url, urls);
    CHECK(escape_uri, uris);
}

static void images_and_colours_stay_in_their_strings(void **state)
{
    static const struct pair images[] = {
        { "https://a.example/l.png", "https://a.example/l.png" },
        { "data:image/png;base64,AA==", "data:image/png;base64,AA==" },
        { "data:text/html,x", "" },
        { "javascript:x", "" },
    };
    static const struct pair backdrops[] = {
        { "https://a.example/b.png", "https://a.example/b.png" },
        { "https://a.example/\")}</style>", "https://a.example/%22%29}%3C/style%3E" },
        { "https://a.example/\\22", "https://a.example/%5C22" },
        { "/b.png", "" },
    };
    static const struct pair colours[] = {
        { "#1f6feb", "#1f6feb" }, { "#FFF", "#FFF" },        { "red", "inherit" },
        { "#12345g", "inherit" }, { "#1234567", "inherit" }, { "", "inherit" },
    };

    (void)state;
    CHECK(escape_image, images);
    CHECK(escape_css_image, backdrops);
    CHECK(escape_colour, colours);
}

#define LINK "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\""

static void only_four_kinds_of_markup_count(void **state)
{
    static const struct pair rich[] = {
        { "plain & simple", "plain &amp; simple" },
        { "**bold** *it* ++under++", "<strong>bold</strong> <em>it</em> <u>under</u>" },
        { "[terms](https://a.example/t)", LINK "https://a.example/t\">terms</a>" },
        { "[**b**](https://a.example)", LINK "https://a.example\"><strong>b</strong></a>" },
        { "[x](javascript:alert(1))", "[x](javascript:alert(1))" },
        { "[x](/path)", "[x](/path)" },
        { "[x](https://a.example/\"onx=\"1)", LINK "https://a.example/&quot;onx=&quot;1\">x</a>" },
        { "[x](https://a.example", "[x](https://a.example" },
        { "[](https://a.example)", "[](https://a.example)" },
        { "<b>", "&lt;b&gt;" },
        { "Fields marked * and *", "Fields marked * and *" },
        { "2 * 3", "2 * 3" },
        { "**open", "**open" },
        { "****", "****" },
        { "C++", "C++" },
        { "{{username}} {0}", "{{username}} {0}" },
    };
    static const struct pair plain[] = {
        { "I agree to the [terms](https://a.example) **now** <", "I agree to the terms now &lt;" },
    };

    (void)state;
    CHECK(put_rich, rich);
    CHECK(put_plain, plain);
}

static void deep_nesting_ends(void **state)
{
    static char text[4096], space[8 * 4096];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "*+[{"[i % 4];
    buf_init(&out, space, sizeof space);
    escape_rich(&out, slice_bytes(text, sizeof text), NULL, NULL);
    assert_true(buf_ok(&out));
    size_t opened = 0, closed = 0;
    for (size_t i = 0; i < out.n; i++) {
        opened += slice_starts(slice_from(buf_slice(&out), i), SLICE("<em>"));
        closed += slice_starts(slice_from(buf_slice(&out), i), SLICE("</em>"));
    }
    assert_int_equal(opened, closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_cannot_become_markup),       cmocka_unit_test(a_nul_is_replaced),
        cmocka_unit_test(addresses_lead_where_they_may),   cmocka_unit_test(images_and_colours_stay_in_their_strings),
        cmocka_unit_test(only_four_kinds_of_markup_count), cmocka_unit_test(deep_nesting_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
