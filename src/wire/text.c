/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/text.h"

#include <unistr.h>

static bool is_control(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

size_t text_character(struct slice text)
{
    ucs4_t c = 0;
    int n = text.n == 0 ? 0 : u8_mbtoucr(&c, (const uint8_t *)text.p, text.n);

    return n <= 0 || is_control(c) ? 0 : (size_t)n;
}

static bool is_printable_ascii(char c)
{
    return c >= ' ' && c <= '~';
}

bool text_is_clean(struct slice text)
{
    for (size_t i = 0; i < text.n;) {
        if (is_printable_ascii(text.p[i])) {
            i++;
            continue;
        }
        size_t n = text_character(slice_from(text, i));
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t text_length(struct slice text)
{
    return u8_mbsnlen((const uint8_t *)text.p, text.n);
}

void text_cut(struct slice text, char *out, size_t cap)
{
    if (text.n >= cap) {
        text.n = cap - 1;
        while (text.n > 0 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
            text.n--;
    }
    if (!slice_to_cstr(text, out, cap))
        out[0] = '\0';
}
