/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h: a place of tokens, read and written as a whole. */
#ifndef DOORCODE_CLIENT_CACHE_H
#define DOORCODE_CLIENT_CACHE_H

#include "book.h"

/* What went wrong with a place. */
struct cache_fault {
    enum doorcode_error_kind kind; /* CACHE, NO_MEMORY, NOT_AVAILABLE */
    char text[DOORCODE_CACHE_PROBLEM];
};

/* Whoever is to write has to have taken it before he reads. None of these waits. */
enum cache_try { CACHE_TAKEN, CACHE_BUSY, CACHE_TROUBLE };
enum cache_try cache_try(struct doorcode_cache *cache, struct cache_fault *fault);
void cache_give(struct doorcode_cache *cache);
/* False: `fault` says why, and the book is empty. */
bool cache_read(struct doorcode_cache *cache, struct book *book, struct cache_fault *fault);
bool cache_write(struct doorcode_cache *cache, const struct book *book, struct cache_fault *fault);

/* Waiting for one's turn to write, for an event loop: BUSY is to be tried again after CLIENT_CACHE_PAUSE_MS, but not for ever:
 * after CLIENT_CACHE_MS it is TROUBLE. */
struct cache_turn {
    int64_t until; /* ticks */
    bool has;      /* it is taken */
};
void cache_turn_begin(struct cache_turn *turn);
enum cache_try cache_turn_step(struct cache_turn *turn, struct doorcode_cache *cache, struct cache_fault *fault);
void cache_turn_end(struct cache_turn *turn, struct doorcode_cache *cache); /* gives it back, if it is taken */
/* The same, waiting here. */
bool cache_turn_wait(struct cache_turn *turn, struct doorcode_cache *cache, struct cache_fault *fault);

/* Takes ctx over, in any case; `place` as in doorcode_cache_place. */
const struct doorcode_error *cache_make(const struct doorcode_cache_backend *backend, void *ctx, const char *place,
                                        struct doorcode_cache **cache);
/* The error that a fault is; it borrows the fault's text. */
struct doorcode_error cache_error_of(const struct cache_fault *fault);
/* The same, the calling thread's. */
const struct doorcode_error *cache_error(const struct cache_fault *fault);

#endif
