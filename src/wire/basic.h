/* SPDX-License-Identifier: Apache-2.0 */
/* basic.h: an Authorization header of the scheme Basic, as clients of OAuth send it: id and secret form-encoded, then
 * joined and base64 (RFC 7617; RFC 6749, 2.3.1). Pure. */
#ifndef DOORCODE_WIRE_BASIC_H
#define DOORCODE_WIRE_BASIC_H

#include "base/arena.h"
#include "base/err.h"

struct basic {
    struct slice id;         /* decoded */
    struct slice secret;     /* decoded; where it is no form text, as it was sent */
    struct slice secret_raw; /* as it was sent: not every client encodes */
};

/* In the arena. NOT_FOUND: no header, or another scheme. FORMAT: not base64, no colon, an id that is no text. FULL. */
NODISCARD err basic_parse(struct slice header, struct arena *arena, struct basic *out);

#endif
