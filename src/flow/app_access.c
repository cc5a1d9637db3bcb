/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/app_access.h"

#include <string.h>

/* All before the last slash, and what follows it. Without a slash all is value, and of Graph (spec OIDC, 4.6). */
static struct slice resource_of(struct slice word, struct slice *value)
{
    size_t at = word.n;

    while (at > 0 && word.p[at - 1] != '/')
        at--;
    *value = slice_from(word, at);
    return at == 0 ? SLICE_EMPTY : (struct slice){ word.p, at - 1 };
}

static bool is_graph(struct slice resource)
{
    return resource.n == 0 || slice_eq_nocase(resource, SLICE("https://graph.microsoft.com")) ||
           slice_eq_nocase(resource, SLICE("00000003-0000-0000-c000-000000000000"));
}

/* Roles of users are not for applications. */
static bool gives(const struct application *api, struct slice value)
{
    for (size_t i = 0; i < api->role_count; i++)
        if (slice_eq(api->roles[i].value, value))
            return (api->roles[i].members & ROLE_FOR_APPLICATIONS) != 0;
    return false;
}

static bool has_role(const struct app_access *access, struct slice value)
{
    for (size_t i = 0; i < access->role_count; i++)
        if (slice_eq(access->roles[i], value))
            return true;
    return false;
}

/* An API has several names; what was granted under one of them is granted. */
static void add_roles(const struct directory *directory, const struct application *app, struct app_access *out)
{
    for (size_t i = 0; i < app->application_permissions.n && out->role_count < LIMIT_ROLES; i++) {
        struct slice value;
        struct slice resource = resource_of(app->application_permissions.items[i], &value);
        if (directory_api(directory, app->tenant_id, resource) == out->api && gives(out->api, value) &&
            !has_role(out, value))
            out->roles[out->role_count++] = value;
    }
}

enum error_id app_access_decide(const struct directory *directory, const struct application *app, struct slice scope,
                                struct app_access *out)
{
    struct slice value;
    struct slice word = slice_word(&scope);

    memset(out, 0, sizeof *out);
    if (slice_word(&scope).n > 0)
        return ERROR_SCOPE_INVALID;
    out->resource = resource_of(word, &value);
    if (!slice_eq(value, SLICE(".default")))
        return ERROR_SCOPE_NOT_DEFAULT;
    if (is_graph(out->resource)) {
        out->resource = SLICE_EMPTY;
        return ERROR_NONE;
    }
    out->api = directory_api(directory, app->tenant_id, out->resource);
    if (out->api == NULL)
        return ERROR_RESOURCE_UNKNOWN;
    add_roles(directory, app, out);
    return ERROR_NONE;
}
