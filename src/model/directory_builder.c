/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a snapshot: what is added is copied into the block, the tables grow beside it and are sorted at the end. */
#include "model/directory_block.h"

#include <stdlib.h>
#include <string.h>

struct table {
    void *rows;
    size_t n;
    size_t cap;
    size_t size; /* of a row */
};

struct directory_builder {
    int64_t version;
    struct block *block;
    struct table tenants;
    struct table applications;
    struct table user_flows;
};

struct directory_builder *directory_builder_new(int64_t version)
{
    struct directory_builder *b = calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->version = version;
    b->tenants.size = sizeof(struct tenant);
    b->applications.size = sizeof(struct application);
    b->user_flows.size = sizeof(struct user_flow);
    return b;
}

void directory_builder_free(struct directory_builder *b)
{
    if (b == NULL)
        return;
    directory_block_free(b->block);
    free(b->tenants.rows);
    free(b->applications.rows);
    free(b->user_flows.rows);
    free(b);
}

/* ---- adding ---- */

static err table_add(struct table *t, const void *row)
{
    if (t->n == t->cap) {
        size_t cap = t->cap == 0 ? 16 : t->cap * 2;
        void *rows = realloc(t->rows, cap * t->size);
        ENSURE(rows != NULL, NO_MEMORY);
        t->rows = rows;
        t->cap = cap;
    }
    memcpy((char *)t->rows + t->n * t->size, row, t->size);
    t->n++;
    return OK;
}

/* An empty text needs no bytes, so only others are cut from the block. */
static err copy_text(struct directory_builder *b, struct slice *text)
{
    void *copy;

    if (text->n == 0) {
        *text = SLICE_EMPTY;
        return OK;
    }
    TRY(directory_block_take(&b->block, text->n, &copy));
    memcpy(copy, text->p, text->n);
    text->p = copy;
    return OK;
}

static err copy_texts(struct directory_builder *b, struct slice *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(copy_text(b, texts[i]));
    return OK;
}
#define COPY_TEXTS(b, texts) copy_texts((b), (texts), sizeof(texts) / sizeof((texts)[0]))

/* Copies n rows of a table that hangs on another row; *copy is NULL for none. */
static err copy_rows(struct directory_builder *b, const void *rows, size_t n, size_t size, void **copy)
{
    *copy = NULL;
    if (n == 0)
        return OK;
    TRY(directory_block_take(&b->block, n * size, copy));
    ASSERT(*copy != NULL);
    memcpy(*copy, rows, n * size);
    return OK;
}

static err copy_slices(struct directory_builder *b, struct slices *list)
{
    void *copy;

    TRY(copy_rows(b, list->items, list->n, sizeof list->items[0], &copy));
    struct slice *items = copy;
    for (size_t i = 0; items != NULL && i < list->n; i++)
        TRY(copy_text(b, &items[i]));
    list->items = items;
    return OK;
}

static err copy_contact_rules(struct directory_builder *b, struct tenant *t)
{
    void *copy;

    TRY(copy_rows(b, t->contact_rules, t->contact_rule_count, sizeof t->contact_rules[0], &copy));
    struct contact_rule *rules = copy;
    for (size_t i = 0; rules != NULL && i < t->contact_rule_count; i++)
        TRY(copy_text(b, &rules[i].match));
    t->contact_rules = rules;
    return OK;
}

static err copy_extension(struct directory_builder *b, struct extension *e)
{
    struct slice *const texts[] = { &e->name, &e->url, &e->resource_id, &e->secret };

    TRY(COPY_TEXTS(b, texts));
    return copy_slices(b, &e->applications);
}

static err copy_extensions(struct directory_builder *b, struct tenant *t)
{
    void *copy;

    TRY(copy_rows(b, t->extensions, t->extension_count, sizeof t->extensions[0], &copy));
    struct extension *extensions = copy;
    for (size_t i = 0; extensions != NULL && i < t->extension_count; i++)
        TRY(copy_extension(b, &extensions[i]));
    t->extensions = extensions;
    return OK;
}

