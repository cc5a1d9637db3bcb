/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the whole directory in one read transaction into a builder. */
#include "store/sqlite/db.h"

#include <stdlib.h>
#include <string.h>

/* A load under way. The arena holds the lists of one row, whose texts SQLite takes back at the next step. */
struct loading {
    struct connection *c;
    struct directory_builder *builder;
    struct arena arena;
};

typedef err load_row_fn(struct loading *l, sqlite3_stmt *row);

static err load_table(struct loading *l, enum query_id id, load_row_fn *load)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    err row;

    TRY(query_start(l->c, id, &q));
    for (row = query_row(l->c, q); err_is_ok(row); row = query_row(l->c, q)) {
        arena_reset(&l->arena);
        TRY(load(l, q));
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}

/* Rows of a list, growing in the arena. */
struct list {
    const struct shape *shape;
    size_t size; /* of an item */
    char *items;
    size_t n;
    size_t room;
};

static err list_grow(struct loading *l, struct list *list)
{
    size_t room = list->room == 0 ? 8 : list->room * 2;
    char *items = arena_take(&l->arena, room * list->size);

    ENSURE(items != NULL, FULL);
    if (list->n > 0)
        memcpy(items, list->items, list->n * list->size);
    list->items = items;
    list->room = room;
    return OK;
}

static err load_list(struct loading *l, sqlite3_stmt *q, struct list *list)
{
    err row;

    for (row = query_row(l->c, q); err_is_ok(row); row = query_row(l->c, q)) {
        if (list->n == list->room)
            TRY(list_grow(l, list));
        char *item = list->items + list->n * list->size;
        TRY(shape_read(list->shape, l->c, q, item));
        shape_keep(list->shape, &l->arena, item);
        ENSURE(!l->arena.full, FULL);
        list->n++;
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}

/* The list that hangs on a tenant (name empty, client NULL), an application, or a user flow. */
static err load_list_of(struct loading *l, enum query_id id, const struct guid *tenant, const struct guid *client,
                        struct slice flow, struct list *list)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(l->c, id, &q));
    bind_guid(q, 1, tenant);
    if (client != NULL)
        bind_guid(q, 2, client);
    else if (flow.n > 0)
        bind_slice(q, 2, flow);
    return load_list(l, q, list);
}

static struct slices slices_of(const struct list *list)
{
    return (struct slices){ (const struct slice *)(const void *)list->items, list->n };
}

/* Texts of several lists, sorted by list: as they came, and as the slices that the lists are made of. */
struct numbered {
    const struct numbered_text *rows;
    struct slice *texts;
    size_t n;
};

static err numbered_of(struct loading *l, const struct list *list, struct numbered *out)
{
    *out = (struct numbered){ (const struct numbered_text *)(const void *)list->items, NULL, list->n };
    if (list->n == 0)
        return OK;
    out->texts = arena_take(&l->arena, list->n * sizeof *out->texts);
    ENSURE(out->texts != NULL, FULL);
    for (size_t i = 0; i < list->n; i++)
        out->texts[i] = out->rows[i].text;
    return OK;
}

/* The list of that number. */
static struct slices numbered_list(const struct numbered *all, uint32_t number)
{
    size_t first = 0;

    while (first < all->n && all->rows[first].number < number)
        first++;
    size_t end = first;
    while (end < all->n && all->rows[end].number == number)
        end++;
    return first == end ? (struct slices){ NULL, 0 } : (struct slices){ all->texts + first, end - first };
}

static err load_extensions(struct loading *l, struct tenant *t)
{
    struct list list = { .shape = &shape_extension, .size = sizeof(struct extension) };

    TRY(load_list_of(l, QUERY_extensions, &t->id, NULL, SLICE_EMPTY, &list));
    struct extension *extensions = (struct extension *)(void *)list.items;
    for (size_t i = 0; i < list.n; i++) {
        struct list applications = { .shape = &shape_slice, .size = sizeof(struct slice) };
        TRY(load_list_of(l, QUERY_extension_applications, &t->id, &extensions[i].id, SLICE_EMPTY, &applications));
        extensions[i].applications = slices_of(&applications);
    }
    t->extensions = extensions;
    t->extension_count = list.n;
    return OK;
}

static err load_tenant(struct loading *l, sqlite3_stmt *row)
{
    struct list aliases = { .shape = &shape_slice, .size = sizeof(struct slice) };
    struct list banned = aliases;
    struct list rules = { .shape = &shape_contact_rule, .size = sizeof(struct contact_rule) };
    struct list overrides = { .shape = &shape_text_override, .size = sizeof(struct text_override) };
    struct tenant t;

    TRY(shape_read(&shape_tenant, l->c, row, &t));
    TRY(load_list_of(l, QUERY_tenant_aliases, &t.id, NULL, SLICE_EMPTY, &aliases));
    TRY(load_list_of(l, QUERY_banned_passwords, &t.id, NULL, SLICE_EMPTY, &banned));
    TRY(load_list_of(l, QUERY_contact_rules, &t.id, NULL, SLICE_EMPTY, &rules));
    TRY(load_list_of(l, QUERY_text_overrides, &t.id, NULL, SLICE_EMPTY, &overrides));
    TRY(load_extensions(l, &t));
    t.aliases = slices_of(&aliases);
    t.banned_passwords = slices_of(&banned);
    t.contact_rules = (const struct contact_rule *)(const void *)rules.items;
    t.contact_rule_count = rules.n;
    t.branding.texts = (const struct text_override *)(const void *)overrides.items;
    t.branding.text_count = overrides.n;
    return directory_builder_tenant(l->builder, &t);
}

