/* SPDX-License-Identifier: Apache-2.0 */
/* mail_stage.h: one run of the mailer for its tests: an outbox, its array, a mail server that can fail, a clock that is
 * moved by hand. Mails go to user0, user1, …@kites.example with codes made of that number. cmocka's asserts. */
#ifndef DOORCODE_TESTS_MAIL_STAGE_H
#define DOORCODE_TESTS_MAIL_STAGE_H

#include "sink.h"
#include "support/mail_array.h"

enum { START = 1785103200, LIFE = 100000, MAILS_MAX = 400 };
enum { PATIENCE_MS = 60000 }; /* a busy machine under a sanitizer is slow */

struct stage {
    struct messages *messages;
    struct mail_array array;
    struct sink *sink;
    struct outbox *outbox;
    struct events events;
    _Atomic int64_t now_us;
    struct clock clock;
    uint16_t port;
    _Atomic unsigned got[MAILS_MAX];   /* by the number in the address */
    _Atomic unsigned tries[MAILS_MAX]; /* RCPT commands */
    _Atomic unsigned wrong;            /* codes that are not the mail's */
    int (*answer)(struct stage *s, unsigned number);
    struct outbox_courier courier; /* set before stage_open_outbox */
    char last_detail[MAIL_ERROR];
    struct guid last_correlation;
    _Atomic bool tenant_told;
};

instant stage_now(struct stage *s);
void stage_move_clock(struct stage *s, int64_t seconds);
/* The mail server, at the port it had before; the outbox, over plain SMTP. */
void stage_open_sink(struct stage *s, struct sink_options options);
void stage_close_sink(struct stage *s);
void stage_open_outbox(struct stage *s);
/* cmocka's set-up and tear-down. */
int stage_prepare(void **state);
int stage_clear(void **state);
void stage_add_until(struct stage *s, unsigned count, instant expires_at);
void stage_add(struct stage *s, unsigned count);
void stage_doze(int ms);
int64_t stage_real_ms(void);
/* Whether so many are delivered and dead within the time. */
bool stage_reaches(struct stage *s, size_t delivered, size_t dead, int wait_ms);
/* Whether so many are delivered in the end, as the clock goes on by so many seconds again and again. */
bool stage_finishes(struct stage *s, size_t delivered, int64_t seconds);
/* Whether the mail has so many attempts within the time. */
bool stage_is_tried(struct stage *s, uint64_t id, uint32_t attempts, int wait_ms);
/* Waits until so many mails have come to their RCPT; with a sink that is slow after the data, that many are under way. */
void stage_is_under_way(struct stage *s, unsigned mails);
/* Each of the first mails came at least once and at most so often, with its code. */
void stage_each_arrived(struct stage *s, unsigned count, unsigned most);

#endif
