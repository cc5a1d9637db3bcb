/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/form.h"

#include "base/hex.h"

#include <string.h>
#include <unistr.h>

static bool is_encoded(struct slice s)
{
    return s.n > 0 && (memchr(s.p, '%', s.n) != NULL || memchr(s.p, '+', s.n) != NULL);
}

/* No NUL: names and values end up in C strings of libraries. */
static bool is_text(struct slice s)
{
    if (s.n == 0)
        return true;
    return memchr(s.p, '\0', s.n) == NULL && (slice_is_ascii(s) || u8_check((const uint8_t *)s.p, s.n) == NULL);
}

/* The byte that "%41" at s[i] stands for; -1 for a broken escape. */
static int escaped_byte(struct slice s, size_t i)
{
    if (s.n - i < 3)
        return -1;
    int high = hex_digit(s.p[i + 1]);
    int low = hex_digit(s.p[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Into `dst`, which has room for s.n bytes. */
static err decode_bytes(struct slice s, char *dst, size_t *length)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] == '+' ? ' ' : s.p[i];
        if (c == '%') {
            int byte = escaped_byte(s, i);
            ENSURE(byte >= 0, FORMAT);
            c = (char)byte;
            i += 2;
        }
        dst[n++] = c;
    }
    *length = n;
    return OK;
}

err form_decode(struct slice s, struct arena *arena, struct slice *out)
{
    *out = s;
    if (is_encoded(s)) {
        char *dst = arena_take(arena, s.n);
        ENSURE(dst != NULL, FULL);
        TRY(decode_bytes(s, dst, &out->n));
        out->p = dst;
    }
    ENSURE(is_text(*out), FORMAT);
    return OK;
}

err form_parse(struct slice body, struct arena *arena, struct form *out)
{
    out->n = 0;
    /* Documented samples show bodies that begin with '?' (spec V1, 1.4). */
    if (slice_starts(body, SLICE("?")))
        body = slice_from(body, 1);
    while (body.n > 0) {
        struct slice value;
        struct slice pair = slice_cut(body, '&', &body);
        if (pair.n == 0)
            continue;
        ENSURE(out->n < LIMIT_FORM_FIELDS, FULL);
        struct form_field *field = &out->fields[out->n];
        struct slice name = slice_cut(pair, '=', &value);
        TRY(form_decode(name, arena, &field->name));
        TRY(form_decode(value, arena, &field->value));
        out->n++;
    }
    return OK;
}

bool form_is_type(struct slice content_type)
{
    struct slice parameters;

    return slice_eq_nocase(slice_trim(slice_cut(content_type, ';', &parameters)),
                           SLICE("application/x-www-form-urlencoded"));
}

struct slice form_get(const struct form *form, struct slice name)
{
    for (size_t i = 0; i < form->n; i++)
        if (slice_eq(form->fields[i].name, name))
            return form->fields[i].value;
    return SLICE_EMPTY;
}

bool form_has(const struct form *form, struct slice name)
{
    for (size_t i = 0; i < form->n; i++)
        if (slice_eq(form->fields[i].name, name))
            return true;
    return false;
}

bool form_wants(const struct form *form, struct slice name)
{
    struct slice value = form_get(form, name);

    return slice_eq(value, SLICE("1")) || slice_eq_nocase(value, SLICE("true"));
}

bool form_repeated(const struct form *form, struct slice name)
{
    size_t seen = 0;

    for (size_t i = 0; i < form->n; i++)
        if (slice_eq(form->fields[i].name, name))
            seen++;
    return seen > 1;
}

/* RFC 3986, 2.3. */
static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static void put_encoded(struct buf *out, struct slice s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        if (is_unreserved(s.p[i])) {
            buf_putc(out, s.p[i]);
            continue;
        }
        buf_putc(out, '%');
        buf_putc(out, digits[byte >> 4]);
        buf_putc(out, digits[byte & 15]);
    }
}

void form_put(struct buf *out, struct slice name, struct slice value)
{
    if (out->n > 0)
        buf_putc(out, '&');
    put_encoded(out, name);
    buf_putc(out, '=');
    put_encoded(out, value);
}
