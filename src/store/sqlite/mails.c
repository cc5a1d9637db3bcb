/* SPDX-License-Identifier: Apache-2.0 */
/* How many mails there are, kept beside the table: every challenge asks, also when the outbox is at its limit. The count is
 * made anew at open and by store_expire, should another process have changed the table. */
#include "store/sqlite/db.h"

err mails_recount(struct connection *c)
{
    struct store *s = c->store;

    TRY(query_number(c, QUERY_mails_pending, &s->counting.pending));
    return query_number(c, QUERY_mails_dead, &s->counting.dead);
}

void mails_publish(struct store *s)
{
    atomic_store_explicit(&s->mails_pending, s->counting.pending, memory_order_relaxed);
    atomic_store_explicit(&s->mails_dead, s->counting.dead, memory_order_relaxed);
}

err store_mail_count(struct store *s, uint64_t *pending, uint64_t *dead)
{
    int64_t waiting = atomic_load_explicit(&s->mails_pending, memory_order_relaxed);
    int64_t given_up = atomic_load_explicit(&s->mails_dead, memory_order_relaxed);

    /* Never below 0, even after another process removed mails. */
    *pending = waiting > 0 ? (uint64_t)waiting : 0;
    *dead = given_up > 0 ? (uint64_t)given_up : 0;
    return OK;
}
