/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h: the mailer: one thread that takes due mails from the durable outbox and delivers them over SMTP with
 * libcurl's multi interface: connections are reused and capped, failures are retried with back-off, what cannot be
 * delivered becomes dead and stays visible. At-least-once: a mail leaves the store after the server accepted it.
 * The store and the seal are reached through the functions given here, since mail knows neither room. */
#ifndef DOORCODE_MAIL_OUTBOX_H
#define DOORCODE_MAIL_OUTBOX_H

#include "mail/message.h"
#include "model/mail.h"

#include "base/clock.h"
#include "base/event.h"

enum smtp_security { SMTP_STARTTLS, SMTP_TLS, SMTP_PLAIN };

struct smtp_options {
    const char *host;
    uint16_t port;
    enum smtp_security security; /* STARTTLS is required, not tried: no downgrade */
    const char *user;            /* NULL: no AUTH; refused with SMTP_PLAIN, as it would travel in clear */
    const char *password;
    const char *ca_file;      /* NULL: the system's */
    unsigned connections;     /* at most 64; 0: 4 */
    unsigned timeout_seconds; /* for connecting, and for one mail; 0: 30 */
};

/* How the mailer reaches the outbox. All run on the mailer's thread. */
struct outbox_source {
    /* Due mails with id > after, as store_mails_due: lowest id first. */
    err (*due)(void *ctx, instant now, uint64_t after, struct mail *out, size_t *n);
    /* Opens the seal of one mail. CRYPTO: it becomes dead. */
    err (*open)(void *ctx, const struct mail *mail, struct letter *out);
    /* Queues the outcome; may fail with FULL, then the mailer tries again. Copies. */
    err (*delivered)(void *ctx, uint64_t id);
    err (*changed)(void *ctx, const struct mail *mail);
    /* Before the mailer rests, which it does for half a minute at most, also where no line is free to take mails: outcomes
     * that were gathered may go on. NULL is fine. */
    void (*tend)(void *ctx);
    void *ctx;
};

enum { OUTBOX_TAGS = 64 };

struct outbox_handed {
    unsigned tag;
    bool delivered;
    bool fall_back;     /* not delivered, and to be sent the usual way */
    const char *detail; /* why not; static */
};

/* Who may take letters in the mail server's place: an extension of the operator (spec OIDC, 11.5). All run on the mailer's
 * thread. */
struct outbox_courier {
    /* Begins to hand over the letter, known by `tag`, 0 to OUTBOX_TAGS - 1, until it has ended. NOT_FOUND: it goes the
     * usual way; anything else: not now. */
    err (*send)(void *ctx, unsigned tag, const struct mail *mail, const struct letter *letter);
    /* The next that has ended; false: none. */
    bool (*ended)(void *ctx, struct outbox_handed *out);
    void *ctx;
};

struct outbox_options {
    struct smtp_options smtp;
    struct message_sender from;
    const struct messages *messages; /* borrowed; must outlive the outbox */
    struct outbox_source source;
    struct outbox_courier courier; /* zeroed: none */
    const struct clock *clock;
    struct events *events;
};

struct outbox;

/* Copies the options (texts included) and starts the thread. FORMAT for options that cannot be, NO_MEMORY. */
NODISCARD err outbox_start(const struct outbox_options *options, struct outbox **out);
/* There may be something due. Any thread, never blocks. */
void outbox_wake(struct outbox *o);
/* Lets transfers under way finish for at most `seconds`, then stops and frees; what is cut off stays in the store as it
 * was. NULL is fine. */
void outbox_stop(struct outbox *o, unsigned seconds);

/* When to try again after `attempts` failures: 5 s doubling to 10 min, with jitter; 0: give up (pure). A permanent (5xx)
 * refusal gives up at once. */
instant outbox_retry_at(uint32_t attempts, instant now, instant expires_at, bool permanent);

#endif
