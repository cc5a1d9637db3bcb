/* SPDX-License-Identifier: Apache-2.0 */
#include "base/guid.h"

#include "base/hex.h"

#include <string.h>

/* Where the two digits of each byte stand: 8-4-4-4-12. */
static const uint8_t places[] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };
static const uint8_t hyphens[] = { 8, 13, 18, 23 };

bool guid_parse(struct slice text, struct guid *out)
{
    struct guid g;
    int seen = 0;

    if (text.n != GUID_TEXT)
        return false;
    for (size_t i = 0; i < sizeof hyphens; i++)
        if (text.p[hyphens[i]] != '-')
            return false;
    for (size_t i = 0; i < sizeof places; i++) {
        int high = hex_digit(text.p[places[i]]), low = hex_digit(text.p[places[i] + 1]);
        seen |= high | low;
        g.b[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
    if (seen < 0) /* one was none */
        return false;
    *out = g;
    return true;
}

struct guid_text guid_format(struct guid g)
{
    static const char digits[] = "0123456789abcdef";
    struct guid_text text;

    for (size_t i = 0; i < sizeof hyphens; i++)
        text.c[hyphens[i]] = '-';
    for (size_t i = 0; i < sizeof places; i++) {
        text.c[places[i]] = digits[g.b[i] >> 4];
        text.c[places[i] + 1] = digits[g.b[i] & 15];
    }
    text.c[GUID_TEXT] = '\0';
    return text;
}

bool guid_eq(struct guid a, struct guid b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool guid_is_nil(struct guid g)
{
    return guid_eq(g, GUID_NIL);
}

struct guid guid_new(const struct rng *rng)
{
    struct guid g;

    rng_fill(rng, g.b, sizeof g.b);
    g.b[6] = (uint8_t)((g.b[6] & 0x0f) | 0x40);
    g.b[8] = (uint8_t)((g.b[8] & 0x3f) | 0x80);
    return g;
}
