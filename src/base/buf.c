/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, void *p, size_t cap)
{
    *b = (struct buf){ .p = p, .cap = cap, .full = p == NULL };
}

void buf_init_arena(struct buf *b, struct arena *a, size_t cap)
{
    buf_init(b, arena_take_raw(a, cap), cap);
}

struct slice buf_close_arena(struct buf *b, struct arena *a)
{
    struct slice held = buf_slice(b);

    if (!b->full) /* else something was written behind what it holds */
        arena_give_back(a, b->p, b->cap, b->n);
    b->cap = b->n;
    return held;
}

void buf_put(struct buf *b, struct slice s)
{
    if (b->full || s.n > b->cap - b->n) {
        b->full = true;
        return;
    }
    if (s.n > 0)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void buf_puts(struct buf *b, const char *cstr)
{
    buf_put(b, slice_of(cstr));
}

void buf_putc(struct buf *b, char c)
{
    if (b->full || b->n == b->cap) {
        b->full = true;
        return;
    }
    b->p[b->n++] = c;
}

void buf_fmt(struct buf *b, const char *format, ...)
{
    va_list args;

    if (b->full)
        return;
    va_start(args, format);
    int n = vsnprintf(b->p + b->n, b->cap - b->n, format, args);
    va_end(args);
    /* vsnprintf needs one byte for its NUL, so the last byte of a buffer is not usable here. */
    if (n < 0 || (size_t)n >= b->cap - b->n) {
        b->full = true;
        return;
    }
    b->n += (size_t)n;
}

bool buf_ok(const struct buf *b)
{
    return !b->full;
}

struct slice buf_slice(const struct buf *b)
{
    return b->full ? SLICE_EMPTY : (struct slice){ b->p, b->n };
}
