/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: what may stand in a mail at all; text_is_clean is wire's. Pure, any thread. */
#ifndef DOORCODE_MAIL_TEXT_H
#define DOORCODE_MAIL_TEXT_H

#include "wire/text.h"

/* Printable ASCII and blanks only. */
bool text_is_ascii(struct slice text);

#endif
