/* SPDX-License-Identifier: Apache-2.0 */
/* hex.h: hexadecimal digits. Pure, any thread. */
#ifndef DOORCODE_BASE_HEX_H
#define DOORCODE_BASE_HEX_H

/* The value of a digit, large or small; -1 for any other character. */
static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' - 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
