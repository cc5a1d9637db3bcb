/* SPDX-License-Identifier: Apache-2.0 */
/* dialogue.h: what is said for one mail on a connection that libcurl has opened, secured and signed in: MAIL, RCPT, DATA,
 * the message, and RSET after a refusal; one at a time (RFC 5321, 3.3), or the first three together where the server has
 * offered PIPELINING (RFC 2920), or all with the message where it has offered CHUNKING as well (RFC 3030): one sending,
 * one answer. No socket: replies go in, what is to be sent comes out, so nothing here can wait. libcurl's own upload
 * waits inside for the answer to a mail's data, also with its multi interface, which would hold up every other
 * connection. One thread. */
#ifndef DOORCODE_MAIL_DIALOGUE_H
#define DOORCODE_MAIL_DIALOGUE_H

#include "base/limits.h"
#include "base/slice.h"

enum { DIALOGUE_LINE = 1024, DIALOGUE_COMMAND = 2 * LIMIT_EMAIL + 96 };

#define DIALOGUE_END ".\r\n"

enum dialogue_step { DIALOGUE_IDLE, DIALOGUE_MAIL, DIALOGUE_RCPT, DIALOGUE_DATA, DIALOGUE_BODY, DIALOGUE_RESET };

struct dialogue {
    enum dialogue_step step; /* the command whose answer is awaited */
    bool pipelined;          /* what this step says is on its way already */
    bool chunked;            /* so is the message */
    struct slice to;         /* borrowed until the step is IDLE again, like the message */
    struct slice message;
    struct slice out; /* still to be sent */
    int refusal;      /* the code that ended the mail; 0: accepted, or not yet */
    char refusal_text[DIALOGUE_LINE];
    char line[DIALOGUE_LINE];
    size_t line_n;
    char command[DIALOGUE_COMMAND];
};

/* What the server's answer to EHLO has offered and this mail makes use of. */
struct dialogue_offers {
    bool utf8;       /* say SMTPUTF8 (RFC 6531) */
    bool pipelining; /* RFC 2920 */
    bool chunking;   /* RFC 3030; used with pipelining alone */
};

/* Begins a mail on an idle dialogue; `out` is the first command, or the first three, or all. Addresses must be checked
 * (letter_address_ok). The n bytes of `message` end with DIALOGUE_END; no other line starts with a dot. The
 * DIALOGUE_COMMAND bytes before it are the dialogue's to write to: what is sent together lies together. */
void dialogue_begin(struct dialogue *d, struct slice from, struct slice to, struct dialogue_offers offers,
                    char *message, size_t n);
/* Takes bytes of the server. False: they are no SMTP reply, or one to nothing; the connection is to be closed. */
bool dialogue_take(struct dialogue *d, struct slice bytes);

#endif
