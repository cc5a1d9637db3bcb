/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_out.h"

#include "base/err.h"

#include <unistr.h>

enum { BLOCK = 16 };

/* Stands for itself between quotes (RFC 8259, 7). */
static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;

    return (byte >= 0x20) & (byte < 0x80) & (byte != '"') & (byte != '\\');
}

/* The number of rounds is fixed, so that compilers do sixteen at once. */
static bool is_plain_block(const char *p)
{
    uint8_t plain = 0;

    for (size_t i = 0; i < BLOCK; i++)
        plain = (uint8_t)(plain + is_plain(p[i]));
    return plain == BLOCK;
}

static size_t plain_run(struct slice s)
{
    size_t n = 0;

    while (s.n - n >= BLOCK && is_plain_block(s.p + n))
        n += BLOCK;
    while (n < s.n && is_plain(s.p[n]))
        n++;
    return n;
}

static void put_escape(struct buf *out, char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char shorts[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
    unsigned char byte = (unsigned char)c;

    buf_putc(out, '\\');
    if (byte >= 0x20) {
        buf_putc(out, c);
    } else if (shorts[byte] != 0) {
        buf_putc(out, shorts[byte]);
    } else {
        buf_puts(out, "u00");
        buf_putc(out, digits[byte >> 4]);
        buf_putc(out, digits[byte & 15]);
    }
}

/* One character of more than one byte, or U+FFFD for what is none; returns the bytes used, at least 1. */
static size_t put_wide(struct buf *out, struct slice s)
{
    ucs4_t c;
    int n = u8_mbtoucr(&c, (const uint8_t *)s.p, s.n);

    if (n > 0) {
        buf_put(out, (struct slice){ s.p, (size_t)n });
        return (size_t)n;
    }
    buf_puts(out, "\xef\xbf\xbd");
    n = u8_mbtouc(&c, (const uint8_t *)s.p, s.n);
    return n > 0 ? (size_t)n : 1;
}

static void put_text(struct buf *out, struct slice s)
{
    buf_putc(out, '"');
    while (s.n > 0) {
        size_t n = plain_run(s);
        buf_put(out, (struct slice){ s.p, n });
        s = slice_from(s, n);
        if (s.n == 0)
            break;
        n = 1;
        if ((unsigned char)s.p[0] >= 0x80)
            n = put_wide(out, s);
        else
            put_escape(out, s.p[0]);
        s = slice_from(s, n);
    }
    buf_putc(out, '"');
}

/* The comma before a value, and its key. */
static void begin_value(struct json *j, const char *key)
{
    bool in_object = j->depth > 0 && j->close[j->depth - 1] == '}';

    ASSERT((key != NULL) == in_object);
    if (j->depth > 0) {
        if (j->started[j->depth - 1])
            buf_putc(j->out, ',');
        j->started[j->depth - 1] = true;
    }
    if (key == NULL)
        return;
    put_text(j->out, slice_of(key));
    buf_putc(j->out, ':');
}

static void open_level(struct json *j, const char *key, char open, char close)
{
    ASSERT(j->depth < JSON_DEPTH);
    begin_value(j, key);
    buf_putc(j->out, open);
    j->close[j->depth] = close;
    j->started[j->depth] = false;
    j->depth++;
}

void json_start(struct json *j, struct buf *out)
{
    *j = (struct json){ .out = out };
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, '{', '}');
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, '[', ']');
}

void json_end(struct json *j)
{
    ASSERT(j->depth > 0);
    j->depth--;
    buf_putc(j->out, j->close[j->depth]);
}

void json_text(struct json *j, const char *key, struct slice value)
{
    begin_value(j, key);
    put_text(j->out, value);
}

void json_cstr(struct json *j, const char *key, const char *value)
{
    json_text(j, key, slice_of(value));
}

void json_number(struct json *j, const char *key, int64_t value)
{
    begin_value(j, key);
    buf_number(j->out, value);
}

void json_flag(struct json *j, const char *key, bool value)
{
    begin_value(j, key);
    buf_puts(j->out, value ? "true" : "false");
}

void json_raw(struct json *j, const char *key, struct slice json)
{
    begin_value(j, key);
    buf_put(j->out, json);
}
