/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the applications of a tenant. */
#include "server/manifest_diff.h"
#include "server/manifest_scope.h"

#include <string.h>

/* The one with its id, or the only one of its name. CONFLICT: several have that name. */
static err find_application(const struct scope *s, const struct manifest_application *draft,
                            const struct application **out)
{
    const struct directory *d = s->a->directory;

    *out = NULL;
    if (!guid_is_nil(draft->client_id)) {
        *out = directory_application(d, s->tenant->id, draft->client_id);
        return OK;
    }
    for (size_t i = 0; i < d->application_count; i++) {
        if (!guid_eq(d->applications[i].tenant_id, s->tenant->id) ||
            !slice_eq(d->applications[i].name, slice_of(draft->name)))
            continue;
        ENSURE(*out == NULL, CONFLICT);
        *out = &d->applications[i];
    }
    return OK;
}

/* Two applications may share a name, but only where each is told by its id. */
static err take_application_name(struct scope *s, const struct manifest_application *draft)
{
    static const char by_name[] = "application by name", by_id[] = "application name";
    struct plan *plan = &s->a->plan;
    struct slice name = slice_of(draft->name);

    ENSURE(!plan_has(plan, by_name, s->tenant->id, name), CONFLICT);
    if (!guid_is_nil(draft->client_id)) {
        err taken = plan_claim(plan, by_id, s->tenant->id, name);
        return taken.code == ERR_CONFLICT ? OK : taken;
    }
    ENSURE(!plan_has(plan, by_id, s->tenant->id, name), CONFLICT);
    return plan_claim(plan, by_name, s->tenant->id, name);
}

static err check_user_flow(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                           const struct manifest_application *draft)
{
    struct slice flow = slice_of(draft->user_flow);

    if (flow.n == 0 || plan_has(&s->a->plan, "user flow", s->tenant->id, flow) || scope_stored_flow(s, flow) != NULL)
        return OK;
    return field_complain(reader, map, "userFlow", "names no user flow of the tenant");
}

static bool is_named_twice(const struct application *app)
{
    for (size_t i = 0; i < app->redirect_uri_count; i++)
        for (size_t k = 0; k < i; k++)
            if (slice_eq(app->redirect_uris[i].uri, app->redirect_uris[k].uri))
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

static err read_lists(struct plan *plan, const struct manifest_application *draft, struct application *app)
{
    TRY(put_redirect_uris(plan, draft->redirect_uris.by_platform, app));
    TRY(scope_slices(plan, &draft->permissions, &app->permissions));
    TRY(scope_slices(plan, &draft->application_permissions, &app->application_permissions));
    TRY(scope_slices(plan, &draft->id_token_claims, &app->id_token_claims));
    TRY(scope_slices(plan, &draft->access_token_claims, &app->access_token_claims));
    return scope_slices(plan, &draft->allowed_origins, &app->allowed_origins);
}

static err put_application(struct scope *s, const struct manifest_application *draft, const struct application *app,
                           const struct application *stored)
{
    struct store_write *write = plan_write(&s->a->plan, WRITE_APPLICATION_PUT);
    char space[DIFF_MAX];
    struct buf diff;

    ENSURE(write != NULL, NO_MEMORY);
    write->application = app;
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_application(stored, app, &diff);
    scope_tell(s->a, stored != NULL, "application", s->tenant->name, draft->name, &diff);
    return OK;
}

static err read_application(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                            const struct manifest_application *draft, const struct application *stored)
{
    struct plan *plan = &s->a->plan;
    struct application *app = plan_take(plan, sizeof *app);

    ENSURE(app != NULL, NO_MEMORY);
    *app = (struct application){ .tenant_id = s->tenant->id,
                                 .client_id = draft->client_id,
                                 .name = slice_of(draft->name),
                                 .public_client = draft->public_client,
                                 .native_authentication = draft->native_authentication,
                                 .logout_url = slice_of(draft->logout_url),
                                 .id_token_issuance = draft->id_token_issuance,
                                 .access_token_issuance = draft->access_token_issuance,
                                 .signing_alg = (enum signing_alg)draft->signing_algorithm,
                                 .access_token_seconds = draft->access_token_seconds,
                                 .user_flow = slice_of(draft->user_flow),
                                 .multi_factor = (enum toggle)draft->multi_factor };
    TRY(read_lists(plan, draft, app));
    if (is_named_twice(app))
        return field_complain(reader, map, "redirectUris", "has an address twice; each belongs to one platform");
    TRY(scope_read_credentials(s, reader, map, draft, stored, app));
    TRY(scope_read_api(s, reader, map, draft, stored, app));
    return put_application(s, draft, app, stored);
}

/* Which application it is: its id, and what is stored of it. */
static err identify_application(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                                struct manifest_application *draft, const struct application **stored)
{
    err found = find_application(s, draft, stored);

    if (err_is_ok(found))
        found = take_application_name(s, draft);
    if (found.code == ERR_CONFLICT)
        return field_complain(reader, map, "name", "is the name of another application; give each its clientId");
    TRY(found);
    if (guid_is_nil(draft->client_id))
        draft->client_id = *stored != NULL ? (*stored)->client_id : guid_new(s->a->options->rng);
    return scope_take_name(s, reader, map, "clientId", "application", slice_of(guid_format(draft->client_id).c),
                           "is the id of another application");
}

err scope_read_application(struct scope *s, size_t i)
{
    struct yaml_value map = yml_item(s->draft.applications.value, i);
    const struct application *stored;
    struct manifest_application draft;
    struct field_reader reader;

    memset(&draft, 0, sizeof draft);
    TRY(fields_read_item(&s->reader, "applications", &s->draft.applications, i, manifest_application_fields, &draft,
                         &reader));
    TRY(identify_application(s, &reader, map, &draft, &stored));
    TRY(check_user_flow(s, &reader, map, &draft));
    return read_application(s, &reader, map, &draft, stored);
}
