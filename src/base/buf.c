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

void buf_number(struct buf *b, int64_t value)
{
    UNINITIALISED char digits[sizeof "-9223372036854775808"];
    char *end = digits + sizeof digits;
    char *at = end;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    buf_put(b, (struct slice){ at, (size_t)(end - at) });
}
