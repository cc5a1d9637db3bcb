/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: texts of people: what may stand in a mail or an attribute, and how long it is. Pure, any thread. */
#ifndef DOORCODE_WIRE_TEXT_H
#define DOORCODE_WIRE_TEXT_H

#include "base/slice.h"

/* Valid UTF-8 without control characters (C0, DEL, C1, line and paragraph separators). */
bool text_is_clean(struct slice text);
/* Bytes of the character that a text begins with; 0 where it is broken or a control character. */
size_t text_character(struct slice text);
/* Characters of a clean text. */
size_t text_length(struct slice text);

/* As much of the text as fits into cap bytes with a NUL, cut at a whole character (UTF-8); "" if a NUL is in it. */
void text_cut(struct slice text, char *out, size_t cap);

#endif
