/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ahead.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, SETS = LIMIT_COUNTED_AHEAD / WAYS };

_Static_assert((SETS & (SETS - 1)) == 0, "a hash is cut by a mask");

struct entry {
    struct guid subject;
    int64_t version;
    uint64_t challenge_id;
    uint32_t opened; /* which of a set is the oldest */
    uint16_t left;
    bool closed;
};

struct ahead {
    pthread_mutex_t lock;
    uint32_t opened;
    struct entry sets[SETS][WAYS];
};

struct ahead *ahead_new(void)
{
    struct ahead *a = calloc(1, sizeof *a);

    if (a != NULL)
        pthread_mutex_init(&a->lock, NULL);
    return a;
}

void ahead_free(struct ahead *a)
{
    if (a == NULL)
        return;
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* Subjects are random or keyed hashes. */
static struct entry *set_of(struct ahead *a, const struct guid *subject)
{
    uint32_t hash;

    memcpy(&hash, subject->b, sizeof hash);
    return a->sets[hash & (SETS - 1)];
}

static struct entry *find(struct ahead *a, const struct passcode *row)
{
    struct entry *set = set_of(a, &row->user_id);

    for (size_t i = 0; i < WAYS; i++)
        if (set[i].version == row->version && guid_eq(set[i].subject, row->user_id))
            return row->version == 0 ? NULL : &set[i];
    return NULL;
}

/* Where a subject's entry goes: its former place, a free one, the oldest. */
static struct entry *place_for(struct ahead *a, const struct guid *subject)
{
    struct entry *set = set_of(a, subject);
    struct entry *best = &set[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (guid_eq(set[i].subject, *subject))
            return &set[i];
        if (best->left > 0 && (set[i].left == 0 || (int32_t)(set[i].opened - best->opened) < 0))
            best = &set[i];
    }
    return best;
}

void ahead_open(struct ahead *a, const struct passcode *row, uint32_t left)
{
    pthread_mutex_lock(&a->lock);
    struct entry *e = place_for(a, &row->user_id);
    if (left > 0 || guid_eq(e->subject, row->user_id))
        *e = (struct entry){ .subject = row->user_id,
                             .version = row->version,
                             .challenge_id = row->challenge_id,
                             .opened = ++a->opened,
                             .left = (uint16_t)left };
    pthread_mutex_unlock(&a->lock);
}

/* A row may have been deleted, and made anew by another process, with the same version but another challenge. */
uint32_t ahead_left(struct ahead *a, const struct passcode *row)
{
    pthread_mutex_lock(&a->lock);
    struct entry *e = find(a, row);
    if (e != NULL && e->challenge_id != row->challenge_id)
        e->left = 0;
    uint32_t left = e == NULL || e->closed ? 0 : e->left;
    pthread_mutex_unlock(&a->lock);
    return left;
}

bool ahead_take(struct ahead *a, const struct passcode *row, uint32_t left)
{
    pthread_mutex_lock(&a->lock);
    struct entry *e = find(a, row);
    bool taken = e != NULL && !e->closed && left > 0 && e->left == left;
    if (taken)
        e->left--;
    pthread_mutex_unlock(&a->lock);
    return taken;
}

/* A group of writes is repeated when one of it failed, so what is closed may be closed again; and who reads the row in
 * between finds none left. */
bool ahead_close(struct ahead *a, const struct passcode *row, uint32_t left)
{
    pthread_mutex_lock(&a->lock);
    struct entry *e = find(a, row);
    bool as_read = e == NULL ? left == 0 : e->left == left || (e->closed && left == 0);
    if (e != NULL && as_read)
        e->closed = true;
    pthread_mutex_unlock(&a->lock);
    return as_read;
}

err ahead_each(struct ahead *a, err (*give)(void *ctx, const struct passcode *row, uint32_t left), void *ctx)
{
    const struct entry *entries = a->sets[0];

    for (size_t i = 0; i < LIMIT_COUNTED_AHEAD; i++) {
        const struct entry *e = &entries[i];
        const struct passcode row = { .user_id = e->subject, .version = e->version, .challenge_id = e->challenge_id };
        if (e->left > 0 && !e->closed)
            TRY(give(ctx, &row, e->left));
    }
    return OK;
}
