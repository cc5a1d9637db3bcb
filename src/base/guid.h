/* SPDX-License-Identifier: Apache-2.0 */
/* guid.h: 128-bit identifiers, stored in RFC 9562 byte order, written in lower case with hyphens.
 * Plain values; pure; any thread. */
#ifndef DOORCODE_BASE_GUID_H
#define DOORCODE_BASE_GUID_H

#include "base/rng.h"
#include "base/slice.h"

enum { GUID_TEXT = 36 };

struct guid {
    uint8_t b[16];
};

#define GUID_NIL ((struct guid){ { 0 } })

struct guid_text {
    char c[GUID_TEXT + 1]; /* with a NUL */
};

bool guid_parse(struct slice text, struct guid *out); /* any case, any version; no braces */
struct guid_text guid_format(struct guid g);
bool guid_eq(struct guid a, struct guid b);
bool guid_is_nil(struct guid g);
struct guid guid_new(const struct rng *rng); /* version 4 */

#endif
