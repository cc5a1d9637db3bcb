/* SPDX-License-Identifier: Apache-2.0 */
/* mime.h: the pieces of a message: encoded headers (RFC 2047, 5322) and encoded bodies (RFC 2045), with lines of at most
 * MIME_LINE characters wherever a line can be broken. Values must be clean (mail/text.h): they are asserted, since a
 * control character here is a header of somebody else's. Pure, any thread. */
#ifndef DOORCODE_MAIL_MIME_H
#define DOORCODE_MAIL_MIME_H

#include "base/buf.h"
#include "base/clock.h"

enum { MIME_LINE = 76 };

/* "Name: text", as it is where it is short ASCII, else as encoded-words. */
void mime_header_text(struct buf *out, const char *name, struct slice text);
/* "Name: phrase <address>"; an empty phrase gives the address alone. */
void mime_header_address(struct buf *out, const char *name, struct slice phrase, struct slice address);
void mime_header_date(struct buf *out, instant at);
/* One part of a multipart: its headers and its body as quoted-printable or base64, whichever is shorter. The body's line
 * ends are LF. */
void mime_part(struct buf *out, const char *type, struct slice body);

#endif
