/* SPDX-License-Identifier: Apache-2.0 */
#include "json_secrets.h"

#include <string.h>

static const char *const names[JSON_SECRETS] = { "continuation_token", "access_token", "id_token",
                                                 "refresh_token",      "client_info",  "device_code" };

static int index_of(struct slice name)
{
    for (int i = 0; i < JSON_SECRETS; i++) {
        if (slice_eq(name, slice_of(names[i])))
            return i;
    }
    return -1;
}

/* The bytes between the quotes at `at`; *next is behind them, or NULL where the text has no end. */
static struct slice quoted(const char *at, const char *end, const char **next)
{
    const char *begin = at + 1;
    for (at = begin; at < end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < end;
    *next = at < end ? at + 1 : NULL;
    return (struct slice){ begin, (size_t)(at - begin) };
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
        at++;
    return at;
}

/* Of \u0021 to \u007e; 0 for all others. */
static char decode_hex(struct slice digits)
{
    unsigned value = 0;
    if (digits.n < 4)
        return '\0';
    for (size_t i = 0; i < 4; i++) {
        static const char hex[] = "0123456789abcdef";
        const char *digit = memchr(hex, digits.p[i] | (digits.p[i] >= 'A' ? 0x20 : 0), 16);
        if (digit == NULL)
            return '\0';
        value = value * 16 + (unsigned)(digit - hex);
    }
    return value > ' ' && value < 0x7F ? (char)value : '\0';
}

/* One character from the front of `text`; 0: it is none of a token's. */
static char decode_one(struct slice *text)
{
    char c = text->p[0];
    size_t used = 1;
    if (c == '\\' && text->n > 1) {
        c = text->p[1];
        used = 2;
        if (c == 'u') {
            c = decode_hex(slice_from(*text, 2));
            used = 6;
        } else if (strchr("\"\\/", c) == NULL) {
            return '\0';
        }
    } else if (c <= ' ' || c >= 0x7F || c == '\\') {
        return '\0';
    }
    *text = slice_from(*text, used);
    return c;
}

/* NULL where it is no token, or the arena is full. */
static const char *decode(struct slice text, struct arena *arena)
{
    char *out = arena_take(arena, text.n + 1);
    for (size_t n = 0; out != NULL && text.n > 0; n++) {
        out[n] = decode_one(&text);
        if (out[n] == '\0')
            return NULL;
    }
    return out;
}

static void take(struct slice name, struct slice value, struct arena *arena, struct json_secrets *out)
{
    int i = index_of(name);
    if (i < 0 || out->texts[i] != NULL)
        return;
    out->texts[i] = decode(value, arena);
    if (out->texts[i] == NULL || value.n == 0)
        return;
    char *bytes = (char *)(uintptr_t)value.p; /* the caller's own */
    bytes[0] = '"';                           /* the text is empty now, and blanks follow it */
    memset(bytes + 1, ' ', value.n);
}

/* From behind a member's name; behind its value where that is a text. */
static const char *take_value(const char *at, const char *end, struct slice name, struct arena *arena,
                              struct json_secrets *out)
{
    const char *next;
    at = skip_blanks(at, end);
    if (at == end || *at != ':')
        return at;
    at = skip_blanks(at + 1, end);
    if (at == end || *at != '"')
        return at;
    struct slice value = quoted(at, end, &next);
    if (next != NULL && name.p != NULL)
        take(name, value, arena, out);
    return next;
}

void json_secrets_take(char *bytes, size_t n, struct arena *arena, struct json_secrets *out)
{
    const char *end = bytes + n;
    size_t depth = 0;
    *out = (struct json_secrets){ { NULL } };
    for (const char *at = bytes; at != NULL && at < end;) {
        if (*at == '"') {
            const char *next;
            struct slice name = quoted(at, end, &next);
            at = next == NULL ? NULL : take_value(next, end, depth == 1 ? name : SLICE_EMPTY, arena, out);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= (*at == '}' || *at == ']') && depth > 0;
        at++;
    }
}

const char *json_secrets_text(const struct json_secrets *secrets, const json_t *root, const char *name,
                              struct arena *arena, size_t max)
{
    int i = index_of(slice_of(name));
    if (i < 0 || secrets->texts[i] == NULL)
        return json_copy_text(root, name, arena, max);
    return strlen(secrets->texts[i]) <= max ? secrets->texts[i] : "";
}
