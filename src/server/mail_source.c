/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mail_source.h"

#include "api/letters.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 256, GATHER_MS = 50, OFFERED = LIMIT_MAILS_AT_ONCE };

/* One outcome on its way to the disk. */
struct slot {
    struct store_batch batch;
    struct mail mail;
    struct mail_source *source;
    struct slot *next_free;
};

struct mail_source {
    struct store *store;
    const struct vault *vault;
    pthread_mutex_t lock;
    struct slot *free;
    struct slot *removals;  /* delivered mails not yet handed to the writer; the mailer's thread only */
    int64_t removals_since; /* milliseconds of the monotonic clock */
    /* Committed a moment ago, by their ids, so that the mailer need not read them; under lock. */
    struct mail offered[OFFERED];
    size_t offered_n;
    bool missed; /* there is more than these; under lock */
    bool at_end; /* the store had no more when it was last asked; the mailer's thread only */
    struct slot slots[SLOTS];
};

err mail_source_new(struct store *store, const struct vault *vault, struct mail_source **out)
{
    struct mail_source *s = calloc(1, sizeof *s);

    ENSURE(s != NULL, NO_MEMORY);
    s->store = store;
    s->vault = vault;
    pthread_mutex_init(&s->lock, NULL);
    for (size_t i = 0; i < SLOTS; i++) {
        s->slots[i].source = s;
        s->slots[i].next_free = s->free;
        s->free = &s->slots[i];
    }
    *out = s;
    return OK;
}

void mail_source_free(struct mail_source *s)
{
    if (s == NULL)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static struct slot *take_slot(struct mail_source *s)
{
    pthread_mutex_lock(&s->lock);
    struct slot *slot = s->free;
    if (slot != NULL)
        s->free = slot->next_free;
    pthread_mutex_unlock(&s->lock);
    return slot;
}

static void give_slot(struct slot *slot)
{
    struct mail_source *s = slot->source;

    pthread_mutex_lock(&s->lock);
    slot->next_free = s->free;
    s->free = slot;
    pthread_mutex_unlock(&s->lock);
}

/* A lost outcome costs a second delivery at the next start, never a mail. */
static void on_written(struct store_batch *batch)
{
    give_slot(batch->ctx);
}

static err submit(struct slot *slot)
{
    slot->batch.done = on_written;
    slot->batch.ctx = slot;
    err queued = store_submit(slot->source->store, &slot->batch);
    if (!err_is_ok(queued))
        give_slot(slot);
    return queued;
}

/* Nobody waits for a removal, so several go together: a commit of their own would cost more than the mail. */
static void flush_removals(struct mail_source *s)
{
    struct slot *slot = s->removals;

    s->removals = NULL;
    if (slot != NULL)
        (void)!err_is_ok(submit(slot)); /* a full queue: see on_written */
}

static void tend(void *ctx)
{
    struct mail_source *s = ctx;

    if (s->removals != NULL && clock_monotonic_ms() - s->removals_since > GATHER_MS)
        flush_removals(s);
}

static void offer(struct mail_source *s, const struct mail *mail)
{
    if (s->offered_n == OFFERED) {
        s->missed = true;
        return;
    }
    size_t at = s->offered_n++;
    for (; at > 0 && s->offered[at - 1].id > mail->id; at--)
        s->offered[at] = s->offered[at - 1];
    s->offered[at] = *mail;
}

void mail_source_offer(struct mail_source *s, const struct store_mails *committed)
{
    pthread_mutex_lock(&s->lock);
    if (committed->others) {
        s->offered_n = 0;
        s->missed = true;
    }
    for (size_t i = 0; i < committed->n; i++)
        offer(s, committed->mails[i]);
    pthread_mutex_unlock(&s->lock);
}

/* False where the store has to be asked: from the lowest id on, until its end was seen, and where there is more than was offered.
 * What stands below `after` the mailer finds as it asks from the lowest id on, now and then. */
static bool take_offered(struct mail_source *s, instant now, uint64_t after, struct mail *out, size_t *n)
{
    size_t got = 0, at = 0;

    pthread_mutex_lock(&s->lock);
    bool enough = after > 0 && s->at_end && !s->missed;
    s->missed = false;
    for (; enough && at < s->offered_n && got < *n; at++)
        if (s->offered[at].id > after && s->offered[at].due_at <= now)
            out[got++] = s->offered[at];
    s->offered_n = enough ? s->offered_n - at : 0;
    memmove(s->offered, s->offered + at, s->offered_n * sizeof s->offered[0]);
    pthread_mutex_unlock(&s->lock);
    if (enough)
        *n = got;
    return enough;
}

static err due(void *ctx, instant now, uint64_t after, struct mail *out, size_t *n)
{
    struct mail_source *s = ctx;
    size_t room = *n;

    tend(s);
    if (take_offered(s, now, after, out, n))
        return OK;
    s->at_end = false;
    TRY(store_mails_due(s->store, now, after, out, n));
    s->at_end = *n < room;
    return OK;
}

static err open_letter(void *ctx, const struct mail *mail, struct letter *out)
{
    return letter_open(((struct mail_source *)ctx)->vault, mail, out);
}

static err delivered(void *ctx, uint64_t id)
{
    struct mail_source *s = ctx;

    if (s->removals == NULL) {
        s->removals = take_slot(s);
        ENSURE(s->removals != NULL, FULL);
        s->removals->batch.n = 0;
        s->removals_since = clock_monotonic_ms();
    }
    struct store_batch *batch = &s->removals->batch;
    batch->writes[batch->n++] = (struct store_write){ .kind = WRITE_MAIL_REMOVE, .id = id };
    if (batch->n == STORE_BATCH_WRITES)
        flush_removals(s);
    return OK;
}

static err changed(void *ctx, const struct mail *mail)
{
    struct slot *slot = take_slot(ctx);

    ENSURE(slot != NULL, FULL);
    slot->mail = *mail;
    slot->batch.n = 1;
    slot->batch.writes[0] = (struct store_write){ .kind = WRITE_MAIL_UPDATE, .mail = &slot->mail };
    return submit(slot);
}

void mail_source_flush(struct mail_source *s)
{
    if (s != NULL)
        flush_removals(s);
}

struct outbox_source mail_source_functions(struct mail_source *s)
{
    return (struct outbox_source){ due, open_letter, delivered, changed, tend, s };
}
