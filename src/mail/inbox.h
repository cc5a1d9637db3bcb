/* SPDX-License-Identifier: Apache-2.0 */
/* inbox.h: the development mode's mail catcher: takes mails from the outbox like the SMTP mailer, but keeps the newest
 * in memory for the inbox page instead of sending them. One thread of its own; the readers may be any thread and get
 * copies. Never part of `doorcode serve`. */
#ifndef DOORCODE_MAIL_INBOX_H
#define DOORCODE_MAIL_INBOX_H

#include "mail/outbox.h"

enum { INBOX_KEPT = 200 };

struct inbox;

struct inbox_options {
    struct message_sender from;
    const struct messages *messages;
    struct outbox_source source;
    struct outbox_courier courier; /* is given them as well, as it would be in earnest */
    const struct clock *clock;
    struct events *events;
};

struct inbox_mail {
    uint64_t id;
    struct guid tenant_id;
    instant at;
    struct letter letter; /* holds the code in clear: that is what the inbox is for */
};

NODISCARD err inbox_start(const struct inbox_options *options, struct inbox **out);
void inbox_wake(struct inbox *box);
void inbox_stop(struct inbox *box);
/* Forgets all, also what was on its way when this was called: for a store that has just been emptied. */
void inbox_clear(struct inbox *box);

/* Newest first, to `address` (empty: to anybody), with id > after. Returns how many were copied. */
size_t inbox_list(struct inbox *box, struct slice address, uint64_t after, struct inbox_mail *out, size_t most);
/* NOT_FOUND when there is none, or it was pushed out by newer ones. */
NODISCARD err inbox_find(struct inbox *box, uint64_t id, struct inbox_mail *out);
/* Appends its subject. */
NODISCARD err inbox_subject(struct inbox *box, const struct inbox_mail *mail, struct buf *out);
/* What it says, in the arena. */
NODISCARD err inbox_read(struct inbox *box, const struct inbox_mail *mail, struct arena *arena,
                         struct message_parts *out);
/* Whom mails come from. */
struct slice inbox_sender(const struct inbox *box);

#endif
