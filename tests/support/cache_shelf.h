/* SPDX-License-Identifier: Apache-2.0 */
/* cache_shelf.h: a place for tokens of an application's own, which can be busy or broken. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_CACHE_SHELF_H
#define DOORCODE_TESTS_CACHE_SHELF_H

#include "support/cache_places.h"

struct shelf {
    char *bytes;
    size_t n;
    int locked;
    int busy;         /* so many times it is somebody else's */
    const char *sick; /* the function that fails */
    int calls;        /* at once, which must never be two */
    int frees;
};

static struct shelf shelf;

static inline int shelf_fails(struct shelf *s, const char *function, char *problem)
{
    if (s->sick == NULL || strcmp(s->sick, function) != 0)
        return 0;
    snprintf(problem, DOORCODE_CACHE_PROBLEM, "the shelf's %s is broken", function);
    return 1;
}

static inline int shelf_lock(void *ctx, char *problem)
{
    struct shelf *s = ctx;
    if (shelf_fails(s, "lock", problem))
        return -1;
    if (s->busy > 0) {
        s->busy--;
        return 0;
    }
    assert_int_equal(s->locked++, 0);
    return 1;
}

static inline void shelf_unlock(void *ctx)
{
    struct shelf *s = ctx;
    assert_int_equal(s->locked--, 1);
}

static inline int shelf_read(void *ctx, char **bytes, size_t *n, char *problem)
{
    struct shelf *s = ctx;
    assert_int_equal(s->calls++, 0);
    int fails = shelf_fails(s, "read", problem);
    if (!fails && s->n > 0) {
        *bytes = malloc(s->n);
        memcpy(*bytes, s->bytes, s->n);
        *n = s->n;
    }
    s->calls--;
    return -fails;
}

static inline int shelf_write(void *ctx, const char *bytes, size_t n, char *problem)
{
    struct shelf *s = ctx;
    assert_int_equal(s->calls++, 0);
    assert_int_equal(s->locked, 1);
    int fails = shelf_fails(s, "write", problem);
    if (!fails) {
        free(s->bytes);
        s->bytes = malloc(n);
        memcpy(s->bytes, bytes, n);
        s->n = n;
    }
    s->calls--;
    return -fails;
}

static inline void shelf_free(void *ctx)
{
    struct shelf *s = ctx;
    free(s->bytes);
    int frees = s->frees + 1;
    *s = (struct shelf){ .frees = frees };
}

static const struct doorcode_cache_backend shelf_backend = { shelf_lock, shelf_unlock, shelf_read, shelf_write,
                                                             shelf_free };

static inline const struct doorcode_error *open_shelf(struct doorcode_cache **cache)
{
    return doorcode_cache_custom(&shelf_backend, &shelf, cache);
}

#endif
