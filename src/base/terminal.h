/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h: colours, typed lines, and texts from outside on a terminal. */
#ifndef DOORCODE_BASE_TERMINAL_H
#define DOORCODE_BASE_TERMINAL_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdio.h>

enum color { COLOR_NONE, COLOR_GOOD, COLOR_BAD, COLOR_DIM };

/* The sequence that begins the colour, COLOR_NONE ends it; "" where `file` is no terminal, or with NO_COLOR or a dumb
 * terminal. Static. */
const char *terminal_color(FILE *file, enum color color);

/* Characters that fit on one of its lines, 80 where it does not tell; 0 where it is no terminal. */
int terminal_columns(FILE *file);

/* Whether byte `i` could forge a line or move the cursor: a control character, also the second half of a C1 control (U+0080
 * to U+009F, in UTF-8 after C2), which terminals obey too. */
static inline bool terminal_obeys(struct slice text, size_t i)
{
    unsigned char c = (unsigned char)text.p[i];
    unsigned char before = i == 0 ? 0 : (unsigned char)text.p[i - 1];
    return c < 0x20 || c == 0x7f || (before == 0xc2 && c < 0xa0);
}

enum typed { TYPED_LINE, TYPED_TOO_LONG, TYPED_END };

/* One line without its end and the blanks around it. TOO_LONG has taken the whole line; END is end of file or an error.
 * What was typed is in `line` only: `in` should be unbuffered where it is secret. */
enum typed terminal_read_line(FILE *in, char *line, size_t cap);
/* The same for a password: blanks are kept, and where `in` is a terminal nothing typed is shown, from before `prompt` is
 * written to `out` (NULL: no prompt). A signal that ends the program finds the terminal as it was. */
enum typed terminal_read_secret(FILE *in, FILE *out, const char *prompt, char *line, size_t cap);

#endif
