/* SPDX-License-Identifier: Apache-2.0 */
#include "base/guid.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_hyphen_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool guid_parse(struct slice text, struct guid *out)
{
    struct guid g;
    size_t nibble = 0;

    memset(&g, 0, sizeof g);
    if (text.n != GUID_TEXT)
        return false;
    for (size_t i = 0; i < GUID_TEXT; i++) {
        if (is_hyphen_place(i)) {
            if (text.p[i] != '-')
                return false;
            continue;
        }
        int value = hex_value(text.p[i]);
        if (value < 0)
            return false;
        g.b[nibble / 2] = (uint8_t)((g.b[nibble / 2] << 4) | value);
        nibble++;
    }
    *out = g;
    return true;
}

struct guid_text guid_format(struct guid g)
{
    static const char digits[] = "0123456789abcdef";
    struct guid_text text;
    size_t nibble = 0;

    for (size_t i = 0; i < GUID_TEXT; i++) {
        if (is_hyphen_place(i)) {
            text.c[i] = '-';
            continue;
        }
        uint8_t byte = g.b[nibble / 2];
        text.c[i] = digits[nibble % 2 == 0 ? byte >> 4 : byte & 15];
        nibble++;
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
