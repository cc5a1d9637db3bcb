/* SPDX-License-Identifier: Apache-2.0 */
/* phone.h: a phone number in international form (ITU-T E.164): "+" and 7 to 15 digits, the first not 0. Blanks, hyphens,
 * dots and brackets between digits are left out. Pure, any thread. */
#ifndef DOORCODE_WIRE_PHONE_H
#define DOORCODE_WIRE_PHONE_H

#include "base/buf.h"
#include "base/err.h"

enum { PHONE_SIZE = 1 + 15 + 1 };

/* The number as it is stored and sent. FORMAT. */
NODISCARD err phone_parse(struct slice text, char out[PHONE_SIZE]);
/* "+4********7" (spec V1, 4.10). */
void phone_mask(struct slice number, struct buf *out);

#endif
