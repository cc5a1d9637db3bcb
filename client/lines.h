/* SPDX-License-Identifier: Apache-2.0 */
/* lines.h: texts of lines `name=value`, for what is kept between runs. Values hold no control characters, so that there is
 * nothing to escape, and what was read is used where it lies: no token is ever copied. Pure. */
#ifndef DOORCODE_CLIENT_LINES_H
#define DOORCODE_CLIENT_LINES_H

#include "base/buf.h"

enum { LINE_NUMBER = 20 }; /* digits of a number, at most */

/* What is left to read. */
struct lines {
    char *at;
    char *end;
};

/* What a value may be. */
struct line_rule {
    const char *name;
    size_t max; /* bytes */
    bool required;
};

/* Whether a value can be written, and would be read. */
bool line_fits(const struct line_rule *rule, struct slice value);
/* Appends the line. */
void line_put(struct buf *out, const char *name, const char *value);
void line_put_number(struct buf *out, const char *name, int64_t value);

/* Whether the rest begins so. */
bool lines_start(const struct lines *lines, const char *text);
/* Steps over a text, if it comes next. */
bool lines_take(struct lines *lines, const char *text);
/* Takes the next line, if it is one of this name and fits: *value is its value, a text where it lies. */
bool lines_value(struct lines *lines, const struct line_rule *rule, const char **value);
/* The same for decimal digits, at most `max`. */
bool lines_number(struct lines *lines, const char *name, int64_t max, int64_t *value);

#endif
