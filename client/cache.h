/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h: a place of tokens, read and written as a whole. */
#ifndef DOORCODE_CLIENT_CACHE_H
#define DOORCODE_CLIENT_CACHE_H

#include "book.h"

/* What went wrong with a place. */
struct cache_fault {
    enum doorcode_error_kind kind; /* CACHE, NO_MEMORY, TIMEOUT: others have held it too long */
    char text[DOORCODE_CACHE_PROBLEM];
};

/* Whoever is to write has to have taken it before he reads. None of these waits. */
enum cache_try { CACHE_TAKEN, CACHE_BUSY, CACHE_TROUBLE };
enum cache_try cache_try(struct doorcode_cache *cache, struct cache_fault *fault);
void cache_give(struct doorcode_cache *cache);
/* False: `fault` says why, and the book is empty. */
bool cache_read(struct doorcode_cache *cache, struct book *book, struct cache_fault *fault);
bool cache_write(struct doorcode_cache *cache, const struct book *book, struct cache_fault *fault);

/* Takes it, waiting here for others. */
bool cache_take(struct doorcode_cache *cache, struct cache_fault *fault);
/* That others have held it too long. */
void cache_set_late(struct cache_fault *fault);

/* Takes ctx over, in any case; `place` as in doorcode_cache_place. */
const struct doorcode_error *cache_make(const struct doorcode_cache_backend *backend, void *ctx, const char *place,
                                        struct doorcode_cache **cache);
/* The calling thread's error. */
const struct doorcode_error *cache_error(const struct cache_fault *fault);

#endif
