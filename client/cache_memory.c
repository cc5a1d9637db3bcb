/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in this process only. */
#include "base/secret.h"
#include "cache.h"
#include "errors.h"

#include <stdio.h>
#include <stdlib.h>

struct memory {
    char *bytes;
    size_t n;
};

static void forget(struct memory *memory)
{
    if (memory->bytes != NULL)
        wipe(memory->bytes, memory->n);
    free(memory->bytes);
    *memory = (struct memory){ 0 };
}

static bool copy(const char *bytes, size_t n, struct memory *out)
{
    *out = (struct memory){ .bytes = malloc(n), .n = n };
    if (out->bytes != NULL)
        memcpy(out->bytes, bytes, n);
    return out->bytes != NULL;
}

static int read_memory(void *ctx, char **bytes, size_t *n, char *problem)
{
    const struct memory *memory = ctx;
    struct memory out = { 0 };
    if (memory->n > 0 && !copy(memory->bytes, memory->n, &out)) {
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "there is no memory");
        return -1;
    }
    *bytes = out.bytes;
    *n = out.n;
    return 0;
}

static int write_memory(void *ctx, const char *bytes, size_t n, char *problem)
{
    struct memory *memory = ctx;
    struct memory newer;
    if (!copy(bytes, n, &newer)) {
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "there is no memory");
        return -1;
    }
    forget(memory);
    *memory = newer;
    return 0;
}

static void free_memory(void *ctx)
{
    forget(ctx);
    free(ctx);
}

const struct doorcode_error *doorcode_cache_memory(struct doorcode_cache **cache)
{
    static const struct doorcode_cache_backend backend = { .read = read_memory,
                                                           .write = write_memory,
                                                           .free = free_memory };
    struct memory *memory = calloc(1, sizeof(*memory));
    *cache = NULL;
    return memory != NULL ? cache_make(&backend, memory, "memory", cache) : error_static(DOORCODE_ERROR_NO_MEMORY);
}
