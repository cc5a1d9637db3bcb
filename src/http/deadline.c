/* SPDX-License-Identifier: Apache-2.0 */
#include "http/deadline.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    PHASE_BITS = 3,
    PHASE_MASK = (1 << PHASE_BITS) - 1,
    SPARE = 64,     /* accepted by several workers at once */
    SLOW_MS = 1000, /* a request that takes longer may have to make room */
    TICK_MS = 500,
};

struct deadlines {
    size_t capacity;
    size_t reserve;
    uint64_t request_ms;
    uint64_t idle_ms;
    struct events *events;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;       /* under lock, like all below */
    _Atomic size_t open; /* read without it */
    size_t shut;         /* of the open ones */
    struct link *free;
    size_t links_n;
    struct link links[];
};

static void *watch(void *ctx);
static struct link *longest(struct deadlines *d, uint64_t now, uint64_t *seen);
static bool shut_link(struct deadlines *d, struct link *link, uint64_t seen);
static err start(struct deadlines *d);

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t); /* 4 ms are exact enough, and it costs next to nothing */
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static enum link_phase phase_of(uint64_t stamp)
{
    return (enum link_phase)(stamp & PHASE_MASK);
}

static uint64_t age_of(uint64_t stamp, uint64_t now)
{
    uint64_t since = stamp >> PHASE_BITS;

    return now > since ? now - since : 0;
}

err deadlines_open(const struct deadline_options *options, struct deadlines **out)
{
    size_t n = options->capacity + SPARE;
    struct deadlines *d = calloc(1, sizeof *d + n * sizeof d->links[0]);

    ENSURE(d != NULL, NO_MEMORY);
    d->capacity = options->capacity;
    d->reserve = options->reserve;
    d->request_ms = (uint64_t)options->request_seconds * 1000;
    d->idle_ms = (uint64_t)options->idle_seconds * 1000;
    d->events = options->events;
    d->links_n = n;
    for (size_t i = n; i-- > 0;) {
        d->links[i].fd = -1;
        d->links[i].next = d->free;
        d->free = &d->links[i];
    }
    err e = start(d);
    if (!err_is_ok(e)) {
        free(d);
        return e;
    }
    *out = d;
    return OK;
}

void deadlines_close(struct deadlines *d)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->stop);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    pthread_cond_destroy(&d->stop);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

bool deadlines_admit(struct deadlines *d)
{
    bool evicted = false;

    if (atomic_load_explicit(&d->open, memory_order_relaxed) + d->reserve < d->capacity)
        return true;
    pthread_mutex_lock(&d->lock);
    bool room = d->open < d->capacity;
    if (d->open - d->shut + d->reserve >= d->capacity) {
        uint64_t now = now_ms();
        uint64_t seen;
        struct link *link = longest(d, now, &seen);
        evicted = link != NULL && shut_link(d, link, seen);
    }
    pthread_mutex_unlock(&d->lock);
    if (evicted)
        EMIT(d->events, connection_evicted, NULL, field_count(1));
    return room;
}

struct link *link_open(struct deadlines *d, int fd)
{
    pthread_mutex_lock(&d->lock);
    struct link *link = d->free;
    if (link != NULL) {
        d->free = link->next;
        d->open++;
        link->fd = fd;
        link_enter(link, LINK_NEW);
    }
    pthread_mutex_unlock(&d->lock);
    return link;
}

void link_close(struct deadlines *d, struct link *link)
{
    pthread_mutex_lock(&d->lock);
    if (link->shut)
        d->shut--;
    d->open--;
    *link = (struct link){ .fd = -1, .next = d->free };
    d->free = link;
    pthread_mutex_unlock(&d->lock);
}

void link_enter(struct link *link, enum link_phase phase)
{
    atomic_store_explicit(&link->stamp, now_ms() << PHASE_BITS | phase, memory_order_relaxed);
}

size_t deadlines_count(const struct deadlines *d)
{
    return atomic_load_explicit(&d->open, memory_order_relaxed);
}

void deadlines_shut(struct deadlines *d, bool all)
{
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->links_n; i++) {
        struct link *link = &d->links[i];
        uint64_t seen = atomic_load_explicit(&link->stamp, memory_order_relaxed);
        bool resting = phase_of(seen) == LINK_IDLE || phase_of(seen) == LINK_NEW;
        if (link->fd >= 0 && all)
            shutdown(link->fd, SHUT_RDWR);
        else if (link->fd >= 0 && resting)
            shut_link(d, link, seen);
    }
    pthread_mutex_unlock(&d->lock);
}

/* The lock is held. False where the connection has gone on meanwhile. */
static bool shut_link(struct deadlines *d, struct link *link, uint64_t seen)
{
    if (!atomic_compare_exchange_strong(&link->stamp, &seen, (seen & ~(uint64_t)PHASE_MASK) | LINK_SHUT))
        return false;
    shutdown(link->fd, SHUT_RDWR); /* its worker sees the end of the stream and closes it */
    d->shut += !link->shut;
    link->shut = true;
    return true;
}

/* The lock is held. */
static struct link *longest(struct deadlines *d, uint64_t now, uint64_t *seen)
{
    struct link *resting = NULL, *reading = NULL;
    uint64_t resting_stamp = UINT64_MAX, reading_stamp = UINT64_MAX;

    for (size_t i = 0; i < d->links_n; i++) {
        uint64_t stamp = atomic_load_explicit(&d->links[i].stamp, memory_order_relaxed);
        enum link_phase phase = phase_of(stamp);
        if ((phase == LINK_IDLE || phase == LINK_NEW) && stamp < resting_stamp) {
            resting = &d->links[i];
            resting_stamp = stamp;
        }
        if (phase == LINK_READING && stamp < reading_stamp && age_of(stamp, now) > SLOW_MS) {
            reading = &d->links[i];
            reading_stamp = stamp;
        }
    }
    *seen = resting != NULL ? resting_stamp : reading_stamp;
    return resting != NULL ? resting : reading;
}

/* The lock is held. Returns whether it was in the middle of something. */
static bool shut_overdue(struct deadlines *d, struct link *link, uint64_t now)
{
    uint64_t stamp = atomic_load_explicit(&link->stamp, memory_order_relaxed);
    enum link_phase phase = phase_of(stamp);

    if (phase == LINK_FREE || phase == LINK_BUSY || phase == LINK_SHUT)
        return false;
    if (age_of(stamp, now) <= (phase == LINK_IDLE ? d->idle_ms : d->request_ms))
        return false;
    return shut_link(d, link, stamp) && (phase == LINK_READING || phase == LINK_SENDING);
}

static void *watch(void *ctx)
{
    struct deadlines *d = ctx;

    pthread_mutex_lock(&d->lock);
    while (!d->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&d->stop, &d->lock, &until);

        int64_t overdue = 0;
        uint64_t now = now_ms();
        for (size_t i = 0; i < d->links_n; i++)
            overdue += shut_overdue(d, &d->links[i], now);
        pthread_mutex_unlock(&d->lock);
        if (overdue > 0)
            EMIT(d->events, connection_overdue, NULL, field_count(overdue));
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

static err start(struct deadlines *d)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&d->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&d->thread, NULL, watch, d) == 0)
        return OK;
    pthread_cond_destroy(&d->stop);
    pthread_mutex_destroy(&d->lock);
    return FAIL(NO_MEMORY);
}
