/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a snapshot, and its life. How one is made: directory_builder.c. */
#include "model/directory.h"

#include "model/directory_block.h"

#include "base/buf.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

struct directory *directory_hold(struct directory *d)
{
    atomic_fetch_add_explicit(&d->references, 1, memory_order_relaxed);
    return d;
}

void directory_release(struct directory *d)
{
    if (d == NULL || atomic_fetch_sub_explicit(&d->references, 1, memory_order_acq_rel) > 1)
        return;
    directory_block_free(d->block);
    free(d);
}

int guid_compare(struct guid a, struct guid b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

int tenant_order(const void *a, const void *b)
{
    const struct tenant *x = a, *y = b;

    return guid_compare(x->id, y->id);
}

int name_order(const void *a, const void *b)
{
    const struct directory_name *x = a, *y = b;

    return slice_compare(x->name, y->name);
}

int application_order(const void *a, const void *b)
{
    const struct application *x = a, *y = b;
    int order = guid_compare(x->tenant_id, y->tenant_id);

    return order != 0 ? order : guid_compare(x->client_id, y->client_id);
}

int user_flow_order(const void *a, const void *b)
{
    const struct user_flow *x = a, *y = b;
    int order = guid_compare(x->tenant_id, y->tenant_id);

    return order != 0 ? order : slice_compare(x->name, y->name);
}

/* bsearch, which must not be given a NULL table. */
static const void *find(const void *key, const void *table, size_t n, size_t size,
                        int (*order)(const void *, const void *))
{
    return n == 0 ? NULL : bsearch(key, table, n, size, order);
}

char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const struct tenant *directory_tenant(const struct directory *d, struct slice segment)
{
    char lower[LIMIT_TENANT_SEGMENT];
    struct directory_name key = { { lower, segment.n }, NULL };

    if (segment.n == 0 || segment.n > sizeof lower)
        return NULL;
    for (size_t i = 0; i < segment.n; i++)
        lower[i] = ascii_lower(segment.p[i]);
    const struct directory_name *found = find(&key, d->names, d->name_count, sizeof key, name_order);
    return found == NULL ? NULL : found->tenant;
}

const struct tenant *directory_tenant_by_id(const struct directory *d, struct guid id)
{
    struct tenant key = { .id = id };

    return find(&key, d->tenants, d->tenant_count, sizeof key, tenant_order);
}

const struct application *directory_application(const struct directory *d, struct guid tenant, struct guid client_id)
{
    struct application key = { .tenant_id = tenant, .client_id = client_id };

    return find(&key, d->applications, d->application_count, sizeof key, application_order);
}

/* Where the tenant's applications begin in the table. */
static size_t first_application(const struct directory *d, struct guid tenant)
{
    size_t low = 0;

    for (size_t high = d->application_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (guid_compare(d->applications[middle].tenant_id, tenant) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A client id comes first: no application can take it from another by naming itself so. */
const struct application *directory_api(const struct directory *d, struct guid tenant, struct slice resource)
{
    const struct slice scheme = SLICE("api://");
    const struct application *app = NULL;
    struct guid client_id;

    if (resource.n == 0)
        return NULL;
    if (guid_parse(slice_starts(resource, scheme) ? slice_from(resource, scheme.n) : resource, &client_id))
        app = directory_application(d, tenant, client_id);
    for (size_t i = first_application(d, tenant); app == NULL && i < d->application_count; i++) {
        const struct application *other = &d->applications[i];
        if (!guid_eq(other->tenant_id, tenant))
            break;
        if (slice_eq(other->identifier_uri, resource))
            app = other;
    }
    return app;
}

const struct user_flow *directory_user_flow(const struct directory *d, const struct application *app)
{
    struct user_flow key = { .tenant_id = app->tenant_id, .name = app->user_flow };

    if (app->user_flow.n == 0)
        return NULL;
    return find(&key, d->user_flows, d->user_flow_count, sizeof key, user_flow_order);
}

bool slices_have(const struct slices *list, struct slice value)
{
    for (size_t i = 0; i < list->n; i++)
        if (slice_eq(list->items[i], value))
            return true;
    return false;
}

bool application_allows_origin(const struct application *app, struct slice origin)
{
    for (size_t i = 0; i < app->allowed_origins.n; i++)
        if (slice_eq_nocase(app->allowed_origins.items[i], origin))
            return true;
    return false;
}

bool directory_allows_origin(const struct directory *d, const struct tenant *tenant, struct slice origin)
{
    for (size_t i = 0; i < d->application_count; i++) {
        const struct application *app = &d->applications[i];
        if (tenant != NULL && !guid_eq(app->tenant_id, tenant->id))
            continue;
        if (application_allows_origin(app, origin))
            return true;
    }
    return false;
}
