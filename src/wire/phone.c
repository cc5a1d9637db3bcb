/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/phone.h"

#include <string.h>

enum { DIGITS_MIN = 7, DIGITS_MAX = 15, TEXT_MAX = 40 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

err phone_parse(struct slice text, char out[PHONE_SIZE])
{
    size_t n = 0;

    text = slice_trim(text);
    ENSURE(text.n > 1 && text.n <= TEXT_MAX && text.p[0] == '+' && text.p[1] != '0', FORMAT);
    out[n++] = '+';
    for (size_t i = 1; i < text.n; i++) {
        char c = text.p[i];
        if (is_digit(c)) {
            ENSURE(n <= DIGITS_MAX, FORMAT);
            out[n++] = c;
        } else {
            ENSURE(c != '\0' && strchr(" -.()", c) != NULL, FORMAT);
        }
    }
    ENSURE(n > DIGITS_MIN && out[1] != '0', FORMAT);
    out[n] = '\0';
    return OK;
}

void phone_mask(struct slice number, struct buf *out)
{
    for (size_t i = 0; i < number.n; i++)
        buf_putc(out, i < 2 || i + 1 == number.n ? number.p[i] : '*');
}
