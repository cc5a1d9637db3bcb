/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/escape.h"

#include "wire/text.h"

/* ---- text ---- */

static const struct slice entities[128] = { ['&'] = { "&amp;", 5 },
                                            ['<'] = { "&lt;", 4 },
                                            ['>'] = { "&gt;", 4 },
                                            ['"'] = { "&quot;", 6 },
                                            ['\''] = { "&#39;", 5 } };

static const struct slice replacement = { "\xef\xbf\xbd", 3 }; /* U+FFFD */

static bool is_special(char c)
{
    return (c & '\x80') == 0 && entities[(unsigned char)c].n > 0;
}

static void put_clean(struct buf *out, struct slice text)
{
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && !is_special(text.p[n]))
            n++;
        buf_put(out, (struct slice){ text.p, n });
        if (n < text.n)
            buf_put(out, entities[(unsigned char)text.p[n++]]);
        text = slice_from(text, n);
    }
}

static void put_unclean(struct buf *out, struct slice text)
{
    while (text.n > 0) {
        bool is_blank = text.p[0] == '\n' || text.p[0] == '\t';
        size_t n = is_blank ? 1 : text_character(text);
        if (n > 0)
            put_clean(out, (struct slice){ text.p, n });
        else
            buf_put(out, replacement);
        text = slice_from(text, n > 0 ? n : 1);
    }
}

void escape_text(struct buf *out, struct slice value)
{
    if (text_is_clean(value))
        put_clean(out, value);
    else
        put_unclean(out, value);
}

/* ---- addresses ---- */

static bool starts_nocase(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && slice_eq_nocase((struct slice){ s.p, prefix.n }, prefix);
}

/* Printable ASCII without a blank: browsers drop tabs and line ends from an address before they look at its scheme. */
static bool is_printable(struct slice url)
{
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] == 0x7f)
            if ((url.p[i] & '\x80') == 0)
                return false;
    return url.n > 0;
}

static bool is_web(struct slice url)
{
    return is_printable(url) && (starts_nocase(url, SLICE("https://")) || starts_nocase(url, SLICE("http://")));
}

/* "//host" and "/\host" lead to another server. */
static bool is_path(struct slice url)
{
    return is_printable(url) && url.p[0] == '/' && (url.n == 1 || (url.p[1] != '/' && url.p[1] != '\\'));
}

void escape_url(struct buf *out, struct slice value)
{
    escape_text(out, is_web(value) || is_path(value) ? value : SLICE("#"));
}

static bool is_scheme_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
}

static bool is_active(struct slice scheme)
{
    static const char *const active[] = { "javascript", "vbscript", "data",       "blob",       "file",
                                          "filesystem", "about",    "livescript", "view-source" };

    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        if (slice_eq_nocase(scheme, slice_of(active[i])))
            return true;
    return false;
}

static bool is_application(struct slice uri)
{
    struct slice rest;
    struct slice scheme = slice_cut(uri, ':', &rest);

    if (!is_printable(uri) || rest.n == 0 || scheme.n == 0 || is_active(scheme))
        return false;
    for (size_t i = 0; i < scheme.n; i++)
        if (!is_scheme_char(scheme.p[i]))
            return false;
    return true;
}

void escape_uri(struct buf *out, struct slice value)
{
    escape_text(out, is_application(value) || is_path(value) ? value : SLICE("#"));
}

bool is_image(struct slice url)
{
    return is_web(url) || (is_printable(url) && starts_nocase(url, SLICE("data:image/")));
}

void escape_image(struct buf *out, struct slice value)
{
    if (is_image(value))
        escape_text(out, value);
}

/* Percent-encoded, it neither ends the string nor the style element. */
void escape_css_image(struct buf *out, struct slice value)
{
    if (!is_image(value))
        return;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '"' || c == '\\' || c == '<' || c == '>' || c == '\'' || c == '(' || c == ')')
            buf_fmt(out, "%%%02X", (unsigned)(unsigned char)c);
        else
            buf_putc(out, c);
    }
}

void escape_colour(struct buf *out, struct slice value)
{
    bool good = (value.n == 4 || value.n == 7) && value.p[0] == '#';

    for (size_t i = 1; good && i < value.n; i++) {
        char c = value.p[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    buf_put(out, good ? value : SLICE("inherit"));
}
