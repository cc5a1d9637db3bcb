/* SPDX-License-Identifier: Apache-2.0 */
/* letter.h: what a mail says, before it becomes MIME: the plain text that is sealed into the outbox.
 * Plain values; pure; any thread. A letter holds a code: wipe() it once it is packed or written. */
#ifndef DOORCODE_MAIL_LETTER_H
#define DOORCODE_MAIL_LETTER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/guid.h"
#include "base/limits.h"
#include "model/method.h"

enum letter_kind {
    LETTER_SIGNIN_CODE,
    LETTER_SIGNUP_CODE,
    LETTER_RESET_CODE,
    LETTER_FACTOR_CODE,    /* of a second factor */
    LETTER_REGISTER_CODE,  /* to a contact that becomes a second factor */
    LETTER_ACCOUNT_EXISTS, /* to whoever signs up with an address that has an account; its code is not told */
    LETTER_KINDS
};

enum { LETTER_PACKED_MAX = 760 }; /* every field full, with its length */

struct letter {
    enum letter_kind kind;
    enum channel channel; /* a text message has no HTML, and its `to` is a phone number */
    char to[LIMIT_EMAIL + 1];
    char code[LIMIT_CODE_DIGITS_MAX + 1];
    char language[16];             /* a locale we have: "en", "de", … */
    char tenant_name[129];         /* display name; cut at a character */
    char logo_url[257];            /* https, printable ASCII; may be empty */
    char accent_color[8];          /* "#rrggbb"; may be empty */
    char client_id[GUID_TEXT + 1]; /* of the application that asked; which extension sends it may hang on that */
    uint32_t minutes;              /* the code's life; 1 to 1440 */
};

/* Whether every field is what it must be: FORMAT otherwise, above all for control characters, which could otherwise
 * become headers. Called by pack, unpack and message_write. */
NODISCARD err letter_check(const struct letter *letter);
/* Whether an address may stand between < and > of an SMTP command and a header: one @, no blanks, control characters
 * or specials. Not a full parser: that is wire/email.h. */
bool letter_address_ok(struct slice address);

/* Versioned, length-prefixed bytes: to be sealed. At most LETTER_PACKED_MAX, which is less than MAIL_SEALED less the
 * seal's overhead. FULL, FORMAT. */
NODISCARD err letter_pack(const struct letter *letter, struct buf *out);
/* Strict: one version, nothing after the last field, and letter_check. *out is zeroed on failure. FORMAT. */
NODISCARD err letter_unpack(struct slice bytes, struct letter *out);

#endif
