/* SPDX-License-Identifier: Apache-2.0 */
#include "base/b64.h"

#include <endian.h>
#include <string.h>

enum { BLOCK = 48, BLOCK_TEXT = 64, SIX = 6, EIGHT = 8 };

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

/* Six bytes become eight of six bits. All are moved at once, by halves: of 48 bits, of 24, of 12. */
static void spread(uint8_t text[EIGHT], const uint8_t bytes[EIGHT])
{
    uint64_t v;

    memcpy(&v, bytes, sizeof v);
    v = be64toh(v) >> 16;
    v = v >> 24 | (v & 0xffffff) << 32;
    v = (v >> 12 & 0x00000fff00000fff) | (v & 0x00000fff00000fff) << 16;
    v = (v >> 6 & 0x003f003f003f003f) | (v & 0x003f003f003f003f) << 8;
    v = htole64(v);
    memcpy(text, &v, sizeof v);
}

/* Four characters for three bytes, the last group shorter. dst has room for all of them. */
static void encode(char *dst, const uint8_t *b, size_t n, const char last[2])
{
    for (size_t have; n > 0; n -= have, b += have) {
        uint8_t bytes[BLOCK - SIX + EIGHT] = { 0 }, text[BLOCK_TEXT];
        have = n < BLOCK ? n : BLOCK;
        memcpy(bytes, b, have);
        for (size_t i = 0; i < BLOCK / SIX; i++)
            spread(text + EIGHT * i, bytes + SIX * i);
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

static uint8_t within(uint8_t c, char first, char end)
{
    return (uint8_t) - ((c >= (uint8_t)first) & (c <= (uint8_t)end));
}

/* The way back, as above. Returns 0 where all were of the alphabet. */
static uint8_t from_characters(uint8_t c[BLOCK_TEXT], const char last[2])
{
    const char c62 = last[0], c63 = last[1];
    uint8_t unknown = 0;

    for (size_t i = 0; i < BLOCK_TEXT; i++) {
        uint8_t large = within(c[i], 'A', 'Z'), small = within(c[i], 'a', 'z'), digit = within(c[i], '0', '9');
        uint8_t is_62 = within(c[i], c62, c62), is_63 = within(c[i], c63, c63);
        unknown |= (uint8_t) ~(large | small | digit | is_62 | is_63);
        c[i] = (uint8_t)((large & (c[i] - 'A')) | (small & (c[i] - 'a' + 26)) | (digit & (c[i] - '0' + 52)) |
                         (is_62 & 62) | (is_63 & 63));
    }
    return unknown;
}

/* At most BLOCK_TEXT characters; the bits of a last one that no byte has are 0 in a sound text. */
static bool decode_block(uint8_t *dst, struct slice text, const char last[2])
{
    uint8_t v[BLOCK_TEXT], bytes[BLOCK];
    size_t n = text.n * 3 / 4;

    memset(v, 'A', sizeof v); /* a 0 */
    memcpy(v, text.p, text.n);
    uint8_t unknown = from_characters(v, last);
    for (size_t i = 0; i < BLOCK / 3; i++) {
        unsigned three =
            (unsigned)v[4 * i] << 18 | (unsigned)v[4 * i + 1] << 12 | (unsigned)v[4 * i + 2] << 6 | v[4 * i + 3];
        bytes[3 * i] = (uint8_t)(three >> 16);
        bytes[3 * i + 1] = (uint8_t)(three >> 8);
        bytes[3 * i + 2] = (uint8_t)three;
    }
    memcpy(dst, bytes, n);
    return unknown == 0 && (n == BLOCK || bytes[n] == 0);
}

static bool decode(struct slice text, const char last[2], void *out, size_t cap, size_t *n)
{
    uint8_t *dst = out;
    bool sound = true;

    if (text.n % 4 == 1 || text.n / 4 * 3 + (text.n % 4 * 3) / 4 > cap)
        return false;
    *n = text.n / 4 * 3 + (text.n % 4 * 3) / 4;
    while (text.n > 0) {
        struct slice block = { text.p, text.n < BLOCK_TEXT ? text.n : BLOCK_TEXT };
        sound &= decode_block(dst, block, last);
        dst += BLOCK;
        text = slice_from(text, block.n);
    }
    return sound;
}

bool b64url_decode(struct slice text, void *out, size_t cap, size_t *n)
{
    return decode(text, "-_", out, cap, n);
}

bool b64_decode(struct slice text, void *out, size_t cap, size_t *n)
{
    if (text.n % 4 != 0)
        return false;
    for (int padding = 0; padding < 2 && slice_ends(text, SLICE("=")); padding++)
        text.n--;
    return decode(text, "+/", out, cap, n);
}
