/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h: writes the letters of one sender. Letters that are alike (kind, language, tenant's name and look, minutes)
 * differ in code, id, recipient and time alone: after two of them the next are copied from a stencil, of which a few are
 * kept (docs/decisions/020). What is kept holds neither codes nor recipients. One thread. */
#ifndef DOORCODE_MAIL_WRITER_H
#define DOORCODE_MAIL_WRITER_H

#include "mail/message.h"

enum { WRITER_LIKES = 16 }; /* kinds of letters alike that are remembered; the one not used for longest makes room */

struct writer;

/* Borrows the messages and the sender's texts. FORMAT for a sender that cannot be (message_sender_check), NO_MEMORY. */
NODISCARD err writer_new(const struct messages *m, const struct message_sender *from, struct writer **out);
void writer_free(struct writer *w); /* NULL is fine */
/* As message_write, byte for byte. */
NODISCARD err writer_write(struct writer *w, const struct letter *letter, uint64_t id, instant now, struct buf *out);
/* How many letters were copied from a stencil. */
uint64_t writer_copied(const struct writer *w);

#endif
