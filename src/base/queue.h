/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h: a bounded queue of pointers between threads (mutex and condition). It owns its ring, not what the
 * pointers point to. queue_put never blocks: a full queue answers at once. Any thread. */
#ifndef DOORCODE_BASE_QUEUE_H
#define DOORCODE_BASE_QUEUE_H

#include "base/err.h"

#include <stddef.h>

struct queue;

/* A queue with room for `capacity` pointers; NULL without memory. */
struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q);
/* FULL when there is no room, STOPPING after queue_stop. */
NODISCARD err queue_put(struct queue *q, void *item);
/* Waits up to wait_ms (-1: for ever) for the first, then takes all there is, at most `most`. Returns how many;
 * 0 after the time, or once stopped and empty. */
size_t queue_take(struct queue *q, void **items, size_t most, int wait_ms);
size_t queue_length(struct queue *q);
void queue_stop(struct queue *q); /* wakes the taker; what is queued can still be taken */
bool queue_stopped(struct queue *q);

#endif
