/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h: the memory of one exchange: a fixed block, cut from the front, never freed piecewise.
 * Overflow is sticky: arena_take gives NULL and `full` stays set until reset. One thread at a time. */
#ifndef DOORCODE_BASE_ARENA_H
#define DOORCODE_BASE_ARENA_H

#include "base/slice.h"

struct arena {
    char *block; /* borrowed; the owner frees it */
    size_t size;
    size_t used;
    bool full;
    size_t hole; /* within what is used: taken and never written */
    size_t hole_n;
    bool zeroed; /* what is not taken holds zeros */
};

void arena_init(struct arena *a, void *block, size_t size);
/* The same for a block of zeros, which arena_take need not clear; after arena_reset it is one again. */
void arena_init_zeroed(struct arena *a, void *block, size_t size);
void arena_reset(struct arena *a); /* wipes what was used: codes and tokens passed through here */
/* Zeroed, 16-byte aligned; NULL once full. */
void *arena_take(struct arena *a, size_t n);
/* The same, not zeroed: for what is written before it is read. */
void *arena_take_raw(struct arena *a, size_t n);
/* Of n bytes that were taken, only the first `used` have been written to: the rest, which is not wiped, can be taken again if
 * nothing was taken since. */
void arena_give_back(struct arena *a, const void *p, size_t n, size_t used);
/* A copy in the arena; the empty slice once full. */
struct slice arena_copy(struct arena *a, struct slice s);

#endif
