/* SPDX-License-Identifier: Apache-2.0 */
/* heap_watch.h: a program's malloc and free, watched: how much one thread holds at the same time, and whether what it gives
 * back still has a secret in it. libcurl and OpenSSL can be left out: they take their memory by allocators of their own
 * then. Included by one file each. */
#ifndef DOORCODE_TESTS_HEAP_WATCH_H
#define DOORCODE_TESTS_HEAP_WATCH_H

#include <curl/curl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct heap_watch {
    const char *secrets[4]; /* that no freed block may have in it; NULL: fewer */
    long held, peak;        /* bytes since it began */
    long blocks;            /* held, since it began */
    unsigned freed, leaks;  /* blocks */
    unsigned fail_in;       /* so many requests for memory, and the last of them fails; 0: none does */
};

static _Thread_local struct heap_watch *heap_watched; /* of this thread; NULL: it is not watched */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { HEAP_CAN_WATCH = 0 }; /* the sanitizer has an allocator of its own */

static inline void heap_leave_out_libraries(void)
{
}
#else
enum { HEAP_CAN_WATCH = 1 };

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static inline void *heap_took(void *p)
{
    struct heap_watch *watch = heap_watched;
    if (watch != NULL && p != NULL) {
        watch->blocks++;
        watch->held += (long)malloc_usable_size(p);
        watch->peak = watch->held > watch->peak ? watch->held : watch->peak;
    }
    return p;
}

static inline bool heap_fails(void)
{
    struct heap_watch *watch = heap_watched;
    return watch != NULL && watch->fail_in > 0 && --watch->fail_in == 0;
}

static inline bool heap_has_secret(const struct heap_watch *watch, const void *p)
{
    for (size_t i = 0; i < 4 && watch->secrets[i] != NULL; i++)
        if (memmem(p, malloc_usable_size((void *)(uintptr_t)p), watch->secrets[i], strlen(watch->secrets[i])) != NULL)
            return true;
    return false;
}

/* Empty: what another, unwatched owner left in it is not this one's. */
void *malloc(size_t n)
{
    void *p = heap_fails() ? NULL : heap_took(__libc_malloc(n));
    if (p != NULL && heap_watched != NULL)
        memset(p, 0, malloc_usable_size(p));
    return p;
}

void *calloc(size_t n, size_t size)
{
    return heap_fails() ? NULL : heap_took(__libc_calloc(n, size));
}

void free(void *p)
{
    struct heap_watch *watch = heap_watched;
    if (watch != NULL && p != NULL) {
        watch->held -= (long)malloc_usable_size(p);
        watch->blocks--;
        watch->freed++;
        watch->leaks += heap_has_secret(watch, p);
    }
    __libc_free(p);
}

/* Always moves: then both blocks exist for a moment, and the former one is given back. */
void *realloc(void *p, size_t n)
{
    void *grown = malloc(n);
    size_t former = p != NULL ? malloc_usable_size(p) : 0;
    if (grown != NULL && former > 0)
        memcpy(grown, p, former < n ? former : n);
    if (grown != NULL)
        free(p);
    return grown;
}

static inline char *heap_strdup(const char *text)
{
    char *copy = __libc_malloc(strlen(text) + 1);
    return copy != NULL ? strcpy(copy, text) : NULL;
}

static inline void *heap_openssl_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return __libc_malloc(n);
}

static inline void *heap_openssl_realloc(void *p, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return __libc_realloc(p, n);
}

static inline void heap_openssl_free(void *p, const char *file, int line)
{
    (void)file, (void)line;
    __libc_free(p);
}

/* Before anything else of them is called. */
static inline void heap_leave_out_libraries(void)
{
    bool left_out = CRYPTO_set_mem_functions(heap_openssl_malloc, heap_openssl_realloc, heap_openssl_free) == 1 &&
                    curl_global_init_mem(CURL_GLOBAL_DEFAULT, __libc_malloc, __libc_free, __libc_realloc, heap_strdup,
                                         __libc_calloc) == CURLE_OK;
    if (!left_out)
        abort();
}
#endif

#endif
