/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_in.h"

#include <jansson.h>

static int nesting(char c)
{
    if (c == '{' || c == '[')
        return 1;
    return c == '}' || c == ']' ? -1 : 0;
}

/* Counts brackets outside of strings: the library would recurse through 2048 of them. */
static bool is_shallow(struct slice text)
{
    int depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.n && depth <= JSON_IN_DEPTH; i++) {
        char c = text.p[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string)
            depth += nesting(c);
    }
    return depth <= JSON_IN_DEPTH;
}

err json_in_parse(struct slice text, size_t max, struct json_t **out)
{
    json_error_t ignored; /* it may quote the text, so it goes nowhere */

    ENSURE(text.n <= max, FULL);
    ENSURE(is_shallow(text), FORMAT);
    json_t *value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &ignored);
    ENSURE(value != NULL, FORMAT);
    if (!json_is_object(value)) {
        json_decref(value);
        return FAIL(FORMAT);
    }
    *out = value;
    return OK;
}

void json_in_free(struct json_t *object)
{
    json_decref(object);
}

/* NOT_FOUND for null too: clients write it for "not given". */
static err member(const struct json_t *object, const char *key, const json_t **out)
{
    *out = json_object_get(object, key);
    ENSURE(*out != NULL && !json_is_null(*out), NOT_FOUND);
    return OK;
}

err json_in_text(const struct json_t *object, const char *key, struct slice *out)
{
    const json_t *value;

    TRY(member(object, key, &value));
    ENSURE(json_is_string(value), FORMAT);
    *out = slice_bytes(json_string_value(value), json_string_length(value));
    return OK;
}

err json_in_number(const struct json_t *object, const char *key, int64_t *out)
{
    const json_t *value;

    TRY(member(object, key, &value));
    ENSURE(json_is_integer(value), FORMAT);
    *out = json_integer_value(value);
    return OK;
}

err json_in_flag(const struct json_t *object, const char *key, bool *out)
{
    const json_t *value;

    TRY(member(object, key, &value));
    ENSURE(json_is_boolean(value), FORMAT);
    *out = json_is_true(value);
    return OK;
}

static enum json_in_kind kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return JSON_IN_TEXT;
    case JSON_INTEGER:
        return JSON_IN_NUMBER;
    case JSON_REAL:
        return JSON_IN_FRACTION;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_IN_FLAG;
    case JSON_NULL:
        return JSON_IN_NULL;
    default:
        return JSON_IN_NESTED;
    }
}

bool json_in_next(struct json_t *object, void **at, struct json_in_member *out)
{
    *at = *at == NULL ? json_object_iter(object) : json_object_iter_next(object, *at);
    if (*at == NULL)
        return false;
    const json_t *value = json_object_iter_value(*at);
    *out = (struct json_in_member){
        .name = slice_of(json_object_iter_key(*at)),
        .kind = kind_of(value),
        .text = slice_bytes(json_string_value(value), json_string_length(value)),
        .number = json_integer_value(value),
        .fraction = json_real_value(value),
        .flag = json_is_true(value),
        .nested = json_object_iter_value(*at),
    };
    return true;
}

size_t json_in_count(const struct json_t *object)
{
    return json_object_size(object);
}

static err nested(const struct json_t *object, const char *key, json_type type, struct json_t **out)
{
    const json_t *value;

    TRY(member(object, key, &value));
    ENSURE(json_typeof(value) == type, FORMAT);
    *out = json_object_get(object, key);
    return OK;
}

err json_in_object(const struct json_t *object, const char *key, struct json_t **out)
{
    return nested(object, key, JSON_OBJECT, out);
}

err json_in_list(const struct json_t *object, const char *key, struct json_t **out)
{
    return nested(object, key, JSON_ARRAY, out);
}

bool json_in_is_list(const struct json_t *value)
{
    return json_is_array(value);
}

size_t json_in_list_count(const struct json_t *list)
{
    return json_array_size(list);
}

err json_in_item_object(const struct json_t *list, size_t i, struct json_t **out)
{
    json_t *value = json_array_get(list, i);

    ENSURE(json_is_object(value), FORMAT);
    *out = value;
    return OK;
}

err json_in_item_text(const struct json_t *list, size_t i, struct slice *out)
{
    const json_t *value = json_array_get(list, i);

    ENSURE(json_is_string(value), FORMAT);
    *out = slice_bytes(json_string_value(value), json_string_length(value));
    return OK;
}
