/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/secret.h"

#include <string.h>

enum { ALIGN = 16 };

void arena_init(struct arena *a, void *block, size_t size)
{
    *a = (struct arena){ .block = block, .size = size };
}

void arena_init_zeroed(struct arena *a, void *block, size_t size)
{
    *a = (struct arena){ .block = block, .size = size, .zeroed = true };
}

void arena_reset(struct arena *a)
{
    wipe(a->block, a->hole);
    wipe(a->block + a->hole + a->hole_n, a->used - a->hole - a->hole_n);
    *a = (struct arena){ .block = a->block, .size = a->size, .zeroed = a->zeroed };
}

static size_t rounded(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

void arena_give_back(struct arena *a, const void *p, size_t n, size_t used)
{
    size_t at = (size_t)((const char *)p - a->block);
    size_t free = rounded(n) - rounded(used);

    if (at + rounded(n) == a->used) {
        a->used -= free;
    } else if (free > a->hole_n) { /* the largest is worth knowing: of a reply's room a tenth is used */
        a->hole = at + rounded(used);
        a->hole_n = free;
    }
}

void *arena_take_raw(struct arena *a, size_t n)
{
    size_t room = a->size - a->used;

    if (a->full || n > room || rounded(n) > room) {
        a->full = true;
        return NULL;
    }
    void *p = a->block + a->used;
    a->used += rounded(n);
    return p;
}

void *arena_take(struct arena *a, size_t n)
{
    void *p = arena_take_raw(a, n);

    if (p != NULL && !a->zeroed)
        memset(p, 0, n);
    return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *p = arena_take_raw(a, s.n);

    if (p == NULL)
        return SLICE_EMPTY;
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return (struct slice){ p, s.n };
}
