/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/letter.h"

#include "mail/text.h"

#include "base/secret.h"
#include "wire/phone.h"

#include <stddef.h>
#include <string.h>

enum { VERSION = 3, FIXED = 3, MINUTES_MAX = 1440 };

/* The texts of a letter in their packed order. A new field goes last, with a new VERSION. */
static const struct {
    size_t offset;
    size_t size;
} texts[] = {
#define TEXT_ROW(field)                                                     \
    {                                                                       \
        offsetof(struct letter, field), sizeof(((struct letter *)0)->field) \
    }
    TEXT_ROW(to),       TEXT_ROW(code),         TEXT_ROW(language),  TEXT_ROW(tenant_name),
    TEXT_ROW(logo_url), TEXT_ROW(accent_color), TEXT_ROW(client_id),
#undef TEXT_ROW
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool address_char_ok(char c)
{
    static const bool forbidden[256] = {
        ['\0'] = true, [' '] = true,  ['<'] = true, ['>'] = true, ['('] = true, [')'] = true, ['['] = true,
        [']'] = true,  ['\\'] = true, ['"'] = true, [','] = true, [':'] = true, [';'] = true, ['@'] = true
    };

    return !forbidden[(uint8_t)c];
}

bool letter_address_ok(struct slice address)
{
    struct slice domain;
    struct slice local = slice_cut(address, '@', &domain);

    if (address.n > LIMIT_EMAIL || local.n == 0 || domain.n == 0 || !text_is_clean(address))
        return false;
    for (size_t i = 0; i < address.n; i++)
        if (i != local.n && !address_char_ok(address.p[i]))
            return false;
    return true;
}

static bool number_ok(struct slice number)
{
    if (number.n < 2 || number.n >= PHONE_SIZE || number.p[0] != '+')
        return false;
    for (size_t i = 1; i < number.n; i++)
        if (!is_digit(number.p[i]))
            return false;
    return true;
}

static bool code_ok(struct slice code)
{
    if (code.n < LIMIT_CODE_DIGITS_MIN || code.n > LIMIT_CODE_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < code.n; i++)
        if (!is_digit(code.p[i]))
            return false;
    return true;
}

static bool language_ok(struct slice language)
{
    if (language.n < 2 || !is_lower(language.p[0]) || !is_lower(language.p[1]))
        return false;
    for (size_t i = 2; i < language.n; i++) {
        char c = language.p[i];
        if (c != '-' && !is_lower(c) && !is_digit(c) && !(c >= 'A' && c <= 'Z'))
            return false;
    }
    return true;
}

/* Only https: the one request that a mail makes must not be seen or changed on its way. */
static bool logo_ok(struct slice url)
{
    struct slice scheme = SLICE("https://");

    if (url.n == 0)
        return true;
    if (!slice_starts(url, scheme) || url.n == scheme.n)
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("\"'<>\\`{}", url.p[i]) != NULL)
            return false;
    return true;
}

/* The colour is written into a style attribute, where nothing but these seven characters may get. */
static bool color_ok(struct slice color)
{
    if (color.n == 0)
        return true;
    if (color.n != 7 || color.p[0] != '#')
        return false;
    for (size_t i = 1; i < color.n; i++) {
        char c = color.p[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
            return false;
    }
    return true;
}

static bool client_ok(struct slice client_id)
{
    struct guid id;

    return client_id.n == 0 || guid_parse(client_id, &id);
}

err letter_check(const struct letter *letter)
{
    for (size_t i = 0; i < TEXTS; i++)
        ENSURE(memchr((const char *)letter + texts[i].offset, '\0', texts[i].size) != NULL, FORMAT);
    ENSURE(letter->kind < LETTER_KINDS && letter->channel < CHANNEL_COUNT, FORMAT);
    ENSURE(letter->channel == CHANNEL_SMS ? number_ok(slice_of(letter->to)) : letter_address_ok(slice_of(letter->to)),
           FORMAT);
    ENSURE(code_ok(slice_of(letter->code)), FORMAT);
    ENSURE(language_ok(slice_of(letter->language)), FORMAT);
    ENSURE(letter->tenant_name[0] != '\0' && text_is_clean(slice_of(letter->tenant_name)), FORMAT);
    ENSURE(logo_ok(slice_of(letter->logo_url)), FORMAT);
    ENSURE(color_ok(slice_of(letter->accent_color)), FORMAT);
    ENSURE(client_ok(slice_of(letter->client_id)), FORMAT);
    ENSURE(letter->minutes >= 1 && letter->minutes <= MINUTES_MAX, FORMAT);
    return OK;
}

static void put_u16(struct buf *out, size_t value)
{
    buf_putc(out, (char)(value & 0xff));
    buf_putc(out, (char)(value >> 8 & 0xff));
}

err letter_pack(const struct letter *letter, struct buf *out)
{
    TRY(letter_check(letter));
    buf_putc(out, VERSION);
    buf_putc(out, (char)letter->kind);
    buf_putc(out, (char)letter->channel);
    put_u16(out, letter->minutes);
    for (size_t i = 0; i < TEXTS; i++) {
        struct slice text = slice_of((const char *)letter + texts[i].offset);
        put_u16(out, text.n);
        buf_put(out, text);
    }
    ENSURE(buf_ok(out), FULL);
    return OK;
}

static bool take_u16(struct slice *in, size_t *out)
{
    if (in->n < 2)
        return false;
    *out = (size_t)(uint8_t)in->p[0] | (size_t)(uint8_t)in->p[1] << 8;
    *in = slice_from(*in, 2);
    return true;
}

static err unpack_fields(struct slice in, struct letter *out)
{
    size_t n = 0;

    ENSURE(in.n >= FIXED && in.p[0] == VERSION, FORMAT);
    out->kind = (uint8_t)in.p[1];
    out->channel = (uint8_t)in.p[2];
    in = slice_from(in, FIXED);
    ENSURE(take_u16(&in, &n), FORMAT);
    out->minutes = (uint32_t)n;
    for (size_t i = 0; i < TEXTS; i++) {
        ENSURE(take_u16(&in, &n) && n <= in.n, FORMAT);
        ENSURE(slice_to_cstr((struct slice){ in.p, n }, (char *)out + texts[i].offset, texts[i].size), FORMAT);
        in = slice_from(in, n);
    }
    ENSURE(in.n == 0, FORMAT);
    return letter_check(out);
}

err letter_unpack(struct slice bytes, struct letter *out)
{
    memset(out, 0, sizeof *out);
    err e = unpack_fields(bytes, out);
    if (!err_is_ok(e))
        wipe(out, sizeof *out);
    return e;
}
