/* SPDX-License-Identifier: Apache-2.0 */
/* message.h: a letter as MIME (RFC 5322, 2045, 2047): multipart/alternative, text and HTML, in the letter's language.
 * Headers cannot be injected: values are checked and encoded, never pasted. Pure, any thread. */
#ifndef DOORCODE_MAIL_MESSAGE_H
#define DOORCODE_MAIL_MESSAGE_H

#include "mail/letter.h"

#include "base/clock.h"

struct message_sender {
    struct slice address; /* "no-reply@login.example" */
    struct slice name;    /* empty: the tenant's name */
};

enum { MESSAGE_MAX = 32768 };

/* Appends the whole message with CRLF line ends, ready for DATA (dot-stuffing is the transport's). `id` makes the
 * Message-ID, so that a repeated delivery can be recognised. */
NODISCARD err message_write(const struct letter *letter, const struct message_sender *from, uint64_t id, instant now,
                            struct buf *out);

/* The best of our languages for an Accept-Language or ui_locales value (RFC 4647 lookup); "en" by default. Static. */
const char *message_language(struct slice preferences);

#endif
