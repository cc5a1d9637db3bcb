/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of the directory: tenants, applications, user flows. A row that has lists is put by deleting what it had. */
#include "store/sqlite/db.h"

/* Whose list it is: the tenant's own, or that of one of its applications or extensions. */
struct owner {
    const struct guid *tenant;
    const struct guid *one; /* NULL: the tenant */
};

/* One row of a list: the item's members, then whose it is and its place. */
static err add_item(struct connection *c, enum query_id id, struct owner owner, const struct shape *shape,
                    const void *item, size_t place)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    int at = shape_width(shape);

    TRY(query_start(c, id, &q));
    shape_bind(shape, q, item);
    bind_guid(q, ++at, owner.tenant);
    if (owner.one != NULL)
        bind_guid(q, ++at, owner.one);
    bind_number(q, ++at, (int64_t)place);
    return query_done(c, q);
}

static err add_slices(struct connection *c, enum query_id id, struct owner owner, const struct slices *list)
{
    for (size_t i = 0; i < list->n; i++)
        TRY(add_item(c, id, owner, &shape_slice, &list->items[i], i));
    return OK;
}

struct slices *application_list(struct application *app, enum application_list list)
{
    switch (list) {
    case LIST_PERMISSIONS:
        return &app->permissions;
    case LIST_ALLOWED_ORIGINS:
        return &app->allowed_origins;
    case LIST_APPLICATION_PERMISSIONS:
        return &app->application_permissions;
    case LIST_CERTIFICATES:
        return &app->certificates;
    case LIST_SCOPES:
        return &app->scopes;
    case LIST_ID_TOKEN_CLAIMS:
        return &app->id_token_claims;
    case LIST_ACCESS_TOKEN_CLAIMS:
    case APPLICATION_LISTS:
        break;
    }
    return &app->access_token_claims;
}

/* ---- tenants ---- */

static err add_lists(struct connection *c, const struct tenant *t)
{
    const struct owner owner = { &t->id, NULL };

    TRY(add_slices(c, QUERY_banned_password_insert, owner, &t->banned_passwords));
    for (size_t i = 0; i < t->branding.text_count; i++)
        TRY(add_item(c, QUERY_text_override_insert, owner, &shape_text_override, &t->branding.texts[i], i));
    for (size_t i = 0; i < t->contact_rule_count; i++)
        TRY(add_item(c, QUERY_contact_rule_insert, owner, &shape_contact_rule, &t->contact_rules[i], i));
    for (size_t i = 0; i < t->extension_count; i++) {
        const struct extension *e = &t->extensions[i];
        TRY(add_item(c, QUERY_extension_insert, owner, &shape_extension, e, i));
        TRY(add_slices(c, QUERY_extension_application_insert, (struct owner){ &t->id, &e->id }, &e->applications));
    }
    return OK;
}

/* Inserts a name of the tenant; CONFLICT when another tenant, or this one, has it already (any case). */
static err add_name(struct connection *c, const struct tenant *t, int64_t ordinal, struct slice name)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    if (name.n == 0)
        return OK;
    TRY(query_start(c, QUERY_tenant_name_insert, &q));
    bind_guid(q, 1, &t->id);
    bind_number(q, 2, ordinal);
    bind_slice(q, 3, name);
    return query_done(c, q);
}

err write_tenant_put(struct connection *c, const struct store_write *w)
{
    static const enum query_id forget[] = { QUERY_tenant_names_delete,           QUERY_banned_passwords_delete,
                                            QUERY_contact_rules_delete,          QUERY_extensions_delete,
                                            QUERY_extension_applications_delete, QUERY_text_overrides_delete };
    const struct tenant *t = w->tenant;
    struct guid_text id = guid_format(t->id);

    TRY(RUN_FOR_GUID(c, forget, &t->id));
    TRY(put_row(c, QUERY_tenant_put, &shape_tenant, t));
    TRY(add_name(c, t, -3, slice_of(id.c)));
    TRY(add_name(c, t, -2, t->name));
    TRY(add_name(c, t, -1, t->domain));
    for (size_t i = 0; i < t->aliases.n; i++)
        TRY(add_name(c, t, (int64_t)i, t->aliases.items[i]));
    TRY(add_lists(c, t));
    return query_run(c, QUERY_directory_touch);
}

