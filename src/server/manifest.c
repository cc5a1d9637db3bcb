/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest.h"

#include "server/manifest_diff.h"
#include "server/manifest_scope.h"

#include <string.h>

enum { NAME_MAX_TEXT = 400, DOMAIN_ROOM = 96, TENANT_NAME_MAX = 253 };

void scope_tell(struct applying *a, bool exists, const char *kind, struct slice tenant, const char *name,
                struct buf *diff)
{
    char full[NAME_MAX_TEXT];
    enum manifest_change change = !exists ? MANIFEST_CREATED : diff->n > 0 ? MANIFEST_CHANGED : MANIFEST_SAME;
    struct buf text;

    a->changes += change != MANIFEST_SAME;
    if (a->options->report == NULL)
        return;
    buf_init(&text, full, sizeof full - 1);
    buf_put(&text, tenant);
    buf_fmt(&text, "%s%s", tenant.n > 0 ? "/" : "", name);
    full[text.n] = '\0';
    diff->p[diff->n] = '\0';
    a->options->report(a->options->ctx, change, kind, full, diff->p);
}

err scope_slices(struct plan *plan, const struct text_list *list, struct slices *out)
{
    struct slice *items = plan_take(plan, list->n * sizeof *items);

    ENSURE(items != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++)
        items[i] = slice_of(list->items[i]);
    *out = (struct slices){ items, list->n };
    return OK;
}

/* ---- tenants ---- */

static const struct tenant *stored_tenant(const struct applying *a, const struct manifest_tenant *draft)
{
    if (!guid_is_nil(draft->id))
        return directory_tenant_by_id(a->directory, draft->id);
    return directory_tenant(a->directory, slice_of(draft->name));
}

/* A name in lower case, as tenants are found in any case. */
static struct slice lower(const char *name, char out[TENANT_NAME_MAX])
{
    size_t n = 0;

    for (; n < TENANT_NAME_MAX && name[n] != '\0'; n++)
        out[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] - 'A' + 'a') : name[n];
    return slice_bytes(out, n);
}

/* CONFLICT where another tenant is called so, or this one by another of its names. */
static err take_tenant_name(struct scope *s, const char *name)
{
    const struct tenant *other = directory_tenant(s->a->directory, slice_of(name));
    char space[TENANT_NAME_MAX];

    ENSURE(other == NULL || guid_eq(other->id, s->draft.id), CONFLICT);
    return plan_claim(&s->a->plan, "tenant", GUID_NIL, lower(name, space));
}

static err take_tenant_names(struct scope *s)
{
    err taken = take_tenant_name(s, guid_format(s->draft.id).c);
    if (taken.code == ERR_CONFLICT)
        return field_complain(&s->reader, s->map, "id", "is the id of another tenant");
    TRY(taken);
    taken = take_tenant_name(s, s->draft.name);
    if (taken.code == ERR_CONFLICT)
        return field_complain(&s->reader, s->map, "name", "is the name of another tenant");
    TRY(taken);
    taken = take_tenant_name(s, s->draft.domain);
    if (taken.code == ERR_CONFLICT)
        return field_complain(&s->reader, s->map, "domain", "is the domain of another tenant");
    TRY(taken);
    for (size_t i = 0; i < s->draft.aliases.n; i++) {
        taken = take_tenant_name(s, s->draft.aliases.items[i]);
        if (taken.code == ERR_CONFLICT)
            return field_complain_item(&s->reader, s->map, "aliases", i, "is another tenant's, or given twice");
        TRY(taken);
    }
    return OK;
}

