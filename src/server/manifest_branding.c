/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the look of a tenant. */
#include "server/manifest_scope.h"

static bool is_given_before(const struct text_override *texts, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_eq_nocase(texts[k].language, texts[i].language) && slice_eq(texts[k].key, texts[i].key))
            return true;
    return false;
}

static err read_texts(struct scope *s, struct branding *look)
{
    const struct map_list *list = &s->draft.branding.texts;
    struct text_override *texts = plan_take(&s->a->plan, list->n * sizeof *texts);

    if (list->n > LIMIT_TEXT_OVERRIDES)
        return field_complain(&s->reader, s->map, "branding", "has more than 256 texts");
    ENSURE(texts != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++) {
        struct manifest_text_override draft = { NULL, NULL, NULL };
        struct field_reader inner;
        TRY(fields_read_item(&s->reader, "branding.texts", list, i, manifest_text_override_fields, &draft, &inner));
        texts[i] = (struct text_override){ slice_of(draft.language), slice_of(draft.key), slice_of(draft.text) };
        if (is_given_before(texts, i))
            return field_complain(&inner, yml_item(list->value, i), "key", "is given twice for its language");
    }
    look->texts = texts;
    look->text_count = list->n;
    return OK;
}

err scope_read_branding(struct scope *s, struct tenant *tenant)
{
    const struct manifest_branding *draft = &s->draft.branding;

    tenant->branding = (struct branding){
#define BRANDING_TEXT(member, name, max, check, help) .member = slice_of(draft->member),
#include "server/manifest_branding.def"
#undef BRANDING_TEXT
        .stay_signed_in = draft->stay_signed_in,
    };
    return read_texts(s, &tenant->branding);
}
