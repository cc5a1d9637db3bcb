/* SPDX-License-Identifier: Apache-2.0 */
/* display.h: texts on the lines of a terminal, measured in its columns. Texts are UTF-8, perhaps from outside: each character
 * that a terminal would obey (controls of one byte or more, line separators, turns of the writing direction) and each byte
 * that is not UTF-8 is shown as a full stop. The width of a character is the C library's (wcwidth); one that it does not know
 * takes one column. Any thread. */
#ifndef DOORCODE_BASE_DISPLAY_H
#define DOORCODE_BASE_DISPLAY_H

#include "base/slice.h"

#include <stdio.h>

/* Columns that the text takes: none for a combining mark, two for a wide character. */
size_t display_width(struct slice text);
/* As much of its beginning as takes at most `columns`, cut at a whole character. Borrowed from the text. */
struct slice display_cut(struct slice text, size_t columns);
void display_put(FILE *out, struct slice text);
/* Puts it and ends the line. What `columns` have no room for goes, at blanks, to further lines that begin with `indent` blanks; the
 * first one has `indent` columns taken already. A word that no line has room for stays whole. 0 columns: one line. */
void display_wrap(FILE *out, struct slice text, size_t indent, size_t columns);

#endif