static err load_application_texts(struct loading *l, struct application *a)
{
    struct list texts = { .shape = &shape_numbered_text, .size = sizeof(struct numbered_text) };
    struct numbered lists;

    TRY(load_list_of(l, QUERY_application_texts, &a->tenant_id, &a->client_id, SLICE_EMPTY, &texts));
    TRY(numbered_of(l, &texts, &lists));
    for (uint32_t list = 0; list < APPLICATION_LISTS; list++)
        *application_list(a, (enum application_list)list) = numbered_list(&lists, list);
    return OK;
}

static err load_application(struct loading *l, sqlite3_stmt *row)
{
    struct list uris = { .shape = &shape_redirect_uri, .size = sizeof(struct redirect_uri) };
    struct list secrets = { .shape = &shape_client_secret, .size = sizeof(struct client_secret) };
    struct list roles = { .shape = &shape_app_role, .size = sizeof(struct app_role) };
    struct application a;

    TRY(shape_read(&shape_application, l->c, row, &a));
    TRY(load_list_of(l, QUERY_redirect_uris, &a.tenant_id, &a.client_id, SLICE_EMPTY, &uris));
    TRY(load_list_of(l, QUERY_client_secrets, &a.tenant_id, &a.client_id, SLICE_EMPTY, &secrets));
    TRY(load_list_of(l, QUERY_app_roles, &a.tenant_id, &a.client_id, SLICE_EMPTY, &roles));
    TRY(load_application_texts(l, &a));
    a.redirect_uris = (const struct redirect_uri *)(const void *)uris.items;
    a.redirect_uri_count = uris.n;
    a.secrets = (const struct client_secret *)(const void *)secrets.items;
    a.secret_count = secrets.n;
    a.roles = (const struct app_role *)(const void *)roles.items;
    a.role_count = roles.n;
    return directory_builder_application(l->builder, &a);
}

static err load_user_flow(struct loading *l, sqlite3_stmt *row)
{
    struct list attributes = { .shape = &shape_attribute, .size = sizeof(struct flow_attribute) };
    struct list options = { .shape = &shape_numbered_text, .size = sizeof(struct numbered_text) };
    struct numbered lists;
    struct user_flow f;

    TRY(shape_read(&shape_user_flow, l->c, row, &f));
    TRY(load_list_of(l, QUERY_attributes, &f.tenant_id, NULL, f.name, &attributes));
    TRY(load_list_of(l, QUERY_attribute_options, &f.tenant_id, NULL, f.name, &options));
    TRY(numbered_of(l, &options, &lists));
    struct flow_attribute *items = (struct flow_attribute *)(void *)attributes.items;
    for (size_t i = 0; i < attributes.n; i++)
        items[i].options = numbered_list(&lists, (uint32_t)i);
    f.attributes = items;
    f.attribute_count = attributes.n;
    return directory_builder_user_flow(l->builder, &f);
}

static err load_all(struct loading *l)
{
    int64_t version;

    TRY(query_number(l->c, QUERY_directory_version, &version));
    l->builder = directory_builder_new(version);
    ENSURE(l->builder != NULL, NO_MEMORY);
    TRY(load_table(l, QUERY_tenants, load_tenant));
    TRY(load_table(l, QUERY_applications, load_application));
    return load_table(l, QUERY_user_flows, load_user_flow);
}

static void loading_end(struct loading *l)
{
    directory_builder_free(l->builder);
    free(l->arena.block);
}

err store_directory(struct store *s, struct directory **out)
{
    AUTO(loading_end) struct loading l = { .builder = NULL };

    TRY(connection_of_thread(s, &l.c));
    void *block = malloc(LIMIT_DIRECTORY_TEXT); /* the lists of one row are never more; untouched pages cost nothing */
    ENSURE(block != NULL, NO_MEMORY);
    arena_init(&l.arena, block, LIMIT_DIRECTORY_TEXT);
    TRY(query_run(l.c, QUERY_begin_read));
    err result = load_all(&l);
    if (!err_is_ok(query_run(l.c, QUERY_commit)))
        sqlite3_exec(l.c->db, "ROLLBACK", NULL, NULL, NULL);
    TRY(result);
    struct directory_builder *builder = l.builder;
    l.builder = NULL;
    return directory_builder_done(builder, out);
}
