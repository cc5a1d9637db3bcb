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

/* ---- tenants ---- */

static err add_lists(struct connection *c, const struct tenant *t)
{
    const struct owner owner = { &t->id, NULL };

    TRY(add_slices(c, QUERY_banned_password_insert, owner, &t->banned_passwords));
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
    static const enum query_id forget[] = { QUERY_tenant_names_delete, QUERY_banned_passwords_delete,
                                            QUERY_contact_rules_delete, QUERY_extensions_delete,
                                            QUERY_extension_applications_delete };
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
        QUERY_tenant_refresh_delete,
        QUERY_tenant_grants_delete,
        QUERY_tenant_passcodes_delete,
        QUERY_tenant_mails_delete,
        QUERY_tenant_signups_delete,
        QUERY_tenant_methods_delete,
        QUERY_tenant_user_attributes_delete,
        QUERY_tenant_users_delete,
        QUERY_tenant_redirect_uris_delete,
        QUERY_tenant_permissions_delete,
        QUERY_tenant_origins_delete,
        QUERY_tenant_applications_delete,
        QUERY_tenant_attributes_delete,
        QUERY_tenant_user_flows_delete,
        QUERY_banned_passwords_delete,
        QUERY_contact_rules_delete,
        QUERY_extensions_delete,
        QUERY_extension_applications_delete,
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
    TRY(application_run(c, QUERY_redirect_uris_delete, tenant, client));
    TRY(application_run(c, QUERY_permissions_delete, tenant, client));
    TRY(application_run(c, QUERY_origins_delete, tenant, client));
    return application_run(c, QUERY_application_delete, tenant, client);
}

err write_application_put(struct connection *c, const struct store_write *w)
{
    const struct application *app = w->application;
    const struct owner owner = { &app->tenant_id, &app->client_id };

    TRY(application_forget(c, &app->tenant_id, &app->client_id));
    TRY(put_row(c, QUERY_application_put, &shape_application, app));
    for (size_t i = 0; i < app->redirect_uri_count; i++)
        TRY(add_item(c, QUERY_redirect_uri_insert, owner, &shape_redirect_uri, &app->redirect_uris[i], i));
    TRY(add_slices(c, QUERY_permission_insert, owner, &app->permissions));
    TRY(add_slices(c, QUERY_origin_insert, owner, &app->allowed_origins));
    return query_run(c, QUERY_directory_touch);
}

err write_application_delete(struct connection *c, const struct store_write *w)
{
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
    return user_flow_run(c, QUERY_user_flow_delete, tenant, name);
}

static err add_attribute(struct connection *c, const struct user_flow *flow, size_t place)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    int at = shape_width(&shape_attribute);

    TRY(query_start(c, QUERY_attribute_insert, &q));
    shape_bind(&shape_attribute, q, &flow->attributes[place]);
    bind_guid(q, at + 1, &flow->tenant_id);
    bind_slice(q, at + 2, flow->name);
    bind_number(q, at + 3, (int64_t)place);
    return query_done(c, q);
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
