/* SPDX-License-Identifier: Apache-2.0 */
/* stencil.h: an encoded text with holes where a code and an id stand, to print it again with others. The holes are not
 * looked for: the text was made twice, with other digits each time, and a hole is where the two differ. Holds no code.
 * Pure, one thread at a time. */
#ifndef DOORCODE_MAIL_STENCIL_H
#define DOORCODE_MAIL_STENCIL_H

#include "base/buf.h"

enum { STENCIL_TEXT = 8192, STENCIL_HOLES = 32, STENCIL_ID_DIGITS = 16 };

/* What stands in the holes of the first and of the second text: digits of the code, and an id in hexadecimal. */
#define STENCIL_CODE_FIRST '0'
#define STENCIL_CODE_SECOND '1'
#define STENCIL_ID_FIRST UINT64_C(0)
#define STENCIL_ID_SECOND UINT64_MAX

enum stencil_value {
    STENCIL_CODE,
    STENCIL_ID,
    STENCIL_CODE_IN_BASE64 /* four characters of a line for three bytes (RFC 2045, 6.8) */
};

/* A run of digits of one value; a value that a line break cuts has two. */
struct stencil_hole {
    enum stencil_value value;
    uint16_t at;   /* of the first digit, or of the four characters that it is in … */
    uint8_t byte;  /* … and which of their three bytes it is */
    uint8_t digit; /* which of the value's digits it is */
    uint8_t n;     /* digits */
};

struct stencil {
    char text[STENCIL_TEXT]; /* the first */
    size_t n;
    size_t code_digits;
    size_t holes_n;
    struct stencil_hole holes[STENCIL_HOLES];
};

/* Finds the holes of the text that stands in `s` (text, n, code_digits of LIMIT_CODE_DIGITS_MAX at most) by the second.
 * False where it cannot be printed again so: the two differ in more than whole values, or there are too many. */
bool stencil_cut(struct stencil *s, struct slice second);
/* Appends the text from its byte `from` on, before which there is no hole, with this code of code_digits digits and this
 * id. The caller looks whether the buffer is full. */
void stencil_print(const struct stencil *s, size_t from, const char *code, uint64_t id, struct buf *out);

#endif
