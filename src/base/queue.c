/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    size_t head;
    size_t length;
    size_t capacity;
    bool stopped;
    void *ring[];
};

struct queue *queue_new(size_t capacity)
{
    struct queue *q = calloc(1, sizeof *q + capacity * sizeof q->ring[0]);
    pthread_condattr_t attributes;

    if (q == NULL)
        return NULL;
    q->capacity = capacity;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &attributes);
    pthread_condattr_destroy(&attributes);
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

err queue_put(struct queue *q, void *item)
{
    err result = OK;

    pthread_mutex_lock(&q->lock);
    if (q->stopped) {
        result = FAIL(STOPPING);
    } else if (q->length == q->capacity) {
        result = FAIL(FULL);
    } else {
        q->ring[(q->head + q->length) % q->capacity] = item;
        q->length++;
        if (q->length == 1)
            pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return result;
}

static struct timespec deadline_in(int wait_ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

static void wait_filled(struct queue *q, int wait_ms)
{
    if (wait_ms < 0) {
        while (q->length == 0 && !q->stopped)
            pthread_cond_wait(&q->filled, &q->lock);
        return;
    }
    struct timespec at = deadline_in(wait_ms);
    int timed_out = 0;
    while (q->length == 0 && !q->stopped && timed_out == 0)
        timed_out = pthread_cond_timedwait(&q->filled, &q->lock, &at);
}

size_t queue_take(struct queue *q, void **items, size_t most, int wait_ms)
{
    size_t n = 0;

    pthread_mutex_lock(&q->lock);
    if (wait_ms != 0)
        wait_filled(q, wait_ms);
    while (n < most && q->length > 0) {
        items[n++] = q->ring[q->head];
        q->head = (q->head + 1) % q->capacity;
        q->length--;
    }
    if (q->length > 0) /* for another taker: a put wakes only for the first item */
        pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
    return n;
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->length;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_stop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopped = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

bool queue_stopped(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool stopped = q->stopped;
    pthread_mutex_unlock(&q->lock);
    return stopped;
}
