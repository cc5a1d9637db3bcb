/* SPDX-License-Identifier: Apache-2.0 */
/* smtp.h: a fixed number of lines to the mail server, over libcurl's multi interface: the room's (and the server's) only
 * door to it. libcurl finds, connects, secures (TLS, STARTTLS), greets and signs in; dialogue.h says what is said for a
 * mail. A line carries one mail at a time and keeps its connection. Nothing waits but smtp_wait. Copies its options, owns
 * its memory, all taken at smtp_new but for libcurl's own. One thread, except smtp_wakeup. */
#ifndef DOORCODE_MAIL_SMTP_H
#define DOORCODE_MAIL_SMTP_H

#include "mail/outbox.h"

enum { SMTP_LINES_MAX = 64 };

enum smtp_verdict {
    SMTP_ACCEPTED,
    SMTP_REFUSED,  /* this mail will never be taken */
    SMTP_DEFERRED, /* this mail was not taken now */
    SMTP_AWAY      /* nothing can be sent: no connection, no TLS, no sign-in */
};

struct smtp_result {
    unsigned line;
    enum smtp_verdict verdict;
    char detail[MAIL_ERROR]; /* the server's refusal or libcurl's reason, cleaned (smtp_clean); "" when accepted */
};

struct smtp;

/* `sender` is the envelope's sender; its domain is our EHLO name. NO_MEMORY, FORMAT (an option that cannot be). */
NODISCARD err smtp_new(const struct smtp_options *options, struct slice sender, struct smtp **out);
void smtp_free(struct smtp *s); /* NULL is fine; what is under way is cut off */

/* How many lines there are: 0 to n - 1. The caller knows which are free: those not sent on, or ended. */
unsigned smtp_lines(const struct smtp *s);
/* The free line's room for a message, MESSAGE_MAX bytes, to be filled before smtp_send. Wiped when the mail has ended. */
void *smtp_room(struct smtp *s, unsigned line);
/* Begins to send the first n bytes of the line's room. `to` must be checked (letter_address_ok). */
void smtp_send(struct smtp *s, unsigned line, const char *to, size_t n);
/* Moves everything that can move. */
void smtp_work(struct smtp *s);
/* The next mail that has ended; its line is free again. False: none. */
bool smtp_ended(struct smtp *s, struct smtp_result *out);
/* Waits for the network, smtp_wakeup or the time. */
void smtp_wait(struct smtp *s, int wait_ms);
void smtp_wakeup(struct smtp *s); /* any thread */

/* What an SMTP reply code (0: none) and the place of the failure mean for the mail. `in_mail`: a connection stood and the
 * failure is an answer to, or a loss during, this mail's commands or data. Pure. */
enum smtp_verdict smtp_judge(int code, bool in_mail);
/* One printable line of at most 150 bytes: addresses, the recipient's local part and digit runs as long as a code are
 * replaced, control characters are blanks. Pure. */
void smtp_clean(struct slice reply, struct slice to, char out[MAIL_ERROR]);

#endif
