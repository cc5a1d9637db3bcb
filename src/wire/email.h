/* SPDX-License-Identifier: Apache-2.0 */
/* email.h: an address, parsed once and carried as a type. The identity is the user's key: the local part NFC and
 * case-folded, the domain as lower-case A-labels (IDNA 2008 through libidn2). Pure, any thread. */
#ifndef DOORCODE_WIRE_EMAIL_H
#define DOORCODE_WIRE_EMAIL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

struct email {
    char given[LIMIT_EMAIL + 1];    /* trimmed, as typed */
    char identity[LIMIT_EMAIL + 1]; /* canonical */
};

/* dot-atom local part (UTF-8 allowed, RFC 6531), a domain with at least one dot; no quoted strings, comments, address
 * literals, control characters, blanks, invisible characters, numbers as last label; no local part outside ASCII that
 * folds into ASCII. FORMAT otherwise, also above LIMIT_EMAIL bytes in either form. NO_MEMORY from libidn2 only.
 * ASCII takes a path without libraries and without allocation, "xn--" labels aside. */
NODISCARD err email_parse(struct slice text, struct email *out);
/* Appends the masked form for `challenge_target_label` (spec V1, 4.10): "s*m@e*********g". Code points, not bytes. */
void email_mask(struct slice address, struct buf *out);

#endif
