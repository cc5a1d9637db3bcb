/* SPDX-License-Identifier: Apache-2.0 */
#include "server/manifest.h"

#include "server/manifest_diff.h"
#include "server/manifest_fields.h"
#include "server/manifest_plan.h"
#include "wire/email.h"

#include <string.h>

enum { NAME_MAX_TEXT = 400, DIFF_MAX = 512, DOMAIN_ROOM = 96 };

/* One application of manifests: what is there, what will be. */
struct applying {
    struct store *store;
    struct directory *directory; /* what is stored now; held */
    const struct manifest_options *options;
    struct plan plan;
    size_t changes;
    struct complaint *why;
};

/* A tenant being read. */
struct scope {
    struct applying *a;
    struct field_reader reader;
    struct manifest_tenant draft;
    struct yaml_value map;
    const struct tenant *tenant;
};

static void tell(struct applying *a, bool exists, const char *kind, struct slice tenant, const char *name,
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

static err to_slices(struct plan *plan, const struct text_list *list, struct slices *out)
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

/* Another tenant of the plan with one of the names. */
static bool is_planned(const struct plan *plan, struct slice name)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct store_write *write = &plan->writes[i];
        if (write->kind == WRITE_TENANT_PUT &&
            (slice_eq_nocase(write->tenant->name, name) || slice_eq_nocase(write->tenant->domain, name)))
            return true;
    }
    return false;
}

static err check_tenant_names(struct scope *s)
{
    const struct tenant *other = directory_tenant(s->a->directory, slice_of(s->draft.name));

    if (is_planned(&s->a->plan, slice_of(s->draft.name)) || (other != NULL && !guid_eq(other->id, s->draft.id)))
        return field_complain(&s->reader, s->map, "name", "is the name of another tenant");
    if (is_planned(&s->a->plan, slice_of(s->draft.domain)))
        return field_complain(&s->reader, s->map, "domain", "is the domain of another tenant");
    other = directory_tenant(s->a->directory, slice_of(s->draft.domain));
    if (other != NULL && !guid_eq(other->id, s->draft.id))
        return field_complain(&s->reader, s->map, "domain", "is the domain of another tenant");
    return OK;
}

static err default_domain(struct scope *s)
{
    struct buf domain;

    if (s->draft.domain != NULL)
        return OK;
    buf_init(&domain, plan_take(&s->a->plan, DOMAIN_ROOM), DOMAIN_ROOM - 1);
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
                                   slice_of(s->draft.display_name == NULL ? s->draft.name : s->draft.display_name),
                               .logo_url = slice_of(s->draft.branding.logo_url),
                               .accent_color = slice_of(s->draft.branding.accent_color),
                               .issuer = slice_of(s->draft.issuer),
                               .hide_unknown_users = s->draft.hide_unknown_users,
                               .strict_refresh_tokens = s->draft.strict_refresh_tokens };
    TRY(to_slices(&a->plan, &s->draft.aliases, &tenant->aliases));
    write->tenant = s->tenant = tenant;
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_tenant(stored, tenant, &diff);
    tell(a, stored != NULL, "tenant", SLICE_EMPTY, s->draft.name, &diff);
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
    TRY(check_tenant_names(s));
    return put_tenant(s, stored);
}

/* ---- user flows ---- */

static const struct user_flow *stored_flow(const struct scope *s, struct slice name)
{
    const struct directory *d = s->a->directory;

    for (size_t i = 0; i < d->user_flow_count; i++)
        if (guid_eq(d->user_flows[i].tenant_id, s->tenant->id) && slice_eq(d->user_flows[i].name, name))
            return &d->user_flows[i];
    return NULL;
}

static bool flow_is_planned(const struct scope *s, struct slice name)
{
    for (size_t i = 0; i < s->a->plan.n; i++) {
        const struct store_write *write = &s->a->plan.writes[i];
        if (write->kind == WRITE_USER_FLOW_PUT && guid_eq(write->user_flow->tenant_id, s->tenant->id) &&
            slice_eq(write->user_flow->name, name))
            return true;
    }
    return false;
}

static err read_attributes(struct scope *s, const struct field_reader *reader, const struct map_list *list,
                           struct user_flow *flow)
{
    struct flow_attribute *attributes = plan_take(&s->a->plan, list->n * sizeof *attributes);

