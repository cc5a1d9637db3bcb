/* SPDX-License-Identifier: Apache-2.0 */
/* message.h: a letter as MIME (RFC 5322, 2045, 2047): multipart/alternative, text and HTML, in the letter's language.
 * Headers cannot be injected: values are checked and encoded, never pasted. `struct messages` is read once at start
 * and never changes; everything else is pure. Any thread. */
#ifndef DOORCODE_MAIL_MESSAGE_H
#define DOORCODE_MAIL_MESSAGE_H

#include "mail/letter.h"

#include "base/clock.h"

struct message_sender {
    struct slice address; /* "no-reply@login.example" */
    struct slice name;    /* empty: the tenant's name */
};

enum { MESSAGE_MAX = 32768 };

/* The templates and the texts of all languages. */
struct messages;

/* Reads the embedded catalogues and tries each with a sample letter: FORMAT where a text is missing, empty or names a
 * placeholder that does not exist (a fault of the build), NO_MEMORY. The caller frees. */
NODISCARD err messages_new(struct messages **out);
void messages_free(struct messages *m);

/* Whether the address is fit to send from (ASCII: the domain as A-labels) and the name is clean: FORMAT otherwise. */
NODISCARD err message_sender_check(const struct message_sender *from);

/* Appends the whole message with CRLF line ends, ready for DATA (dot-stuffing is the transport's). `id` makes the
 * Message-ID, so that a repeated delivery can be recognised. A language that we do not have becomes English. FORMAT for
 * a bad letter or sender, FULL (at most MESSAGE_MAX is needed). */
NODISCARD err message_write(const struct messages *m, const struct letter *letter, const struct message_sender *from,
                            uint64_t id, instant now, struct buf *out);

/* What message_write writes that is the same for all letters but for code and id: From, then what follows To; To comes at
 * *after_from. Of a letter and a sender that were checked; for writer.h. FULL, FORMAT. */
NODISCARD err message_alike(const struct messages *m, const struct letter *letter, const struct message_sender *from,
                            uint64_t id, struct buf *out, size_t *after_from);

/* Appends a text message (CHANNEL_SMS) as its sender gets it: one line. FORMAT, FULL. */
NODISCARD err message_text(const struct messages *m, const struct letter *letter, struct buf *out);

/* The same, readable, in the arena: for the inbox of the development mode; a text message has its text alone. FORMAT,
 * FULL. */
struct message_parts {
    struct slice headers; /* as in message_write, with CRLF */
    struct slice text;
    struct slice html;
};
NODISCARD err message_parts(const struct messages *m, const struct letter *letter, const struct message_sender *from,
                            uint64_t id, instant now, struct arena *arena, struct message_parts *out);

/* Its subject alone; of a text message the text. FORMAT, FULL. */
NODISCARD err message_subject(const struct messages *m, const struct letter *letter, struct buf *out);

/* The best of our languages for an Accept-Language or ui_locales value (RFC 4647 lookup); "en" by default. Static. */
const char *message_language(struct slice preferences);
/* Our languages, English first, ended by NULL. Static. */
const char *const *message_languages(void);

#endif
