/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h: texts from outside on a terminal. Pure, any thread. */
#ifndef DOORCODE_SERVER_TERMINAL_H
#define DOORCODE_SERVER_TERMINAL_H

#include "base/slice.h"

/* Whether byte `i` could forge a line or move the cursor: a control character, also the second half of a C1 control (U+0080
 * to U+009F, in UTF-8 after C2), which terminals obey too. */
static inline bool terminal_obeys(struct slice text, size_t i)
{
    unsigned char c = (unsigned char)text.p[i];
    unsigned char before = i == 0 ? 0 : (unsigned char)text.p[i - 1];

    return c < 0x20 || c == 0x7f || (before == 0xc2 && c < 0xa0);
}

#endif
