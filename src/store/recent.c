/* SPDX-License-Identifier: Apache-2.0 */
#include "store/recent.h"

#include "base/err.h"
#include "base/secret.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4 };

struct key {
    struct guid id;
    uint32_t put; /* when, by a count; 0: free */
};

struct recent {
    pthread_mutex_t lock;
    uint64_t changes;
    uint32_t puts;
    size_t sets;
    size_t size;
    struct key *keys; /* WAYS of each set */
    uint8_t *rows;    /* in the same order */
};

struct recent *recent_new(size_t size, size_t rows)
{
    struct recent *r = calloc(1, sizeof *r);

    ASSERT(rows >= WAYS && (rows & (rows - 1)) == 0);
    if (r == NULL)
        return NULL;
    r->size = size;
    r->sets = rows / WAYS;
    r->keys = calloc(rows, sizeof *r->keys);
    r->rows = calloc(rows, size);
    pthread_mutex_init(&r->lock, NULL);
    if (r->keys == NULL || r->rows == NULL) {
        recent_free(r);
        return NULL;
    }
    return r;
}

void recent_free(struct recent *r)
{
    if (r == NULL)
        return;
    if (r->rows != NULL)
        wipe(r->rows, r->sets * WAYS * r->size);
    pthread_mutex_destroy(&r->lock);
    free(r->rows);
    free(r->keys);
    free(r);
}

/* ---- under the lock ---- */

/* Ids are random or keyed hashes. */
static struct key *set_of(struct recent *r, const struct guid *id)
{
    uint32_t hash;

    memcpy(&hash, id->b, sizeof hash);
    return r->keys + (hash & (r->sets - 1)) * WAYS;
}

static uint8_t *row_of(struct recent *r, const struct key *key)
{
    return r->rows + (size_t)(key - r->keys) * r->size;
}

static struct key *find(struct recent *r, const struct guid *id)
{
    struct key *set = set_of(r, id);

    for (size_t i = 0; i < WAYS; i++)
        if (set[i].put != 0 && guid_eq(set[i].id, *id))
            return &set[i];
    return NULL;
}

/* Free ones were put the longest ago. */
static struct key *oldest(struct recent *r, const struct guid *id)
{
    struct key *set = set_of(r, id);
    struct key *best = &set[0];

    for (size_t i = 1; i < WAYS; i++)
        if (set[i].put < best->put)
            best = &set[i];
    return best;
}

static void forget(struct recent *r, struct key *key)
{
    key->put = 0;
    wipe(row_of(r, key), r->size);
}

static void forget_all(struct recent *r)
{
    for (size_t i = 0; i < r->sets * WAYS; i++)
        if (r->keys[i].put != 0)
            forget(r, &r->keys[i]);
}

/* A count that is used up begins anew, with nothing. */
static void note_put(struct recent *r, struct key *key)
{
    if (r->puts == UINT32_MAX) {
        forget_all(r);
        r->puts = 0;
    }
    key->put = ++r->puts;
}

static void place(struct recent *r, const struct guid *id, const void *row)
{
    struct key *key = find(r, id);

    if (key == NULL)
        key = oldest(r, id);
    note_put(r, key);
    key->id = *id;
    memcpy(row_of(r, key), row, r->size);
}

/* ---- */

bool recent_get(struct recent *r, const struct guid *id, void *row)
{
    pthread_mutex_lock(&r->lock);
    const struct key *key = find(r, id);
    if (key != NULL)
        memcpy(row, row_of(r, key), r->size);
    pthread_mutex_unlock(&r->lock);
    return key != NULL;
}

uint64_t recent_ticket(struct recent *r)
{
    pthread_mutex_lock(&r->lock);
    uint64_t ticket = r->changes;
    pthread_mutex_unlock(&r->lock);
    return ticket;
}

void recent_keep(struct recent *r, const struct guid *id, const void *row, uint64_t ticket)
{
    pthread_mutex_lock(&r->lock);
    if (r->changes == ticket)
        place(r, id, row);
    pthread_mutex_unlock(&r->lock);
}

void recent_put(struct recent *r, const struct guid *id, const void *row)
{
    pthread_mutex_lock(&r->lock);
    r->changes++;
    place(r, id, row);
    pthread_mutex_unlock(&r->lock);
}

void recent_drop(struct recent *r, const struct guid *id)
{
    pthread_mutex_lock(&r->lock);
    r->changes++;
    struct key *key = find(r, id);
    if (key != NULL)
        forget(r, key);
    pthread_mutex_unlock(&r->lock);
}

void recent_clear(struct recent *r)
{
    pthread_mutex_lock(&r->lock);
    r->changes++;
    forget_all(r);
    pthread_mutex_unlock(&r->lock);
}
