/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what an application offers as an API, and who has its roles. */
#include "server/manifest_scope.h"

#include <stdlib.h>
#include <string.h>

enum { ROLE_LINE = GUID_TEXT + 1 + 120 + 1 }; /* "client_id value\n" */

/* ---- the API ---- */

static uint8_t members_of(const struct text_list *list)
{
    uint8_t set = list->n == 0 ? ROLE_FOR_USERS : 0;

    for (size_t i = 0; i < list->n; i++)
        set |= strcmp(list->items[i], "applications") == 0 ? ROLE_FOR_APPLICATIONS : ROLE_FOR_USERS;
    return set;
}

/* A role without an id keeps the one that is stored by its value. */
static struct guid role_id(const struct scope *s, const struct manifest_role *draft, const struct application *stored)
{
    if (!guid_is_nil(draft->id))
        return draft->id;
    for (size_t i = 0; stored != NULL && i < stored->role_count; i++)
        if (slice_eq(stored->roles[i].value, slice_of(draft->value)))
            return stored->roles[i].id;
    return guid_new(s->a->options->rng);
}

static const char *check_role(const struct app_role *roles, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (slice_eq(roles[k].value, roles[i].value))
            return "is the value of another role";
        if (guid_eq(roles[k].id, roles[i].id))
            return "has the id of another role";
    }
    return NULL;
}

static err read_roles(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                      const struct map_list *list, const struct application *stored, struct application *app)
{
    struct app_role *roles = plan_take(&s->a->plan, list->n * sizeof *roles);

    if (list->n > LIMIT_ROLES)
        return field_complain(reader, map, "roles", "has more than 64 entries");
    ENSURE(roles != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++) {
        struct manifest_role draft = { .value = NULL };
        struct field_reader inner;
        TRY(fields_read_item(reader, "roles", list, i, manifest_role_fields, &draft, &inner));
        roles[i] = (struct app_role){ role_id(s, &draft, stored), slice_of(draft.value), slice_of(draft.display_name),
                                      members_of(&draft.members) };
        const char *wrong = check_role(roles, i);
        if (wrong != NULL)
            return field_complain(&inner, yml_item(list->value, i), "value", wrong);
    }
    app->roles = roles;
    app->role_count = list->n;
    return OK;
}

/* The map of the field `api`, or the application's where there is none. */
static struct yaml_value api_map(struct yaml_value map)
{
    for (size_t i = 0; i < yml_count(map); i++)
        if (strcmp(yml_text(yml_key(map, i)), "api") == 0)
            return yml_value(map, i);
    return map;
}

static err complain_api(const struct field_reader *reader, struct yaml_value map, const char *field, const char *what)
{
    struct field_reader inner = { .why = reader->why };

    snprintf(inner.path, sizeof inner.path, "%.150s.api", reader->path);
    return field_complain(&inner, api_map(map), field, what);
}

/* Whether an application that is stored, and not in the plan, has that name as an API. */
static bool uri_is_stored(struct scope *s, const struct application *app)
{
    const struct directory *d = s->a->directory;

    for (size_t i = 0; i < d->application_count; i++) {
        const struct application *other = &d->applications[i];
        if (guid_eq(other->tenant_id, app->tenant_id) && slice_eq(other->identifier_uri, app->identifier_uri) &&
            !plan_has(&s->a->plan, "application", app->tenant_id, slice_of(guid_format(other->client_id).c)))
            return true;
    }
    return false;
}

static err take_identifier_uri(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                               const struct application *app)
{
    struct guid named;

    if (app->identifier_uri.n == 0)
        return OK;
    if (guid_parse(slice_from(app->identifier_uri, sizeof "api://" - 1), &named) &&
        slice_starts(app->identifier_uri, SLICE("api://")) && !guid_eq(named, app->client_id))
        return complain_api(reader, map, "identifierUri", "holds the client id of another application");
    err taken = uri_is_stored(s, app) ? FAIL(CONFLICT)
                                      : plan_claim(&s->a->plan, "identifier URI", app->tenant_id, app->identifier_uri);
    return taken.code == ERR_CONFLICT ? complain_api(reader, map, "identifierUri", "is the name of another API")
                                      : taken;
}

static err check_scopes(const struct field_reader *reader, struct yaml_value map, const struct text_list *scopes)
{
    for (size_t i = 0; i < scopes->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(scopes->items[k], scopes->items[i]) == 0)
                return complain_api(reader, map, "scopes", "names a scope twice");
    return OK;
}

