/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/stencil.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/secret.h"

#include <string.h>

_Static_assert(STENCIL_TEXT <= UINT16_MAX, "the place of a hole");

enum { GROUP_CHARACTERS = 4, GROUP_BYTES = 3, CODE_BYTES = GROUP_BYTES + LIMIT_CODE_DIGITS_MAX + GROUP_BYTES };

/* Where the two texts are compared, and which digits of the values come next. */
struct cutter {
    struct stencil *s;
    struct slice second;
    size_t line; /* where this line starts */
    size_t code_digit;
    size_t id_digit;
};

/* Whether the digit at this place goes on with the hole. */
static bool goes_on(const struct stencil_hole *h, enum stencil_value value, size_t at, size_t byte, size_t digit)
{
    bool base64 = value == STENCIL_CODE_IN_BASE64;
    size_t after = h->at + (base64 ? (size_t)(h->byte + h->n) / GROUP_BYTES * GROUP_CHARACTERS : h->n);
    size_t byte_after = base64 ? (size_t)(h->byte + h->n) % GROUP_BYTES : 0;

    return h->value == value && at == after && byte == byte_after && digit == (size_t)(h->digit + h->n);
}

/* Values are written whole and one after the other, and no encoding changes the order of bytes: so the digits of a value
 * come in turn. */
static bool add_digit(struct cutter *c, enum stencil_value value, size_t at, size_t byte)
{
    struct stencil *s = c->s;
    size_t *digit = value == STENCIL_ID ? &c->id_digit : &c->code_digit;
    struct stencil_hole *hole = s->holes_n == 0 ? NULL : &s->holes[s->holes_n - 1];

    if (hole == NULL || !goes_on(hole, value, at, byte, *digit)) {
        if (s->holes_n == STENCIL_HOLES)
            return false;
        hole = &s->holes[s->holes_n++];
        *hole = (struct stencil_hole){
            .value = value, .at = (uint16_t)at, .byte = (uint8_t)byte, .digit = (uint8_t)*digit
        };
    }
    hole->n++;
    *digit = (*digit + 1) % (value == STENCIL_ID ? STENCIL_ID_DIGITS : s->code_digits);
    return true;
}

static bool is_code(char first, char second)
{
    return first == STENCIL_CODE_FIRST && second == STENCIL_CODE_SECOND;
}

/* The digits in the four characters of base64 at `at`. */
static bool cut_group(struct cutter *c, size_t at)
{
    char first[GROUP_BYTES], second[GROUP_BYTES];
    size_t n, second_n;

    if (c->s->n - at < GROUP_CHARACTERS ||
        !b64_decode((struct slice){ c->s->text + at, GROUP_CHARACTERS }, first, sizeof first, &n) ||
        !b64_decode((struct slice){ c->second.p + at, GROUP_CHARACTERS }, second, sizeof second, &second_n) ||
        n != second_n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (first[i] != second[i] && !(is_code(first[i], second[i]) && add_digit(c, STENCIL_CODE_IN_BASE64, at, i)))
            return false;
    return true;
}

/* The texts differ at *at: takes that byte, or the group that it is in, and moves to its last. */
static bool cut_at(struct cutter *c, size_t *at)
{
    char first = c->s->text[*at], second = c->second.p[*at];

    if (is_code(first, second))
        return add_digit(c, STENCIL_CODE, *at, 0);
    if (first == '0' && second == 'f')
        return add_digit(c, STENCIL_ID, *at, 0);
    size_t group = *at - (*at - c->line) % GROUP_CHARACTERS;
    *at = group + GROUP_CHARACTERS - 1;
    return cut_group(c, group);
}

bool stencil_cut(struct stencil *s, struct slice second)
{
    struct cutter c = { .s = s, .second = second };

    s->holes_n = 0;
    if (second.n != s->n)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->text[i] == '\n')
            c.line = i + 1;
        if (s->text[i] != second.p[i] && !cut_at(&c, &i))
            return false;
    }
    return c.code_digit == 0 && c.id_digit == 0;
}

static void put_hex(char out[STENCIL_ID_DIGITS], uint64_t id)
{
    for (size_t i = STENCIL_ID_DIGITS; i > 0; id >>= 4)
        out[--i] = "0123456789abcdef"[id & 15];
}

/* Base64 is taken back to bytes for it; what stands there besides stays. */
static void fill_base64(const struct stencil_hole *hole, const char *digits, char *at)
{
    size_t groups = (size_t)(hole->byte + hole->n + GROUP_BYTES - 1) / GROUP_BYTES;
    char bytes[CODE_BYTES];
    struct buf out;
    size_t n;

    bool decoded = b64_decode((struct slice){ at, groups * GROUP_CHARACTERS }, bytes, sizeof bytes, &n);
    ASSERT(decoded && n >= (size_t)(hole->byte + hole->n));
    memcpy(bytes + hole->byte, digits, hole->n);
    buf_init(&out, at, groups * GROUP_CHARACTERS);
    b64_put(&out, bytes, n);
    wipe(bytes, sizeof bytes);
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
        char *at = out->p + start + hole->at - from;
        const char *digits = (hole->value == STENCIL_ID ? hex : code) + hole->digit;
        if (hole->value == STENCIL_CODE_IN_BASE64)
            fill_base64(hole, digits, at);
        else
            memcpy(at, digits, hole->n);
    }
}
