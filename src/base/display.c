/* SPDX-License-Identifier: Apache-2.0 */
#include "base/display.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>

/* ---- characters ---- */

/* The first character of a text. */
struct glyph {
    uint32_t c; /* REPLACED: shown as a full stop */
    size_t bytes;
};

enum { REPLACED = '.', NO_CHARACTER = 0x7fffffff };

/* Bytes of a character by its first one; 0: it begins none. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The character's number; NO_CHARACTER where the bytes are not UTF-8 (RFC 3629: no longer than needed, no surrogate). */
static uint32_t decode(const char *p, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    static const unsigned char bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t c = (unsigned char)p[0] & bits[n];
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)p[i] & 0xc0) != 0x80)
            return NO_CHARACTER;
        c = c << 6 | ((unsigned char)p[i] & 0x3f);
    }
    bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
    return c < least[n] || c > 0x10ffff || is_surrogate ? NO_CHARACTER : c;
}

/* Controls, line and paragraph separator, and what turns the direction, which could show a line in another order. */
static bool is_obeyed(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static struct glyph glyph_of(struct slice text)
{
    size_t n = length_of((unsigned char)text.p[0]);
    if (n == 0 || n > text.n)
        return (struct glyph){ REPLACED, 1 };
    uint32_t c = decode(text.p, n);
    if (c == NO_CHARACTER)
        return (struct glyph){ REPLACED, 1 };
    return (struct glyph){ is_obeyed(c) ? REPLACED : c, n };
}

/* ---- widths ---- */

/* wcwidth goes by the thread's locale. */
static size_t columns_of(uint32_t c)
{
    int n = c < 0x80 ? 1 : wcwidth((wchar_t)c);
    return n < 0 ? 1 : (size_t)n;
}

static struct slice measure(struct slice text, size_t columns, size_t *taken)
{
    size_t bytes = 0;
    *taken = 0;
    while (bytes < text.n) {
        struct glyph glyph = glyph_of(slice_from(text, bytes));
        size_t width = columns_of(glyph.c);
        if (width > columns - *taken)
            break;
        *taken += width;
        bytes += glyph.bytes;
    }
    return (struct slice){ text.p, bytes };
}

/* Opening it for each text would take longer than all else; it lasts as long as the program. */
static locale_t utf8_locale;

static void open_locale(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* The same in a locale that knows widths beyond ASCII, which is not the program's own; where there is none, without. */
static struct slice measure_all(struct slice text, size_t columns, size_t *taken)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (slice_is_ascii(text))
        return measure(text, columns, taken);
    pthread_once(&once, open_locale);
    locale_t former = uselocale(utf8_locale); /* none: the thread's own stays */
    struct slice cut = measure(text, columns, taken);
    uselocale(former);
    return cut;
}

size_t display_width(struct slice text)
{
    size_t taken;
    measure_all(text, SIZE_MAX, &taken);
    return taken;
}

struct slice display_cut(struct slice text, size_t columns)
{
    size_t taken;
    return measure_all(text, columns, &taken);
}

/* ---- output ---- */

void display_put(FILE *out, struct slice text)
{
    while (text.n > 0) {
        struct glyph glyph = glyph_of(text);
        if (glyph.c == REPLACED)
            fputc(REPLACED, out);
        else
            fwrite(text.p, 1, glyph.bytes, out);
        text = slice_from(text, glyph.bytes);
    }
}

void display_wrap(FILE *out, struct slice text, size_t indent, size_t columns)
{
    size_t used = indent;
    struct slice word;
    if (columns == 0 || indent + display_width(text) <= columns) {
        display_put(out, text);
        text = SLICE_EMPTY;
    }
    while ((word = slice_word(&text)).n > 0) {
        size_t width = display_width(word);
        if (used > indent && used + 1 + width > columns) {
            fprintf(out, "\n%*s", (int)indent, "");
            used = indent;
        } else if (used > indent) {
            fputc(' ', out);
            used++;
        }
        display_put(out, word);
        used += width;
    }
    fputc('\n', out);
}
