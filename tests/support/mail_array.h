/* SPDX-License-Identifier: Apache-2.0 */
/* mail_array.h: an outbox in memory for tests and benchmarks of the mailer: what the store is to it, without a disk and
 * without a seal. Ids count from 1. Any thread. */
#ifndef DOORCODE_TESTS_MAIL_ARRAY_H
#define DOORCODE_TESTS_MAIL_ARRAY_H

#include "mail/outbox.h"

#include <pthread.h>
#include <stdatomic.h>

struct mail_array_counts {
    size_t pending;
    size_t dead;
    size_t delivered;
    size_t most_attempts;
};

struct mail_array {
    pthread_mutex_t lock;
    struct mail *mails;
    bool *gone;    /* delivered */
    bool *settled; /* with lag: delivered, but still offered */
    size_t cap;
    size_t n;
    size_t first;            /* none before it is left */
    bool lag;                /* outcomes of deliveries are not seen until mail_array_commit */
    _Atomic unsigned refuse; /* so many outcomes are answered with FULL */
    _Atomic unsigned reads;
    _Atomic unsigned tended;
    _Atomic unsigned outcomes;
};

void mail_array_init(struct mail_array *a, size_t cap);
void mail_array_free(struct mail_array *a);
uint64_t mail_array_add(struct mail_array *a, const struct letter *letter, instant now, instant expires_at);
void mail_array_commit(struct mail_array *a);
struct mail mail_array_get(struct mail_array *a, uint64_t id);
struct mail_array_counts mail_array_count(struct mail_array *a);
struct outbox_source mail_array_source(struct mail_array *a);

#endif
