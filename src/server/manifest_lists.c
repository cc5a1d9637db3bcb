/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the lists of a tenant: second factors, banned passwords, contact rules, extensions. */
#include "server/manifest_scope.h"

enum { EXTENSIONS_MAX = 100, TIMEOUT_DEFAULT_MS = 1000 };

/* Without a word it is e-mail, which needs nobody to send text messages. */
static uint8_t factors_of(const struct text_list *list)
{
    uint8_t set = list->n == 0 ? FACTOR_EMAIL : 0;

    for (size_t i = 0; i < list->n; i++)
        set |= slice_eq(slice_of(list->items[i]), SLICE("sms")) ? FACTOR_SMS : FACTOR_EMAIL;
    return set;
}

static err read_contact_rules(struct scope *s, struct tenant *tenant)
{
    const struct map_list *list = &s->draft.contact_rules;
    struct contact_rule *rules = plan_take(&s->a->plan, list->n * sizeof *rules);

    if (list->n > LIMIT_CONTACT_RULES)
        return field_complain(&s->reader, s->map, "contactRules", "has more than 64 entries");
    ENSURE(rules != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++) {
        struct manifest_contact_rule draft = { .verdict = 0 };
        struct field_reader inner;
        TRY(fields_read_item(&s->reader, "contactRules", list, i, manifest_contact_rule_fields, &draft, &inner));
        rules[i] = (struct contact_rule){ slice_of(draft.match), (enum contact_verdict)(draft.verdict + 1) };
    }
    tenant->contact_rules = rules;
    tenant->contact_rule_count = list->n;
    return OK;
}

static bool id_is_taken(const struct extension *extensions, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (guid_eq(extensions[k].id, extensions[i].id))
            return true;
    return false;
}

/* What an extension needs besides its fields. */
static err check_extension(const struct field_reader *reader, struct yaml_value map, const struct extension *e)
{
    if (e->auth == EXTENSION_AUTH_TOKEN && e->resource_id.n == 0)
        return field_complain(reader, map, "resourceId",
                              "is missing: the token's audience, like api://hooks.example/ID");
    if (e->auth == EXTENSION_AUTH_HMAC && e->secret.n == 0)
        return field_complain(reader, map, "secretEnv", "is missing: the environment variable that holds the secret");
    return OK;
}

static err read_extension(struct scope *s, size_t i, struct extension *out)
{
    struct manifest_extension draft = { .timeout_ms = TIMEOUT_DEFAULT_MS };
    struct field_reader inner;
    struct yaml_value map = yml_item(s->draft.extensions.value, i);

    TRY(fields_read_item(&s->reader, "extensions", &s->draft.extensions, i, manifest_extension_fields, &draft, &inner));
    *out = (struct extension){ .id = draft.id,
                               .name = slice_of(draft.name),
                               .event = (enum extension_event)draft.event,
                               .url = slice_of(draft.url),
                               .auth = (enum extension_auth)draft.auth,
                               .resource_id = slice_of(draft.resource_id),
                               .secret = slice_of(draft.secret_env),
                               .timeout_ms = draft.timeout_ms,
                               .retries = draft.retries,
                               .fallback = draft.fallback };
    TRY(scope_slices(&s->a->plan, &draft.applications, &out->applications));
    return check_extension(&inner, map, out);
}

static err read_extensions(struct scope *s, struct tenant *tenant)
{
    size_t n = s->draft.extensions.n;
    struct extension *extensions = plan_take(&s->a->plan, n * sizeof *extensions);

    if (n > EXTENSIONS_MAX)
        return field_complain(&s->reader, s->map, "extensions", "has more than 100 entries");
    ENSURE(extensions != NULL, NO_MEMORY);
    for (size_t i = 0; i < n; i++) {
        TRY(read_extension(s, i, &extensions[i]));
        if (id_is_taken(extensions, i))
            return field_complain_item(&s->reader, s->map, "extensions", i, "has the id of another extension");
    }
    tenant->extensions = extensions;
    tenant->extension_count = n;
    return OK;
}

err scope_read_lists(struct scope *s, struct tenant *tenant)
{
    tenant->second_factors = factors_of(&s->draft.second_factors);
    TRY(scope_slices(&s->a->plan, &s->draft.banned_passwords, &tenant->banned_passwords));
    TRY(read_contact_rules(s, tenant));
    return read_extensions(s, tenant);
}