    ENSURE(attributes != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++) {
        struct manifest_attribute draft = { .type = 0 };
        struct field_reader inner;
        TRY(fields_read_item(reader, "attributes", list, i, manifest_attribute_fields, &draft, &inner));
        attributes[i] = (struct flow_attribute){ slice_of(draft.name), slice_of(manifest_attribute_types[draft.type]),
                                                 slice_of(draft.label), slice_of(draft.regex), draft.required };
    }
    flow->attributes = attributes;
    flow->attribute_count = list->n;
    return OK;
}

static err read_user_flow(struct scope *s, size_t i)
{
    struct manifest_user_flow draft = { .sign_up = true };
    struct field_reader reader;
    char space[DIFF_MAX];
    struct buf diff;

    TRY(fields_read_item(&s->reader, "userFlows", &s->draft.user_flows, i, manifest_user_flow_fields, &draft, &reader));
    if (flow_is_planned(s, slice_of(draft.name)))
        return field_complain(&reader, yml_item(s->draft.user_flows.value, i), "name",
                              "is the name of another user flow");
    struct user_flow *flow = plan_take(&s->a->plan, sizeof *flow);
    struct store_write *write = plan_write(&s->a->plan, WRITE_USER_FLOW_PUT);
    ENSURE(flow != NULL && write != NULL, NO_MEMORY);
    *flow = (struct user_flow){ .tenant_id = s->tenant->id,
                                .name = slice_of(draft.name),
                                .identity_provider = (enum identity_provider)draft.identity_provider,
                                .sign_up = draft.sign_up };
    write->user_flow = flow;
    TRY(read_attributes(s, &reader, &draft.attributes, flow));
    const struct user_flow *stored = stored_flow(s, flow->name);
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_user_flow(stored, flow, &diff);
    tell(s->a, stored != NULL, "user flow", s->tenant->name, draft.name, &diff);
    return OK;
}

/* ---- applications ---- */

static const struct application *stored_application(const struct scope *s, const struct manifest_application *draft)
{
    const struct directory *d = s->a->directory;

    if (!guid_is_nil(draft->client_id))
        return directory_application(d, s->tenant->id, draft->client_id);
    for (size_t i = 0; i < d->application_count; i++)
        if (guid_eq(d->applications[i].tenant_id, s->tenant->id) &&
            slice_eq(d->applications[i].name, slice_of(draft->name)))
            return &d->applications[i];
    return NULL;
}

static bool application_is_planned(const struct plan *plan, struct guid client_id)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->writes[i].kind == WRITE_APPLICATION_PUT && guid_eq(plan->writes[i].application->client_id, client_id))
            return true;
    return false;
}

static err put_redirect_uris(struct plan *plan, const struct text_list lists[3], struct application *app)
{
    size_t n = lists[0].n + lists[1].n + lists[2].n;
    struct redirect_uri *uris = plan_take(plan, n * sizeof *uris);

    ENSURE(uris != NULL, NO_MEMORY);
    app->redirect_uris = uris;
    app->redirect_uri_count = n;
    for (size_t platform = 0; platform < 3; platform++)
        for (size_t i = 0; i < lists[platform].n; i++)
            *uris++ = (struct redirect_uri){ (enum platform_type)platform, slice_of(lists[platform].items[i]) };
    return OK;
}

static err check_application(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                             const struct manifest_application *draft)
{
    if (application_is_planned(&s->a->plan, draft->client_id))
        return field_complain(reader, map, "clientId", "is the id of another application");
    if (draft->user_flow != NULL && !flow_is_planned(s, slice_of(draft->user_flow)) &&
        stored_flow(s, slice_of(draft->user_flow)) == NULL)
        return field_complain(reader, map, "userFlow", "names no user flow of the tenant");
    return OK;
}

static err put_application(struct scope *s, const struct manifest_application *draft, const struct application *stored)
{
    struct plan *plan = &s->a->plan;
    struct application *app = plan_take(plan, sizeof *app);
    struct store_write *write = plan_write(plan, WRITE_APPLICATION_PUT);
    char space[DIFF_MAX];
    struct buf diff;

    ENSURE(app != NULL && write != NULL, NO_MEMORY);
    *app = (struct application){ .tenant_id = s->tenant->id,
                                 .client_id = draft->client_id,
                                 .name = slice_of(draft->name),
                                 .public_client = draft->public_client,
                                 .native_authentication = draft->native_authentication,
                                 .signing_alg = (enum signing_alg)draft->signing_algorithm,
                                 .access_token_seconds = draft->access_token_seconds,
                                 .user_flow = slice_of(draft->user_flow) };
    TRY(put_redirect_uris(plan, draft->redirect_uris.by_platform, app));
    TRY(to_slices(plan, &draft->permissions, &app->permissions));
    TRY(to_slices(plan, &draft->allowed_origins, &app->allowed_origins));
    write->application = app;
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_application(stored, app, &diff);
    tell(s->a, stored != NULL, "application", s->tenant->name, draft->name, &diff);
    return OK;
}

