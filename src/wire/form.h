/* SPDX-License-Identifier: Apache-2.0 */
/* form.h: application/x-www-form-urlencoded bodies and queries as fields (WHATWG URL 5.1; spec V1, 1.4).
 * Values are decoded into the arena or point into the body. Pure. */
#ifndef DOORCODE_WIRE_FORM_H
#define DOORCODE_WIRE_FORM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

struct form_field {
    struct slice name;
    struct slice value;
};

struct form {
    struct form_field fields[LIMIT_FORM_FIELDS];
    size_t n;
};

/* '+' and %20 are blanks; one stray leading '?' is tolerated; raw blanks are kept. FORMAT: a broken percent escape, a NUL
 * or text that is not UTF-8. FULL: more than LIMIT_FORM_FIELDS fields, or the arena's end. */
NODISCARD err form_parse(struct slice body, struct arena *arena, struct form *out);
/* Whether a Content-Type says that the body is such a form; parameters after it are fine. */
bool form_is_type(struct slice content_type);
/* The value, or the empty slice: empty means absent (spec V1, 1.4). The first, where repeated. */
struct slice form_get(const struct form *form, struct slice name);
/* True for "1", and "true" in any case (spec V1, 6.31). */
bool form_wants(const struct form *form, struct slice name);
bool form_repeated(const struct form *form, struct slice name);
/* True if the name stands there, whatever its value. */
bool form_has(const struct form *form, struct slice name);
/* One name or value decoded: borrowed, or in the arena. FORMAT, FULL as above. */
NODISCARD err form_decode(struct slice encoded, struct arena *arena, struct slice *out);
/* Appends "name=value", percent-encoded, with '&' where the buffer is not empty. */
void form_put(struct buf *out, struct slice name, struct slice value);

#endif
