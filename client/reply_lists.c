/* SPDX-License-Identifier: Apache-2.0 */
/* The lists within answers: methods (spec V1, 3.3, 3.13) and attributes (3.7). */
#include "base/slice.h"
#include "client_limits.h"
#include "reply_parts.h"

/* Memory for the entries of an array that are read, at most `most`; NULL and *n = 0 where there are none. */
static void *take_list(const json_t *array, size_t entry, size_t most, struct arena *memory, size_t *n)
{
    *n = json_array_size(array) < most ? json_array_size(array) : most;
    void *list = *n > 0 ? arena_take(memory, *n * entry) : NULL;
    *n = list != NULL ? *n : 0;
    return list;
}

void reply_take_methods(const json_t *root, struct reply *out)
{
    const json_t *array = json_object_get(root, "methods");
    size_t n;
    out->methods = take_list(array, sizeof(*out->methods), CLIENT_METHODS, &out->memory, &n);
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(array, i);
        const char *type = json_copy_shown(entry, "challenge_type", &out->memory, CLIENT_WORD);
        struct doorcode_method *method = &out->methods[out->method_count];
        method->id = json_copy_shown(entry, "id", &out->memory, CLIENT_WORD);
        method->channel = json_copy_shown(entry, "challenge_channel", &out->memory, CLIENT_WORD);
        method->hint = json_copy_shown(entry, "login_hint", &out->memory, CLIENT_TEXT);
        /* Codes are all that this client can give; a method of unknown type is no method for it. */
        bool usable = type[0] == '\0' || slice_eq_nocase(slice_of(type), SLICE("oob"));
        out->method_count += usable && method->id[0] != '\0';
    }
}

void reply_take_attributes(const json_t *root, struct reply *out)
{
    const json_t *array = json_object_get(root, "required_attributes");
    size_t n;
    out->attributes = take_list(array, sizeof(*out->attributes), CLIENT_ATTRIBUTES, &out->memory, &n);
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(array, i);
        struct doorcode_attribute *attribute = &out->attributes[out->attribute_count];
        attribute->name = json_copy_shown(entry, "name", &out->memory, CLIENT_NAME);
        attribute->type = json_copy_shown(entry, "type", &out->memory, CLIENT_WORD);
        attribute->regex = json_copy_shown(json_object_get(entry, "options"), "regex", &out->memory, CLIENT_TEXT);
        attribute->required = json_is_true(json_object_get(entry, "required"));
        out->attribute_count += attribute->name[0] != '\0';
    }
}

void reply_take_invalid_attributes(const json_t *root, struct reply *out)
{
    const json_t *array = json_object_get(root, "invalid_attributes");
    size_t n;
    const char **names = take_list(array, sizeof(*names), CLIENT_ATTRIBUTES, &out->memory, &n);
    out->error.invalid_attributes = names;
    for (size_t i = 0; i < n; i++) {
        const char **name = &names[out->error.invalid_attribute_count];
        *name = json_copy_shown(json_array_get(array, i), "name", &out->memory, CLIENT_NAME);
        out->error.invalid_attribute_count += (*name)[0] != '\0';
    }
}
