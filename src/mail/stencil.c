/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/stencil.h"

#include <string.h>

_Static_assert(STENCIL_TEXT <= UINT16_MAX, "the place of a hole");

/* Where the next digits of the two values are expected. */
struct cutter {
    size_t code_digit;
    size_t id_digit;
};

/* The hole that the byte at `at` belongs to: the last, where that ends there and goes on, or a new one. */
static struct stencil_hole *hole_at(struct stencil *s, size_t at, size_t digit, bool is_id)
{
    struct stencil_hole *last = s->holes_n == 0 ? NULL : &s->holes[s->holes_n - 1];

    if (last != NULL && last->is_id == is_id && last->at + last->n == (int)at && last->digit + last->n == (int)digit)
        return last;
    if (s->holes_n == STENCIL_HOLES)
        return NULL;
    last = &s->holes[s->holes_n++];
    *last = (struct stencil_hole){ .at = (uint16_t)at, .digit = (uint8_t)digit, .is_id = is_id };
    return last;
}

/* Values are written whole and one after the other, and no encoding changes the order of bytes: so the digits of a value
 * come in turn. */
static bool cut_byte(struct stencil *s, struct cutter *c, size_t at, char second)
{
    bool is_code = s->text[at] == STENCIL_CODE_FIRST && second == STENCIL_CODE_SECOND;
    bool is_id = s->text[at] == '0' && second == 'f';

    if (!is_code && !is_id)
        return false;
    size_t *digit = is_id ? &c->id_digit : &c->code_digit;
    struct stencil_hole *hole = hole_at(s, at, *digit, is_id);
    if (hole == NULL)
        return false;
    hole->n++;
    *digit = (*digit + 1) % (is_id ? STENCIL_ID_DIGITS : s->code_digits);
    return true;
}

bool stencil_cut(struct stencil *s, struct slice second)
{
    struct cutter c = { 0 };

    s->holes_n = 0;
    if (second.n != s->n)
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (s->text[i] != second.p[i] && !cut_byte(s, &c, i, second.p[i]))
            return false;
    return c.code_digit == 0 && c.id_digit == 0;
}

static void put_hex(char out[STENCIL_ID_DIGITS], uint64_t id)
{
    for (size_t i = STENCIL_ID_DIGITS; i > 0; id >>= 4)
        out[--i] = "0123456789abcdef"[id & 15];
}

void stencil_print(const struct stencil *s, size_t from, const char *code, uint64_t id, struct buf *out)
{
    char hex[STENCIL_ID_DIGITS];
    size_t start = out->n;

    buf_put(out, (struct slice){ s->text + from, s->n - from });
    if (!buf_ok(out))
        return;
    put_hex(hex, id);
    for (size_t i = 0; i < s->holes_n; i++) {
        const struct stencil_hole *hole = &s->holes[i];
        memcpy(out->p + start + hole->at - from, (hole->is_id ? hex : code) + hole->digit, hole->n);
    }
}