err scope_read_api(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                   const struct manifest_application *draft, const struct application *stored, struct application *app)
{
    app->identifier_uri = slice_of(draft->api.identifier_uri);
    app->access_token_version = draft->api.access_token_version;
    TRY(take_identifier_uri(s, reader, map, app));
    TRY(check_scopes(reader, map, &draft->api.scopes));
    TRY(scope_slices(&s->a->plan, &draft->api.scopes, &app->scopes));
    return read_roles(s, reader, map, &draft->roles, stored, app);
}

/* ---- the roles of a user ---- */

static bool is_called(const struct application *app, struct guid tenant, struct slice name)
{
    return guid_eq(app->tenant_id, tenant) && (slice_eq_nocase(slice_of(guid_format(app->client_id).c), name) ||
                                               slice_eq(app->identifier_uri, name) || slice_eq(app->name, name));
}

/* The application of that client id, identifier URI or name: as this manifest makes it, else as it is stored. */
static const struct application *application_called(const struct scope *s, struct slice name)
{
    const struct plan *plan = &s->a->plan;
    const struct directory *d = s->a->directory;

    for (size_t i = 0; i < plan->n; i++)
        if (plan->writes[i].kind == WRITE_APPLICATION_PUT &&
            is_called(plan->writes[i].application, s->tenant->id, name))
            return plan->writes[i].application;
    for (size_t i = 0; i < d->application_count; i++)
        if (is_called(&d->applications[i], s->tenant->id, name))
            return &d->applications[i];
    return NULL;
}

static bool offers_users(const struct application *app, struct slice value)
{
    for (size_t i = 0; i < app->role_count; i++)
        if (slice_eq(app->roles[i].value, value))
            return (app->roles[i].members & ROLE_FOR_USERS) != 0;
    return false;
}

static err read_user_role(const struct scope *s, const struct field_reader *reader, const struct map_list *list,
                          size_t i, char line[ROLE_LINE + 1])
{
    struct manifest_user_role draft = { NULL, NULL };
    struct yaml_value map = yml_item(list->value, i);
    struct field_reader inner;

    TRY(fields_read_item(reader, "roles", list, i, manifest_user_role_fields, &draft, &inner));
    const struct application *app = application_called(s, slice_of(draft.application));
    if (app == NULL)
        return field_complain(&inner, map, "application", "is no application of the tenant");
    if (!offers_users(app, slice_of(draft.value)))
        return field_complain(&inner, map, "value", "is no role that the application has for users");
    snprintf(line, ROLE_LINE + 1, "%s %s\n", guid_format(app->client_id).c, draft.value);
    return OK;
}

static int line_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Sorted, each once. */
static void join_lines(char (*lines)[ROLE_LINE + 1], size_t n, struct buf *out)
{
    if (n > 0)
        qsort(lines, n, sizeof lines[0], line_order);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
            buf_puts(out, lines[i]);
}

static err put_user_roles(struct scope *s, struct guid user, struct slice roles, bool *differ)
{
    char *space = plan_take(&s->a->plan, LIMIT_ROLES * ROLE_LINE);
    struct buf stored;

    ENSURE(space != NULL, NO_MEMORY);
    buf_init(&stored, space, LIMIT_ROLES * ROLE_LINE);
    TRY(store_user_all_roles(s->a->store, user, &stored));
    *differ = !slice_eq(buf_slice(&stored), roles);
    if (!*differ)
        return OK;
    struct store_write *write = plan_write(&s->a->plan, WRITE_USER_ROLES);
    ENSURE(write != NULL, NO_MEMORY);
    write->guid = user;
    write->name = roles;
    return OK;
}

err scope_read_user_roles(struct scope *s, const struct field_reader *reader, const struct map_list *list,
                          struct guid user, bool *differ)
{
    char(*lines)[ROLE_LINE + 1];
    struct buf roles;

    *differ = false;
    if (list->value.yaml == NULL)
        return OK;
    if (list->n > LIMIT_ROLES)
        return field_complain(reader, list->value, "roles", "has more than 64 entries");
    lines = plan_take(&s->a->plan, list->n * sizeof lines[0]);
    char *space = plan_take(&s->a->plan, list->n * sizeof lines[0]);
    ENSURE(lines != NULL && space != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++)
        TRY(read_user_role(s, reader, list, i, lines[i]));
    buf_init(&roles, space, list->n * sizeof lines[0]);
    join_lines(lines, list->n, &roles);
    return put_user_roles(s, user, buf_slice(&roles), differ);
}
