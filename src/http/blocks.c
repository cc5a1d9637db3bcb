/* SPDX-License-Identifier: Apache-2.0 */
#include "http/blocks.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

struct link_to {
    struct link_to *next;
};

struct blocks {
    size_t size;
    size_t kept;
    pthread_mutex_t lock;
    struct link_to *free; /* under lock */
    size_t free_n;
};

struct blocks *blocks_new(size_t size, size_t kept)
{
    struct blocks *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->size = size < sizeof(struct link_to) ? sizeof(struct link_to) : size;
    b->kept = kept;
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

/* From the system, not from the heap: pages that no exchange needs are never touched, and all hold zeros. */
static void *map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void blocks_free(struct blocks *b)
{
    if (b == NULL)
        return;
    while (b->free != NULL) {
        struct link_to *next = b->free->next;
        munmap(b->free, b->size);
        b->free = next;
    }
    pthread_mutex_destroy(&b->lock);
    free(b);
}

void *block_take(struct blocks *b)
{
    pthread_mutex_lock(&b->lock);
    struct link_to *block = b->free;
    if (block != NULL) {
        b->free = block->next;
        b->free_n--;
    }
    pthread_mutex_unlock(&b->lock);
    return block != NULL ? block : map(b->size);
}

void block_give(struct blocks *b, void *block)
{
    struct link_to *head = block;

    pthread_mutex_lock(&b->lock);
    bool keep = b->free_n < b->kept;
    if (keep) {
        head->next = b->free;
        b->free = head;
        b->free_n++;
    }
    pthread_mutex_unlock(&b->lock);
    if (!keep)
        munmap(block, b->size);
}
