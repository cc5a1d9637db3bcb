/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.h: which mail is sent next, and when to look again. Reads the store in batches, skips what is under way or
 * just settled, and holds everything while the mail server is away. The mailer's thread only.
 * Times in ms are the monotonic clock's, even where the clock of the mails is moved. */
#ifndef DOORCODE_MAIL_SCHEDULE_H
#define DOORCODE_MAIL_SCHEDULE_H

#include "mail/outbox.h"
#include "mail/settled.h"

enum { SCHEDULE_LINES_MAX = 64 };

struct schedule {
    struct outbox_source source;
    unsigned lines;                         /* mails at once, at most */
    uint64_t under_way[SCHEDULE_LINES_MAX]; /* ids; 0: the line is free */
    unsigned busy;
    struct mail batch[LIMIT_MAILS_AT_ONCE];
    size_t batch_n;
    size_t batch_at;
    uint64_t cursor;   /* read on after this id */
    uint64_t highest;  /* ever taken */
    bool more;         /* the store may have something after the cursor */
    int64_t sweep_at;  /* start again from the lowest id */
    unsigned failures; /* of the server, in a row */
    int64_t hold_until;
    struct settled settled;
};

void schedule_init(struct schedule *s, const struct outbox_source *source, unsigned lines);
/* There may be new mails. */
void schedule_wake(struct schedule *s, int64_t now_ms);
/* Takes the next due mail for the line, which must be free; false: none now. */
bool schedule_take(struct schedule *s, unsigned line, int64_t now_ms, instant now, struct mail *out);
/* When to call schedule_take again where it said false and nothing else happens. */
int64_t schedule_next_look(const struct schedule *s, int64_t now_ms);
/* The line's mail, whose row had so many attempts when it was taken, has its outcome in the store's queue. */
void schedule_settled(struct schedule *s, unsigned line, uint32_t attempts, int64_t now_ms);
/* The server took or refused a mail: it is there. */
void schedule_server_works(struct schedule *s);
/* The server is away: everything waits, longer each time, and then one mail probes. What fails within a pause counts
 * once. Returns how long the pause still is, in ms. */
int64_t schedule_server_away(struct schedule *s, int64_t now_ms);

#endif
