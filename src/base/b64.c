/* SPDX-License-Identifier: Apache-2.0 */
#include "base/b64.h"

#include <string.h>

enum { BLOCK = 48, BLOCK_TEXT = 64 };

/* 255 where lo <= x <= hi, else 0. */
static unsigned in_range(unsigned x, unsigned lo, unsigned hi)
{
    return (((lo - 1U - x) & (x - hi - 1U)) >> 8) & 0xffU;
}

/* 0..63, or 256 and more for a character outside the alphabet. */
static unsigned decode6(unsigned c, unsigned c62, unsigned c63)
{
    unsigned v = (in_range(c, 'A', 'Z') & (c - 'A')) | (in_range(c, 'a', 'z') & (c - 'a' + 26U)) |
                 (in_range(c, '0', '9') & (c - '0' + 52U)) | (in_range(c, c62, c62) & 62U) |
                 (in_range(c, c63, c63) & 63U);
    unsigned known = in_range(c, 'A', 'Z') | in_range(c, 'a', 'z') | in_range(c, '0', '9') | in_range(c, c62, c62) |
                     in_range(c, c63, c63);
    return v | ((~known & 0xffU) << 8);
}

static uint8_t beyond(uint8_t v, uint8_t end)
{
    return (uint8_t) - (v > end);
}

/* The runs of the alphabet lie apart: beyond the end of each, the distance to the next is added. No table, no branch: what
 * is encoded may be secret. The number of rounds is fixed, so that compilers do sixteen at once. */
static void to_characters(uint8_t v[BLOCK_TEXT], const char last[2])
{
    const uint8_t to_small = 'a' - 'Z' - 1, to_digit = (uint8_t)('0' - 'z' - 1);
    const uint8_t to_62 = (uint8_t)(last[0] - '9' - 1), to_63 = (uint8_t)(last[1] - last[0] - 1);

    for (size_t i = 0; i < BLOCK_TEXT; i++) {
        uint8_t c = (uint8_t)(v[i] + 'A' + (beyond(v[i], 25) & to_small) + (beyond(v[i], 51) & to_digit));
        v[i] = (uint8_t)(c + (beyond(v[i], 61) & to_62) + (beyond(v[i], 62) & to_63));
    }
}

/* Four characters for three bytes, the last group shorter. dst has room for all of them. */
static void encode(char *dst, const uint8_t *b, size_t n, const char last[2])
{
    for (size_t have; n > 0; n -= have, b += have) {
        uint8_t bytes[BLOCK] = { 0 }, text[BLOCK_TEXT];
        have = n < BLOCK ? n : BLOCK;
        memcpy(bytes, b, have);
        for (size_t i = 0; i < BLOCK / 3; i++) {
            unsigned three = (unsigned)bytes[3 * i] << 16 | (unsigned)bytes[3 * i + 1] << 8 | bytes[3 * i + 2];
            for (size_t k = 0; k < 4; k++)
                text[4 * i + k] = three >> (18 - 6 * k) & 63;
        }
        to_characters(text, last);
        memcpy(dst, text, B64URL_LENGTH(have));
        dst += BLOCK_TEXT;
    }
}

static void put(struct buf *out, const void *bytes, size_t n, const char last[2])
{
    if (out->full || B64URL_LENGTH(n) > out->cap - out->n) {
        out->full = true;
        return;
    }
    encode(out->p + out->n, bytes, n, last);
    out->n += B64URL_LENGTH(n);
}

void b64url_put(struct buf *out, const void *bytes, size_t n)
{
    put(out, bytes, n, "-_");
}

void b64_put(struct buf *out, const void *bytes, size_t n)
{
    put(out, bytes, n, "+/");
    for (size_t k = n % 3; k > 0 && k < 3; k++)
        buf_putc(out, '=');
}

static bool decode(struct slice text, unsigned c62, unsigned c63, void *out, size_t cap, size_t *n)
{
    unsigned char *dst = out;
    unsigned word = 0;
    unsigned bits = 0;
    unsigned bad = 0;
    size_t length = 0;

    if (text.n % 4 == 1 || text.n / 4 * 3 + (text.n % 4 * 3) / 4 > cap)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned v = decode6((unsigned char)text.p[i], c62, c63);
        bad |= v >> 8;
        word = (word << 6) | (v & 63U);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            dst[length++] = (unsigned char)(word >> bits);
        }
    }
    *n = length;
    return bad == 0 && (word & ((1U << bits) - 1U)) == 0;
}

bool b64url_decode(struct slice text, void *out, size_t cap, size_t *n)
{
    return decode(text, '-', '_', out, cap, n);
}

bool b64_decode(struct slice text, void *out, size_t cap, size_t *n)
{
    if (text.n % 4 != 0)
        return false;
    for (int padding = 0; padding < 2 && slice_ends(text, SLICE("=")); padding++)
        text.n--;
    return decode(text, '+', '/', out, cap, n);
}
