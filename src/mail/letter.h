/* SPDX-License-Identifier: Apache-2.0 */
/* letter.h: what a mail says, before it becomes MIME: the plain text that is sealed into the outbox. */
#ifndef DOORCODE_MAIL_LETTER_H
#define DOORCODE_MAIL_LETTER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum letter_kind { LETTER_SIGNIN_CODE };

struct letter {
    enum letter_kind kind;
    char to[LIMIT_EMAIL + 1];
    char code[LIMIT_CODE_DIGITS_MAX + 1];
    char language[16];      /* a locale we have: "en", "de", … */
    char tenant_name[129];  /* display name; cut at a character */
    char logo_url[257];
    char accent_color[8];
    uint32_t minutes; /* the code's life */
};

/* Versioned, length-prefixed bytes: to be sealed. At most MAIL_SEALED less the seal's overhead. FULL, FORMAT. */
NODISCARD err letter_pack(const struct letter *letter, struct buf *out);
NODISCARD err letter_unpack(struct slice bytes, struct letter *out);

#endif