/* An empty text says the same as no text, so that the export may leave it out. */
static bool is_absent(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static err default_domain(struct scope *s)
{
    struct buf domain;

    if (!is_absent(s->draft.domain))
        return OK;
    char *room = plan_take(&s->a->plan, DOMAIN_ROOM);
    ENSURE(room != NULL, NO_MEMORY);
    buf_init(&domain, room, DOMAIN_ROOM - 1);
    buf_fmt(&domain, "%s.onmicrosoft.com", s->draft.name);
    ENSURE(buf_ok(&domain), NO_MEMORY);
    s->draft.domain = domain.p;
    return OK;
}

static err put_tenant(struct scope *s, const struct tenant *stored)
{
    struct applying *a = s->a;
    struct tenant *tenant = plan_take(&a->plan, sizeof *tenant);
    struct store_write *write = plan_write(&a->plan, WRITE_TENANT_PUT);
    char space[DIFF_MAX];
    struct buf diff;

    ENSURE(tenant != NULL && write != NULL, NO_MEMORY);
    *tenant = (struct tenant){ .id = s->draft.id,
                               .name = slice_of(s->draft.name),
                               .domain = slice_of(s->draft.domain),
                               .display_name =
                                   slice_of(is_absent(s->draft.display_name) ? s->draft.name : s->draft.display_name),
                               .issuer = slice_of(s->draft.issuer),
                               .hide_unknown_users = s->draft.hide_unknown_users,
                               .strict_refresh_tokens = s->draft.strict_refresh_tokens,
                               .multi_factor = s->draft.multi_factor,
                               .registration_after_sign_up = s->draft.registration_after_sign_up,
                               .password_reset = s->draft.password_reset,
                               .any_email_passcode = s->draft.any_email_passcode };
    TRY(scope_read_branding(s, tenant));
    TRY(scope_read_lists(s, tenant));
    TRY(scope_slices(&a->plan, &s->draft.aliases, &tenant->aliases));
    write->tenant = s->tenant = tenant;
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_tenant(stored, tenant, &diff);
    scope_tell(a, stored != NULL, "tenant", SLICE_EMPTY, s->draft.name, &diff);
    return OK;
}

static err read_tenant(struct scope *s)
{
    const struct tenant *stored = stored_tenant(s->a, &s->draft);

    if (stored != NULL)
        s->draft.id = stored->id;
    else if (guid_is_nil(s->draft.id))
        s->draft.id = guid_new(s->a->options->rng);
    TRY(default_domain(s));
    TRY(take_tenant_names(s));
    return put_tenant(s, stored);
}

err scope_take_name(struct scope *s, const struct field_reader *reader, struct yaml_value map, const char *field,
                    const char *kind, struct slice name, const char *what)
{
    err taken = plan_claim(&s->a->plan, kind, s->tenant->id, name);

    return taken.code == ERR_CONFLICT ? field_complain(reader, map, field, what) : taken;
}

/* ---- all together ---- */

static err read_members(struct scope *s)
{
    for (size_t i = 0; i < s->draft.user_flows.n; i++)
        TRY(scope_read_user_flow(s, i));
    for (size_t i = 0; i < s->draft.applications.n; i++)
        TRY(scope_read_application(s, i));
    for (size_t i = 0; i < s->draft.users.n; i++)
        TRY(scope_read_user(s, i));
    return OK;
}

static err read_document(struct applying *a, const struct yaml *document)
{
    struct manifest_root root = { .tenants = { .n = 0 } };
    struct field_reader reader = { .why = a->why };

    TRY(fields_read(&reader, yml_root(document), manifest_root_fields, &root));
    for (size_t i = 0; i < root.tenants.n; i++) {
        struct scope s = { .a = a,
                           .draft = { .registration_after_sign_up = true, .password_reset = true },
                           .map = yml_item(root.tenants.value, i) };
        TRY(fields_read_item(&reader, "tenants", &root.tenants, i, manifest_tenant_fields, &s.draft, &s.reader));
        TRY(read_tenant(&s));
        TRY(read_members(&s));
    }
    return OK;
}

static err apply(struct applying *a, struct yaml *const *documents, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(read_document(a, documents[i]));
    if (n > 0)
        TRY(scope_check_patterns(a, yml_name(documents[0])));
    if (a->options->dry_run || a->changes == 0)
        return OK;
    err written = store_write(a->store, a->plan.writes, a->plan.n);
    if (written.code == ERR_CONFLICT)
        complain(a->why, yml_name(documents[0]), 0, "",
                 "two users share an e-mail address, or two things an id; nothing was changed");
    return written;
}

err manifest_apply(struct store *store, struct yaml *const *documents, size_t n, const struct manifest_options *options,
                   struct complaint *why)
{
    struct applying a = { .store = store, .options = options, .why = why };

    why->text[0] = '\0';
    TRY(store_directory(store, &a.directory));
    err result = apply(&a, documents, n);
    directory_release(a.directory);
    plan_free(&a.plan);
    if (!err_is_ok(result) && why->text[0] == '\0')
        complain(why, n > 0 ? yml_name(documents[0]) : "manifest", 0, "", "%s", err_text(result));
    return result;
}
