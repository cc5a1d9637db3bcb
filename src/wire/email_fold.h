/* SPDX-License-Identifier: Apache-2.0 */
/* email_fold.h: the canonical form of addresses outside ASCII: the one door to libidn2 and libunistring's case
 * folding. Correct for ASCII too, but it allocates; email.c takes a short cut there. Pure, any thread. */
#ifndef DOORCODE_WIRE_EMAIL_FOLD_H
#define DOORCODE_WIRE_EMAIL_FOLD_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the local part, NFC and case-folded. FORMAT: not UTF-8; controls, blanks, invisible, private or unassigned
 * characters; text outside ASCII that folds into ASCII (it would be taken for another's mailbox). FULL: no room. */
NODISCARD err email_fold_local(struct slice local, struct buf *out);
/* Appends the domain as lower-case A-labels (IDNA 2008, non-transitional); characters of ASCII pass unchecked, also
 * those of "xn--" labels, so look at the result. FORMAT: not a domain name. FULL: no room. */
NODISCARD err email_fold_domain(struct slice domain, struct buf *out);

#endif
