/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "base/secret.h"

#include <string.h>

json_t *json_read_object(struct slice bytes)
{
    json_t *root = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(root))
        return root;
    json_wipe_free(root);
    return NULL;
}

static void wipe_strings(json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_string(value))
        /* The string is owned by this tree alone, made from bytes just read: writing to it is safe. */
        wipe((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_object_foreach(value, name, member)
    {
        wipe_strings(member);
    }
    json_array_foreach(value, i, member)
    {
        wipe_strings(member);
    }
}

void json_wipe_free(json_t *root)
{
    if (root == NULL)
        return;
    wipe_strings(root);
    json_decref(root);
}

void json_close(json_t **root)
{
    json_wipe_free(*root);
}

static const char *copy(const json_t *value, struct arena *arena, size_t n)
{
    char *text = arena_take(arena, n + 1);
    if (text == NULL)
        return "";
    memcpy(text, json_string_value(value), n);
    text[n] = '\0';
    return text;
}

const char *json_copy_text(const json_t *root, const char *name, struct arena *arena, size_t max)
{
    const json_t *value = json_object_get(root, name);
    size_t n = json_string_length(value);
    return n == 0 || n > max ? "" : copy(value, arena, n);
}

/* The largest length up to `max` that cuts no UTF-8 sequence. */
static size_t cut_length(const char *text, size_t n, size_t max)
{
    if (n <= max)
        return n;
    while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return max;
}

const char *json_copy_shown(const json_t *root, const char *name, struct arena *arena, size_t max)
{
    const json_t *value = json_object_get(root, name);
    if (json_string_length(value) == 0)
        return "";
    size_t n = cut_length(json_string_value(value), json_string_length(value), max);
    const char *text = copy(value, arena, n);
    if (text[0] != '\0')
        json_make_printable((char *)(uintptr_t)text); /* our own copy */
    return text;
}

void json_make_printable(char *text)
{
    unsigned char before = 0;
    for (char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        bool c1 = before == 0xC2 && byte < 0xA0; /* U+0080 to U+009F, terminal controls too */
        if (byte < 0x20 || byte == 0x7F)
            *c = ' ';
        if (c1)
            c[-1] = *c = ' ';
        before = byte;
    }
}

int64_t json_whole_number(const json_t *root, const char *name, int64_t max)
{
    return json_whole_value(json_object_get(root, name), max);
}

int64_t json_whole_value(const json_t *value, int64_t max)
{
    uint64_t digits = 0;
    if (json_is_string(value)) {
        struct slice text = slice_bytes(json_string_value(value), json_string_length(value));
        return slice_to_u64(text, (uint64_t)max, &digits) ? (int64_t)digits : 0;
    }
    json_int_t number = json_integer_value(value);
    return number >= 0 && number <= max ? number : 0;
}
