/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.h: an operator's regular expressions, held against texts of strangers: matched in time linear in the text,
 * whatever both look like. Syntax of RE2 on UTF-8: `.`, `\d`, `\p{L}`, `{1,256}`, no back-references, no looking around;
 * a repetition counts to 1000. `^` and `$` are the ends of the text; without them a part of it is enough. */
#ifndef DOORCODE_WIRE_PATTERN_H
#define DOORCODE_WIRE_PATTERN_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

struct pattern;

/* Allocates, so for what lives long, not for requests. The caller frees it with pattern_free. FORMAT: no pattern, longer
 * than LIMIT_PATTERN, or larger than LIMIT_PATTERN_MEMORY allows (pattern_complaint tells which). NO_MEMORY. Any thread. */
NODISCARD err pattern_compile(struct slice text, struct pattern **out);
/* What is wrong with the text of a pattern, in words for the operator ("lacks a closing bracket )"); NULL: nothing. Static
 * text. Any thread. */
const char *pattern_complaint(struct slice text);
/* True if the value, or a part of it, matches. False too for what is not UTF-8. Any number of threads with one pattern. */
bool pattern_matches(const struct pattern *pattern, struct slice value);
void pattern_free(struct pattern *pattern); /* NULL is fine */

#endif