static err copy_branding(struct directory_builder *b, struct branding *look)
{
    struct slice *const texts[] = { &look->logo_url,         &look->accent_color,
                                    &look->background_color, &look->background_image_url,
                                    &look->favicon_url,      &look->username_hint,
                                    &look->sign_in_text,     &look->terms_url,
                                    &look->privacy_url,      &look->custom_css };
    void *copy;

    TRY(COPY_TEXTS(b, texts));
    TRY(copy_rows(b, look->texts, look->text_count, sizeof look->texts[0], &copy));
    struct text_override *overrides = copy;
    for (size_t i = 0; overrides != NULL && i < look->text_count; i++) {
        struct slice *const parts[] = { &overrides[i].language, &overrides[i].key, &overrides[i].text };
        TRY(COPY_TEXTS(b, parts));
    }
    look->texts = overrides;
    return OK;
}

err directory_builder_tenant(struct directory_builder *b, const struct tenant *tenant)
{
    struct tenant t = *tenant;
    struct slice *const texts[] = { &t.name, &t.domain, &t.display_name, &t.issuer };

    TRY(COPY_TEXTS(b, texts));
    TRY(copy_branding(b, &t.branding));
    TRY(copy_slices(b, &t.aliases));
    TRY(copy_slices(b, &t.banned_passwords));
    TRY(copy_contact_rules(b, &t));
    TRY(copy_extensions(b, &t));
    return table_add(&b->tenants, &t);
}

static err copy_redirect_uris(struct directory_builder *b, struct application *a)
{
    void *copy;

    TRY(copy_rows(b, a->redirect_uris, a->redirect_uri_count, sizeof a->redirect_uris[0], &copy));
    struct redirect_uri *uris = copy;
    for (size_t i = 0; uris != NULL && i < a->redirect_uri_count; i++)
        TRY(copy_text(b, &uris[i].uri));
    a->redirect_uris = uris;
    return OK;
}

static err copy_secrets(struct directory_builder *b, struct application *a)
{
    void *copy;

    TRY(copy_rows(b, a->secrets, a->secret_count, sizeof a->secrets[0], &copy));
    struct client_secret *secrets = copy;
    for (size_t i = 0; secrets != NULL && i < a->secret_count; i++) {
        TRY(copy_text(b, &secrets[i].hint));
        TRY(copy_text(b, &secrets[i].name));
    }
    a->secrets = secrets;
    return OK;
}

static err copy_roles(struct directory_builder *b, struct application *a)
{
    void *copy;

    TRY(copy_rows(b, a->roles, a->role_count, sizeof a->roles[0], &copy));
    struct app_role *roles = copy;
    for (size_t i = 0; roles != NULL && i < a->role_count; i++) {
        TRY(copy_text(b, &roles[i].value));
        TRY(copy_text(b, &roles[i].display_name));
    }
    a->roles = roles;
    return OK;
}

err directory_builder_application(struct directory_builder *b, const struct application *app)
{
    struct application a = *app;
    struct slice *const texts[] = { &a.name, &a.user_flow, &a.logout_url, &a.identifier_uri };
    struct slices *const lists[] = { &a.permissions,     &a.application_permissions, &a.certificates,   &a.scopes,
                                     &a.id_token_claims, &a.access_token_claims,     &a.allowed_origins };

    TRY(COPY_TEXTS(b, texts));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        TRY(copy_slices(b, lists[i]));
    TRY(copy_redirect_uris(b, &a));
    TRY(copy_secrets(b, &a));
    TRY(copy_roles(b, &a));
    return table_add(&b->applications, &a);
}

