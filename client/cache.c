/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

#include "base/secret.h"
#include "client_limits.h"
#include "errors.h"
#include "http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct doorcode_cache {
    struct doorcode_cache_backend backend;
    void *ctx;
    char *place;
    pthread_mutex_t mutex; /* held for the time of one call of the backend */
    bool taken;            /* by a thread of this process */
};

static bool trouble(struct cache_fault *fault)
{
    fault->kind = DOORCODE_ERROR_CACHE;
    fault->text[sizeof(fault->text) - 1] = '\0'; /* whatever a backend of somebody else's has written */
    return false;
}

/* ---- taking ---- */

enum cache_try cache_try(struct doorcode_cache *cache, struct cache_fault *fault)
{
    int locked = 0;
    fault->text[0] = '\0';
    pthread_mutex_lock(&cache->mutex);
    if (!cache->taken)
        locked = cache->backend.lock != NULL ? cache->backend.lock(cache->ctx, fault->text) : 1;
    cache->taken = cache->taken || locked == 1;
    pthread_mutex_unlock(&cache->mutex);
    if (locked >= 0)
        return locked == 1 ? CACHE_TAKEN : CACHE_BUSY;
    trouble(fault);
    return CACHE_TROUBLE;
}

void cache_give(struct doorcode_cache *cache)
{
    pthread_mutex_lock(&cache->mutex);
    if (cache->backend.unlock != NULL)
        cache->backend.unlock(cache->ctx);
    cache->taken = false;
    pthread_mutex_unlock(&cache->mutex);
}

void cache_turn_begin(struct cache_turn *turn)
{
    *turn = (struct cache_turn){ .until = http_ticks() + CLIENT_CACHE_MS };
}

enum cache_try cache_turn_step(struct cache_turn *turn, struct doorcode_cache *cache, struct cache_fault *fault)
{
    enum cache_try tried = cache_try(cache, fault);
    turn->has = tried == CACHE_TAKEN;
    if (tried != CACHE_BUSY || http_ticks() < turn->until)
        return tried;
    snprintf(fault->text, sizeof(fault->text), "another program has held the tokens for too long");
    trouble(fault);
    return CACHE_TROUBLE;
}

void cache_turn_end(struct cache_turn *turn, struct doorcode_cache *cache)
{
    if (turn->has)
        cache_give(cache);
    turn->has = false;
}

bool cache_turn_wait(struct cache_turn *turn, struct doorcode_cache *cache, struct cache_fault *fault)
{
    static const struct timespec pause = { .tv_nsec = CLIENT_CACHE_PAUSE_MS * 1000000L };
    cache_turn_begin(turn);
    while (cache_turn_step(turn, cache, fault) == CACHE_BUSY)
        nanosleep(&pause, NULL);
    return turn->has;
}

/* ---- reading and writing ---- */

static bool tell_book_fault(const struct doorcode_cache *cache, enum book_fault found, struct cache_fault *fault)
{
    fault->kind = found == BOOK_NO_MEMORY ? DOORCODE_ERROR_NO_MEMORY : DOORCODE_ERROR_CACHE;
    if (found != BOOK_GOOD)
        snprintf(fault->text, sizeof(fault->text), "the tokens in %.400s are %s", cache->place,
                 found == BOOK_DAMAGED ? "damaged" : "in a format that is not known here");
    return found == BOOK_GOOD;
}

bool cache_read(struct doorcode_cache *cache, struct book *book, struct cache_fault *fault)
{
    char *bytes = NULL;
    size_t n = 0;
    *book = (struct book){ 0 };
    fault->text[0] = '\0';
    pthread_mutex_lock(&cache->mutex);
    int failed = cache->backend.read(cache->ctx, &bytes, &n, fault->text);
    pthread_mutex_unlock(&cache->mutex);
    if (failed != 0)
        return trouble(fault);
    return tell_book_fault(cache, book_read(bytes, n, book), fault);
}

bool cache_write(struct doorcode_cache *cache, const struct book *book, struct cache_fault *fault)
{
    size_t n = 0;
    char *bytes = book_write(book, &n);
    if (bytes == NULL)
        return tell_book_fault(cache, BOOK_NO_MEMORY, fault);
    fault->text[0] = '\0';
    pthread_mutex_lock(&cache->mutex);
    int failed = cache->backend.write(cache->ctx, bytes, n, fault->text);
    pthread_mutex_unlock(&cache->mutex);
    wipe(bytes, n);
    free(bytes);
    return failed == 0 || trouble(fault);
}

/* ---- making ---- */

struct doorcode_error cache_error_of(const struct cache_fault *fault)
{
    struct doorcode_error error = error_of(fault->kind);
    if (fault->kind != DOORCODE_ERROR_NO_MEMORY)
        error.description = fault->text;
    return error;
}

const struct doorcode_error *cache_error(const struct cache_fault *fault)
{
    static _Thread_local struct cache_fault last;
    static _Thread_local struct doorcode_error error;
    last = *fault;
    error = cache_error_of(&last);
    return &error;
}

static void free_ctx(const struct doorcode_cache_backend *backend, void *ctx)
{
    if (backend->free != NULL)
        backend->free(ctx);
}

const struct doorcode_error *cache_make(const struct doorcode_cache_backend *backend, void *ctx, const char *place,
                                        struct doorcode_cache **cache)
{
    *cache = calloc(1, sizeof(**cache));
    char *copy = strdup(place);
    if (*cache == NULL || copy == NULL) {
        free(*cache);
        free(copy);
        *cache = NULL;
        free_ctx(backend, ctx);
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    }
    (*cache)->backend = *backend;
    (*cache)->ctx = ctx;
    (*cache)->place = copy;
    pthread_mutex_init(&(*cache)->mutex, NULL);
    return NULL;
}

const struct doorcode_error *doorcode_cache_custom(const struct doorcode_cache_backend *backend, void *ctx,
                                                   struct doorcode_cache **cache)
{
    return cache_make(backend, ctx, "the application's own place", cache);
}

void doorcode_cache_free(struct doorcode_cache *cache)
{
    if (cache == NULL)
        return;
    free_ctx(&cache->backend, cache->ctx);
    pthread_mutex_destroy(&cache->mutex);
    free(cache->place);
    free(cache);
}

const char *doorcode_cache_place(const struct doorcode_cache *cache)
{
    return cache->place;
}
