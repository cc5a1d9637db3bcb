/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/catalogue.h"

#include "mail/text.h"

#include <jansson.h>

static const struct slice names[] = {
#define TEXT_ROW(key) { #key, sizeof(#key) - 1 },
#include "mail/texts.def"
#undef TEXT_ROW
};

enum text_key catalogue_key(struct slice name)
{
    int key = 0;

    while (key < TEXT_COUNT && !slice_eq(names[key], name))
        key++;
    return (enum text_key)key;
}

static err take_texts(json_t *root, struct catalogue *out)
{
    ENSURE(json_object_size(root) == TEXT_COUNT, FORMAT);
    for (int key = 0; key < TEXT_COUNT; key++) {
        const json_t *value = json_object_get(root, names[key].p);
        ENSURE(json_is_string(value), FORMAT);
        struct slice text = { json_string_value(value), json_string_length(value) };
        ENSURE(text.n > 0 && text_is_clean(text), FORMAT);
        out->texts[key] = text;
    }
    struct slice direction = out->texts[TEXT_direction];
    ENSURE(slice_eq(direction, SLICE("ltr")) || slice_eq(direction, SLICE("rtl")), FORMAT);
    return OK;
}

err catalogue_load(struct slice json, struct catalogue *out)
{
    *out = (struct catalogue){ .owner = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL) };
    ENSURE(out->owner != NULL, FORMAT);
    err e = take_texts(out->owner, out);
    if (!err_is_ok(e))
        catalogue_free(out);
    return e;
}

void catalogue_free(struct catalogue *c)
{
    json_decref(c->owner);
    *c = (struct catalogue){ 0 };
}
