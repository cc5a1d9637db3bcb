/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the user flows of a tenant. */
#include "server/manifest_diff.h"
#include "server/manifest_scope.h"

#include <string.h>

enum { ATTRIBUTES_MAX = 64 };

const struct user_flow *scope_stored_flow(const struct scope *s, struct slice name)
{
    const struct directory *d = s->a->directory;

    for (size_t i = 0; i < d->user_flow_count; i++)
        if (guid_eq(d->user_flows[i].tenant_id, s->tenant->id) && slice_eq(d->user_flows[i].name, name))
            return &d->user_flows[i];
    return NULL;
}

static bool is_named_before(const struct flow_attribute *attributes, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_eq(attributes[k].name, attributes[i].name))
            return true;
    return false;
}

static bool has_text(const struct text_list *list, struct slice text)
{
    for (size_t i = 0; i < list->n; i++)
        if (slice_eq(slice_of(list->items[i]), text))
            return true;
    return false;
}

/* Which inputs fit the type (spec OIDC, 3.3); *input becomes the type's own where none was given. */
static bool settle_input(int type, int *input)
{
    static const enum attribute_input own[] = { INPUT_TEXT, INPUT_CHECKBOX, INPUT_NUMBER };

    if (*input == MANIFEST_INPUT_OF_TYPE)
        *input = (int)own[type];
    if (type == 0)
        return *input == INPUT_TEXT || *input == INPUT_RADIO || *input == INPUT_CHECKBOXES;
    return *input == (int)own[type];
}

/* Checkboxes are kept as one text, parted by commas. */
static err check_options(const struct field_reader *reader, struct yaml_value map,
                         const struct manifest_attribute *draft)
{
    bool chooses = draft->input == INPUT_RADIO || draft->input == INPUT_CHECKBOXES;

    if (chooses != (draft->options.n > 0))
        return field_complain(reader, map, "options",
                              chooses ? "is missing: what there is to choose from"
                                      : "is only for radioSingleSelect and checkboxMultiSelect");
    for (size_t i = 0; i < draft->options.n; i++) {
        if (draft->input == INPUT_CHECKBOXES && strchr(draft->options.items[i], ',') != NULL)
            return field_complain_item(reader, map, "options", i,
                                       "must not hold a comma: choices are kept as one text");
        for (size_t k = 0; k < i; k++)
            if (strcmp(draft->options.items[k], draft->options.items[i]) == 0)
                return field_complain_item(reader, map, "options", i, "is given twice");
    }
    return OK;
}

static bool is_integer(const char *text)
{
    uint64_t number;

    return slice_to_u64(slice_of(text + (text[0] == '-')), INT32_MAX, &number);
}

static bool are_options(const struct text_list *options, const char *text)
{
    for (struct slice rest = slice_of(text); rest.n > 0;)
        if (!has_text(options, slice_cut(rest, ',', &rest)))
            return false;
    return true;
}

/* What is wrong with the default; NULL: nothing. */
static const char *check_default(const struct manifest_attribute *draft)
{
    const char *text = draft->default_value;

    if (text == NULL || text[0] == '\0')
        return NULL;
    switch ((enum attribute_input)draft->input) {
    case INPUT_RADIO:
        return has_text(&draft->options, slice_of(text)) ? NULL : "must be one of the options";
    case INPUT_CHECKBOXES:
        return are_options(&draft->options, text) ? NULL : "must be options, parted by commas";
    case INPUT_CHECKBOX:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ? NULL : "must be true or false";
    case INPUT_NUMBER:
        return is_integer(text) ? NULL : "must be a whole number";
    default:
        return NULL;
    }
}

static err check_attribute(const struct field_reader *reader, struct yaml_value map, struct manifest_attribute *draft)
{
    if (!settle_input(draft->type, &draft->input))
        return field_complain(reader, map, "inputType",
                              "does not fit the type: texts have textBox, radioSingleSelect or checkboxMultiSelect, "
                              "booleans checkboxSingleSelect, integers numericTextBox");
    TRY(check_options(reader, map, draft));
    const char *wrong = check_default(draft);
    return wrong == NULL ? OK : field_complain(reader, map, "defaultValue", wrong);
}

static err read_attribute(struct scope *s, const struct field_reader *reader, const struct map_list *list, size_t i,
                          struct flow_attribute *attributes)
{
    struct manifest_attribute draft = { .input = MANIFEST_INPUT_OF_TYPE };
    struct yaml_value map = yml_item(list->value, i);
    struct field_reader inner;

    TRY(fields_read_item(reader, "attributes", list, i, manifest_attribute_fields, &draft, &inner));
    TRY(check_attribute(&inner, map, &draft));
    attributes[i] = (struct flow_attribute){ .name = slice_of(draft.name),
                                             .type = slice_of(manifest_attribute_types[draft.type]),
                                             .label = slice_of(draft.label),
                                             .regex = slice_of(draft.regex),
                                             .required = draft.required,
                                             .input = (enum attribute_input)draft.input,
                                             .default_value = slice_of(draft.default_value),
                                             .hidden = draft.hidden };
    TRY(scope_slices(&s->a->plan, &draft.options, &attributes[i].options));
    return is_named_before(attributes, i) ? field_complain(&inner, map, "name", "is the name of another attribute")
                                          : OK;
}

static err read_attributes(struct scope *s, const struct field_reader *reader, const struct map_list *list,
                           struct user_flow *flow)
{
    struct flow_attribute *attributes = plan_take(&s->a->plan, list->n * sizeof *attributes);

    if (list->n > ATTRIBUTES_MAX)
        return field_complain(reader, list->value, "attributes", "has more than 64 entries");
    ENSURE(attributes != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++)
        TRY(read_attribute(s, reader, list, i, attributes));
    flow->attributes = attributes;
    flow->attribute_count = list->n;
    return OK;
}

err scope_read_user_flow(struct scope *s, size_t i)
{
    struct manifest_user_flow draft = { .sign_up = true };
    struct field_reader reader;
    char space[DIFF_MAX];
    struct buf diff;

    TRY(fields_read_item(&s->reader, "userFlows", &s->draft.user_flows, i, manifest_user_flow_fields, &draft, &reader));
    TRY(scope_take_name(s, &reader, yml_item(s->draft.user_flows.value, i), "name", "user flow", slice_of(draft.name),
                        "is the name of another user flow"));
    struct user_flow *flow = plan_take(&s->a->plan, sizeof *flow);
    struct store_write *write = plan_write(&s->a->plan, WRITE_USER_FLOW_PUT);
    ENSURE(flow != NULL && write != NULL, NO_MEMORY);
    *flow = (struct user_flow){ .tenant_id = s->tenant->id,
                                .name = slice_of(draft.name),
                                .identity_provider = (enum identity_provider)draft.identity_provider,
                                .sign_up = draft.sign_up };
    write->user_flow = flow;
    TRY(read_attributes(s, &reader, &draft.attributes, flow));
    const struct user_flow *stored = scope_stored_flow(s, flow->name);
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_user_flow(stored, flow, &diff);
    scope_tell(s->a, stored != NULL, "user flow", s->tenant->name, draft.name, &diff);
    return OK;
}