static err read_application(struct scope *s, size_t i)
{
    struct manifest_application draft;
    struct field_reader reader;

    memset(&draft, 0, sizeof draft);
    TRY(fields_read_item(&s->reader, "applications", &s->draft.applications, i, manifest_application_fields, &draft,
                         &reader));
    const struct application *stored = stored_application(s, &draft);
    if (guid_is_nil(draft.client_id))
        draft.client_id = stored != NULL ? stored->client_id : guid_new(s->a->options->rng);
    TRY(check_application(s, &reader, yml_item(s->draft.applications.value, i), &draft));
    return put_application(s, &draft, stored);
}

/* ---- users ---- */

static err stored_user(const struct scope *s, const struct manifest_user *draft, const char *identity, struct user *out,
                       bool *exists)
{
    err found = store_user_by_identity(s->a->store, s->tenant->id, slice_of(identity), out);

    if (found.code == ERR_NOT_FOUND && !guid_is_nil(draft->id))
        found = store_user(s->a->store, s->tenant->id, draft->id, out);
    *exists = err_is_ok(found);
    return found.code == ERR_NOT_FOUND ? OK : found;
}

static void copy_text(char *dst, size_t cap, const char *text)
{
    (void)slice_to_cstr(slice_of(text), dst, cap); /* lengths are bounded by the fields */
}

static err put_user(struct scope *s, const struct manifest_user *draft, const struct email *email,
                    const struct user *stored)
{
    struct user *user = plan_take(&s->a->plan, sizeof *user);
    struct store_write *write = plan_write(&s->a->plan, WRITE_USER_PUT);
    char space[DIFF_MAX];
    struct buf diff;

    ENSURE(user != NULL && write != NULL, NO_MEMORY);
    user->id = draft->id;
    user->tenant_id = s->tenant->id;
    user->origin = (enum user_origin)draft->origin;
    user->enabled = draft->enabled;
    user->created_at = stored != NULL ? stored->created_at : s->a->options->now;
    user->sessions_valid_from = stored != NULL ? stored->sessions_valid_from : 0;
    copy_text(user->email, sizeof user->email, email->given);
    copy_text(user->identity, sizeof user->identity, email->identity);
    copy_text(user->display_name, sizeof user->display_name, draft->display_name);
    copy_text(user->given_name, sizeof user->given_name, draft->given_name);
    copy_text(user->surname, sizeof user->surname, draft->surname);
    write->user = user;
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_user(stored, user, &diff);
    tell(s->a, stored != NULL, "user", s->tenant->name, user->email, &diff);
    return OK;
}

static err read_user(struct scope *s, size_t i)
{
    struct manifest_user draft = { .origin = ORIGIN_ADMIN, .enabled = true };
    struct field_reader reader;
    struct email email;
    struct user stored;
    bool exists;

    TRY(fields_read_item(&s->reader, "users", &s->draft.users, i, manifest_user_fields, &draft, &reader));
    TRY(email_parse(slice_of(draft.email), &email));
    TRY(stored_user(s, &draft, email.identity, &stored, &exists));
    if (exists && !guid_is_nil(draft.id) && !guid_eq(draft.id, stored.id))
        return field_complain(&reader, yml_item(s->draft.users.value, i), "email", "is the address of another user");
    if (guid_is_nil(draft.id))
        draft.id = exists ? stored.id : guid_new(s->a->options->rng);
    return put_user(s, &draft, &email, exists ? &stored : NULL);
}

/* ---- all together ---- */

static err read_members(struct scope *s)
{
    for (size_t i = 0; i < s->draft.user_flows.n; i++)
        TRY(read_user_flow(s, i));
    for (size_t i = 0; i < s->draft.applications.n; i++)
        TRY(read_application(s, i));
    for (size_t i = 0; i < s->draft.users.n; i++)
        TRY(read_user(s, i));
    return OK;
}

static err read_document(struct applying *a, const struct yaml *document)
{
    struct manifest_root root = { .tenants = { .n = 0 } };
    struct field_reader reader = { .why = a->why };

    TRY(fields_read(&reader, yml_root(document), manifest_root_fields, &root));
    for (size_t i = 0; i < root.tenants.n; i++) {
        struct scope s = { .a = a, .map = yml_item(root.tenants.value, i) };
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