err write_tenant_delete(struct connection *c, const struct store_write *w)
{
    static const enum query_id ids[] = {
        QUERY_tenant_grants_delete,
        QUERY_tenant_passcodes_delete,
        QUERY_tenant_mails_delete,
        QUERY_tenant_mails_tried_delete,
        QUERY_tenant_signups_delete,
        QUERY_tenant_methods_delete,
        QUERY_tenant_user_attributes_delete,
        QUERY_tenant_user_roles_delete,
        QUERY_tenant_session_applications_delete,
        QUERY_tenant_sessions_delete,
        QUERY_tenant_codes_delete,
        QUERY_tenant_devices_delete,
        QUERY_tenant_users_delete,
        QUERY_tenant_redirect_uris_delete,
        QUERY_tenant_application_texts_delete,
        QUERY_tenant_client_secrets_delete,
        QUERY_tenant_app_roles_delete,
        QUERY_tenant_applications_delete,
        QUERY_tenant_attributes_delete,
        QUERY_tenant_attribute_options_delete,
        QUERY_tenant_user_flows_delete,
        QUERY_banned_passwords_delete,
        QUERY_contact_rules_delete,
        QUERY_extensions_delete,
        QUERY_extension_applications_delete,
        QUERY_text_overrides_delete,
        QUERY_tenant_names_delete,
        QUERY_tenant_delete,
    };

    TRY(RUN_FOR_GUID(c, ids, &w->guid));
    TRY(mails_recount(c));
    return query_run(c, QUERY_directory_touch);
}

/* ---- applications ---- */

static err application_run(struct connection *c, enum query_id id, const struct guid *tenant, const struct guid *client)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_guid(q, 1, tenant);
    bind_guid(q, 2, client);
    return query_done(c, q);
}

static err application_forget(struct connection *c, const struct guid *tenant, const struct guid *client)
{
    static const enum query_id ids[] = { QUERY_redirect_uris_delete, QUERY_application_texts_delete,
                                         QUERY_client_secrets_delete, QUERY_app_roles_delete,
                                         QUERY_application_delete };

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        TRY(application_run(c, ids[i], tenant, client));
    return OK;
}

static err add_application_lists(struct connection *c, const struct application *app)
{
    const struct owner owner = { &app->tenant_id, &app->client_id };
    struct application lists = *app;

    for (uint32_t list = 0; list < APPLICATION_LISTS; list++) {
        const struct slices *texts = application_list(&lists, (enum application_list)list);
        for (size_t i = 0; i < texts->n; i++) {
            struct numbered_text row = { list, texts->items[i] };
            TRY(add_item(c, QUERY_application_text_insert, owner, &shape_numbered_text, &row, i));
        }
    }
    for (size_t i = 0; i < app->redirect_uri_count; i++)
        TRY(add_item(c, QUERY_redirect_uri_insert, owner, &shape_redirect_uri, &app->redirect_uris[i], i));
    for (size_t i = 0; i < app->secret_count; i++)
        TRY(add_item(c, QUERY_client_secret_insert, owner, &shape_client_secret, &app->secrets[i], i));
    for (size_t i = 0; i < app->role_count; i++)
        TRY(add_item(c, QUERY_app_role_insert, owner, &shape_app_role, &app->roles[i], i));
    return OK;
}

static bool offers_users(const struct application *app, const struct app_role *role)
{
    for (size_t i = 0; i < app->role_count; i++)
        if (slice_eq(app->roles[i].value, role->value))
            return (app->roles[i].members & ROLE_FOR_USERS) != 0;
    return false;
}