static err copy_attribute(struct directory_builder *b, struct flow_attribute *attribute)
{
    struct slice *const texts[] = { &attribute->name, &attribute->type, &attribute->label, &attribute->regex,
                                    &attribute->default_value };

    TRY(COPY_TEXTS(b, texts));
    TRY(copy_slices(b, &attribute->options));
    attribute->pattern = NULL;
    if (attribute->regex.n == 0)
        return OK;
    return directory_block_pattern(&b->block, attribute->regex, &attribute->pattern);
}

err directory_builder_user_flow(struct directory_builder *b, const struct user_flow *flow)
{
    struct user_flow f = *flow;
    void *copy;

    TRY(copy_text(b, &f.name));
    TRY(copy_rows(b, f.attributes, f.attribute_count, sizeof f.attributes[0], &copy));
    struct flow_attribute *attributes = copy;
    for (size_t i = 0; attributes != NULL && i < f.attribute_count; i++)
        TRY(copy_attribute(b, &attributes[i]));
    f.attributes = attributes;
    return table_add(&b->user_flows, &f);
}

/* ---- finishing ---- */

/* Sorts a table into the block. CONFLICT where two rows are the same by `order`. */
static err settle(struct directory_builder *b, struct table *t, int (*order)(const void *, const void *),
                  const void **rows)
{
    void *copy;

    if (t->n > 1)
        qsort(t->rows, t->n, t->size, order);
    for (size_t i = 1; i < t->n; i++) {
        const char *row = (const char *)t->rows + i * t->size;
        ENSURE(order(row - t->size, row) != 0, CONFLICT);
    }
    TRY(copy_rows(b, t->rows, t->n, t->size, &copy));
    *rows = copy;
    return OK;
}

static err add_name(struct directory_builder *b, struct table *names, struct slice name, const struct tenant *tenant)
{
    struct directory_name row = { name, tenant };
    char *lower;

    if (name.n == 0)
        return OK;
    TRY(copy_text(b, &row.name));
    lower = (char *)(uintptr_t)row.name.p; /* our copy, fresh */
    for (size_t i = 0; i < name.n; i++)
        lower[i] = ascii_lower(lower[i]);
    return table_add(names, &row);
}

static err add_names(struct directory_builder *b, struct table *names, const struct tenant *tenant)
{
    struct guid_text id = guid_format(tenant->id);

    TRY(add_name(b, names, slice_of(id.c), tenant));
    TRY(add_name(b, names, tenant->name, tenant));
    TRY(add_name(b, names, tenant->domain, tenant));
    for (size_t i = 0; i < tenant->aliases.n; i++)
        TRY(add_name(b, names, tenant->aliases.items[i], tenant));
    return OK;
}

static void table_free(struct table *t)
{
    free(t->rows);
}

static err index_names(struct directory_builder *b, struct directory *d)
{
    AUTO(table_free) struct table names = { .size = sizeof(struct directory_name) };

    for (size_t i = 0; i < d->tenant_count; i++)
        TRY(add_names(b, &names, &d->tenants[i]));
    d->name_count = names.n;
    return settle(b, &names, name_order, (const void **)&d->names);
}

static err fill(struct directory_builder *b, struct directory *d)
{
    d->version = b->version;
    d->tenant_count = b->tenants.n;
    d->application_count = b->applications.n;
    d->user_flow_count = b->user_flows.n;
    TRY(settle(b, &b->tenants, tenant_order, (const void **)&d->tenants));
    TRY(settle(b, &b->applications, application_order, (const void **)&d->applications));
    TRY(settle(b, &b->user_flows, user_flow_order, (const void **)&d->user_flows));
    return index_names(b, d);
}

err directory_builder_done(struct directory_builder *b, struct directory **out)
{
    struct directory *d = calloc(1, sizeof *d);
    err result = d == NULL ? FAIL(NO_MEMORY) : fill(b, d);

    if (err_is_ok(result)) {
        atomic_init(&d->references, 1);
        d->block = b->block;
        b->block = NULL;
        *out = d;
    } else {
        free(d);
    }
    directory_builder_free(b);
    return result;
}
