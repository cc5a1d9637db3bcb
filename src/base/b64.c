/* SPDX-License-Identifier: Apache-2.0 */
#include "base/b64.h"

/* 255 where lo <= x <= hi, else 0. */
static unsigned in_range(unsigned x, unsigned lo, unsigned hi)
{
    return (((lo - 1U - x) & (x - hi - 1U)) >> 8) & 0xffU;
}

static char encode6(unsigned v, char c62, char c63)
{
    unsigned c = (in_range(v, 0, 25) & (v + 'A')) | (in_range(v, 26, 51) & (v - 26U + 'a')) |
                 (in_range(v, 52, 61) & (v - 52U + '0')) | (in_range(v, 62, 62) & (unsigned char)c62) |
                 (in_range(v, 63, 63) & (unsigned char)c63);
    return (char)c;
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

/* Four characters for three bytes, the last group shorter. dst has room for all of them. */
static size_t encode(char *dst, const unsigned char *b, size_t n, char c62, char c63)
{
    size_t length = 0;

    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        unsigned word = (unsigned)b[i] << 16;
        if (have > 1)
            word |= (unsigned)b[i + 1] << 8;
        if (have > 2)
            word |= b[i + 2];
        for (size_t k = 0; k <= have; k++)
            dst[length++] = encode6((word >> (18 - 6 * k)) & 63U, c62, c63);
    }
    return length;
}

static void put(struct buf *out, const unsigned char *b, size_t n, char c62, char c63)
{
    if (out->full || B64URL_LENGTH(n) > out->cap - out->n) {
        out->full = true;
        return;
    }
    out->n += encode(out->p + out->n, b, n, c62, c63);
}

void b64url_put(struct buf *out, const void *bytes, size_t n)
{
    put(out, bytes, n, '-', '_');
}

void b64_put(struct buf *out, const void *bytes, size_t n)
{
    put(out, bytes, n, '+', '/');
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
