/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h: output born with its maximum. A full buffer is sticky: later puts do nothing, and the caller looks
 * once at the end (buf_ok). Borrows its memory. One thread at a time. */
#ifndef DOORCODE_BASE_BUF_H
#define DOORCODE_BASE_BUF_H

#include "base/arena.h"
#include "base/slice.h"

/* For room on the stack that is written before it is read: the compiler, told to zero what is not initialised
 * (-ftrivial-auto-var-init), leaves it as it is. */
#define UNINITIALISED __attribute__((uninitialized))

struct buf {
    char *p;
    size_t n;
    size_t cap;
    bool full;
};

void buf_init(struct buf *b, void *p, size_t cap);
/* Takes `cap` bytes from the arena; a buffer that is full from the start where the arena has no room. */
void buf_init_arena(struct buf *b, struct arena *a, size_t cap);
/* What it holds. The room it did not use goes back to the arena, see arena_give_back; write no more into it. */
struct slice buf_close_arena(struct buf *b, struct arena *a);
void buf_fmt(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_number(struct buf *b, int64_t value); /* decimal */

/* The shortest stand here, as a call costs more than what they do. */

static inline void buf_put(struct buf *b, struct slice s)
{
    if (b->full || s.n > b->cap - b->n) {
        b->full = true;
        return;
    }
    if (s.n > 0)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

static inline void buf_puts(struct buf *b, const char *cstr)
{
    buf_put(b, slice_of(cstr));
}

static inline void buf_putc(struct buf *b, char c)
{
    if (b->full || b->n == b->cap) {
        b->full = true;
        return;
    }
    b->p[b->n++] = c;
}

static inline bool buf_ok(const struct buf *b)
{
    return !b->full;
}

static inline struct slice buf_slice(const struct buf *b) /* what was put so far; empty once full */
{
    return b->full ? SLICE_EMPTY : (struct slice){ b->p, b->n };
}

#endif
