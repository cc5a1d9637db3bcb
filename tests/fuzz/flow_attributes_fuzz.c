/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the `attributes` parameter: what is taken is sorted, clean and in its bounds, comes back from storage as it
 * went, and is taken again as itself. */
#include "flow/attributes.h"

#include "base/limits.h"
#include "wire/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct flow_attribute rules[] = {
    { .name = { "displayName", 11 }, .type = { "string", 6 }, .regex = { "^.{1,256}$", 10 }, .required = true },
    { .name = { "shoes", 5 }, .type = { "integer", 7 }, .regex = { "^[0-9]{2}$", 10 } },
    { .name = { "news", 4 }, .type = { "boolean", 7 }, .required = true },
    { .name = { "city", 4 }, .type = { "string", 6 } },
    { .name = { "height", 6 }, .type = { "integer", 7 } },
};

static struct directory *make_directory(void)
{
    struct directory_builder *b = directory_builder_new(1);
    struct user_flow flow = { .name = SLICE("f"),
                              .attributes = rules,
                              .attribute_count = sizeof rules / sizeof rules[0] };
    struct directory *d = NULL;

    ASSERT(b != NULL && err_is_ok(directory_builder_user_flow(b, &flow)) && err_is_ok(directory_builder_done(b, &d)));
    return d;
}

static void check_list(const struct attributes *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct attribute *a = &list->items[i];
        ASSERT(i == 0 || slice_compare(list->items[i - 1].name, a->name) < 0);
        ASSERT(a->value.n > 0 && text_is_clean(a->value) && text_length(a->value) <= attribute_max(a->name));
    }
}

static void check_storage(const struct user_flow *flow, const struct attributes *given, struct arena *a)
{
    struct attributes stored, again;
    struct slices invalid;
    struct slice text, second;

    if (!err_is_ok(attributes_pack(given, a, &text)))
        return; /* escapes may make it longer than it came */
    ASSERT(err_is_ok(attributes_unpack(text, a, &stored)) && stored.n == given->n);
    ASSERT(err_is_ok(attributes_parse(text, flow, a, &again, &invalid)) && again.n == given->n && invalid.n == 0);
    ASSERT(err_is_ok(attributes_merge(&stored, &again, a, &stored)) && stored.n == given->n);
    ASSERT(err_is_ok(attributes_pack(&stored, a, &second)) && slice_eq(text, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct directory *directory;
    static _Alignas(16) char block[256 * 1024];
    struct attributes given;
    struct slices invalid;
    struct error_extra extra = { .attributes_name = NULL };
    struct arena a;

    if (directory == NULL)
        directory = make_directory();
    const struct user_flow *flow = &directory->user_flows[0];
    arena_init(&a, block, sizeof block);
    err e = attributes_parse(slice_bytes(data, size), flow, &a, &given, &invalid);
    ASSERT(err_is_ok(e) || e.code == ERR_FORMAT);
    if (!err_is_ok(e))
        return 0;
    ASSERT(given.n + invalid.n <= flow->attribute_count);
    check_list(&given);
    check_storage(flow, &given, &a);
    ASSERT(err_is_ok(attributes_name_required(flow, &given, &a, &extra)));
    ASSERT(attributes_missing(flow, &given) == (extra.attribute_count > 0));
    return 0;
}