/* Whether a role that users may have is no longer among the application's. */
static err drops_role(struct connection *c, const struct application *app, bool *drops)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    struct app_role role;
    err row;

    *drops = false;
    TRY(query_start(c, QUERY_app_roles, &q));
    bind_guid(q, 1, &app->tenant_id);
    bind_guid(q, 2, &app->client_id);
    for (row = query_row(c, q); err_is_ok(row); row = query_row(c, q)) {
        TRY(shape_read(&shape_app_role, c, q, &role));
        *drops = *drops || !offers_users(app, &role);
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}

err write_application_put(struct connection *c, const struct store_write *w)
{
    const struct application *app = w->application;
    bool drops;

    TRY(drops_role(c, app, &drops));
    TRY(application_forget(c, &app->tenant_id, &app->client_id));
    TRY(put_row(c, QUERY_application_put, &shape_application, app));
    TRY(add_application_lists(c, app));
    if (drops) /* looks at every user of the tenant, so only then */
        TRY(application_run(c, QUERY_application_stale_roles_delete, &app->tenant_id, &app->client_id));
    return query_run(c, QUERY_directory_touch);
}

err write_application_delete(struct connection *c, const struct store_write *w)
{
    TRY(application_run(c, QUERY_application_user_roles_delete, &w->tenant_id, &w->guid));
    TRY(application_forget(c, &w->tenant_id, &w->guid));
    return query_run(c, QUERY_directory_touch);
}

/* ---- user flows ---- */

static err user_flow_run(struct connection *c, enum query_id id, const struct guid *tenant, struct slice name)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_guid(q, 1, tenant);
    bind_slice(q, 2, name);
    return query_done(c, q);
}

static err user_flow_forget(struct connection *c, const struct guid *tenant, struct slice name)
{
    TRY(user_flow_run(c, QUERY_attributes_delete, tenant, name));
    TRY(user_flow_run(c, QUERY_attribute_options_delete, tenant, name));
    return user_flow_run(c, QUERY_user_flow_delete, tenant, name);
}

/* One row of a list of the flow: the item's members, then whose it is and its place. */
static err add_flow_item(struct connection *c, enum query_id id, const struct user_flow *flow,
                         const struct shape *shape, const void *item, size_t place)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    int at = shape_width(shape);

    TRY(query_start(c, id, &q));
    shape_bind(shape, q, item);
    bind_guid(q, at + 1, &flow->tenant_id);
    bind_slice(q, at + 2, flow->name);
    bind_number(q, at + 3, (int64_t)place);
    return query_done(c, q);
}

static err add_attribute(struct connection *c, const struct user_flow *flow, size_t place)
{
    const struct flow_attribute *attribute = &flow->attributes[place];

    TRY(add_flow_item(c, QUERY_attribute_insert, flow, &shape_attribute, attribute, place));
    for (size_t i = 0; i < attribute->options.n; i++) {
        struct numbered_text row = { (uint32_t)place, attribute->options.items[i] };
        TRY(add_flow_item(c, QUERY_attribute_option_insert, flow, &shape_numbered_text, &row, i));
    }
    return OK;
}

err write_user_flow_put(struct connection *c, const struct store_write *w)
{
    const struct user_flow *flow = w->user_flow;

    TRY(user_flow_forget(c, &flow->tenant_id, flow->name));
    TRY(put_row(c, QUERY_user_flow_put, &shape_user_flow, flow));
    for (size_t i = 0; i < flow->attribute_count; i++)
        TRY(add_attribute(c, flow, i));
    return query_run(c, QUERY_directory_touch);
}

err write_user_flow_delete(struct connection *c, const struct store_write *w)
{
    TRY(user_flow_forget(c, &w->tenant_id, w->name));
    return query_run(c, QUERY_directory_touch);
}
