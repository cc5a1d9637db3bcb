/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: what may stand in a mail at all. Pure, any thread. */
#ifndef DOORCODE_MAIL_TEXT_H
#define DOORCODE_MAIL_TEXT_H

#include "base/slice.h"

/* Valid UTF-8 without control characters (C0, DEL, C1, line and paragraph separators). */
bool text_is_clean(struct slice text);
/* Printable ASCII and blanks only. */
bool text_is_ascii(struct slice text);

#endif
