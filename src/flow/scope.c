/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/scope.h"

#include "base/buf.h"

#include <string.h>

static const char graph[] = "https://graph.microsoft.com";

struct permission {
    struct slice resource; /* empty: Graph */
    struct slice value;
    const struct application *api; /* that the resource is; NULL: Graph, or none that is known */
};

/* One reading of the list: where the words go, and the resource they share. */
struct reading {
    const struct scope_rules *rules;
    enum scope_reading how;
    struct scope_grant *out;
    struct buf granted;
    struct buf scp;
    struct permission first; /* names the resource */
    bool has_resource;
    bool is_default; /* the resource was asked for as a whole */
};

static bool *openid_flag(struct scope_grant *out, struct slice word)
{
    if (slice_eq(word, SLICE("openid")))
        return &out->openid;
    if (slice_eq(word, SLICE("profile")))
        return &out->profile;
    if (slice_eq(word, SLICE("email")))
        return &out->email;
    return slice_eq(word, SLICE("offline_access")) ? &out->offline_access : NULL;
}

/* The resource is all before the last slash; without one it is Graph. */
static struct permission permission_of(struct slice word)
{
    size_t at = word.n;

    while (at > 0 && word.p[at - 1] != '/')
        at--;
    if (at == 0)
        return (struct permission){ SLICE_EMPTY, word, NULL };
    struct permission p = { { word.p, at - 1 }, slice_from(word, at), NULL };
    if (slice_eq_nocase(p.resource, slice_of(graph)))
        p.resource = SLICE_EMPTY;
    return p;
}

static bool is_graph(const struct permission *p)
{
    return p->resource.n == 0;
}

static bool is_default(const struct permission *p)
{
    return slice_eq(p->value, SLICE(".default"));
}

static bool is_client_id(const struct application *app, struct slice text)
{
    struct guid id;

    return guid_parse(text, &id) && guid_eq(id, app->client_id);
}

/* An API has its identifier URI, "api://{client_id}" and its client id as names. */
static bool is_named(const struct application *api, struct slice resource)
{
    const struct slice scheme = SLICE("api://");

    if (slice_eq(api->identifier_uri, resource) || is_client_id(api, resource))
        return true;
    return slice_starts(resource, scheme) && is_client_id(api, slice_from(resource, scheme.n));
}

static bool is_of(struct slice resource, const struct permission *p)
{
    return slice_eq(resource, p->resource) || (p->api != NULL && resource.n > 0 && is_named(p->api, resource));
}

static bool holds(struct slice list, struct slice wanted)
{
    for (struct slice word = slice_word(&list); word.n > 0; word = slice_word(&list))
        if (slice_eq(word, wanted))
            return true;
    return false;
}

static void add_word(struct buf *list, struct slice word)
{
    if (holds(buf_slice(list), word))
        return;
    if (list->n > 0)
        buf_putc(list, ' ');
    buf_put(list, word);
}

/* Clients look tokens up by these words, and after `.default` they ask in full (spec OIDC, 4.6). */
static void add_in_full(struct buf *list, const struct permission *p)
{
    char space[LIMIT_SCOPE];
    struct buf word;

    buf_init(&word, space, sizeof space);
    buf_put(&word, p->resource.n > 0 ? p->resource : slice_of(graph));
    buf_putc(&word, '/');
    buf_put(&word, p->value);
    list->full = list->full || word.full;
    add_word(list, buf_slice(&word));
}

/* Every permission of the resource that it still has: what `.default` means. */
static size_t add_all(struct reading *r, const struct permission *wanted)
{
    const struct slices *permissions = &r->rules->app->permissions;
    size_t n = 0;

    for (size_t i = 0; i < permissions->n; i++) {
        struct permission p = permission_of(permissions->items[i]);
        bool is_there = wanted->api == NULL || slices_have(&wanted->api->scopes, p.value);
        if (!is_there || !is_of(p.resource, wanted) || openid_flag(r->out, permissions->items[i]) != NULL)
            continue;
        p.resource = wanted->resource;
        add_word(&r->scp, p.value);
        add_in_full(&r->granted, &p);
        n++;
    }
    return n;
}

/* Whether the application's permissions name the resource, and the value. */
static void find_permission(const struct reading *r, const struct permission *wanted, bool *resource, bool *value)
{
    const struct slices *permissions = &r->rules->app->permissions;

    *resource = *value = false;
    for (size_t i = 0; i < permissions->n; i++) {
        struct permission p = permission_of(permissions->items[i]);
        if (!is_of(p.resource, wanted))
            continue;
        *resource = true;
        *value = *value || slice_eq(p.value, wanted->value);
    }
}

static enum scope_result check_permission(const struct reading *r, const struct permission *p)
{
    bool knows_resource, is_permitted;

    find_permission(r, p, &knows_resource, &is_permitted);
    if (p->api == NULL && !knows_resource && !is_graph(p) && r->rules->directory != NULL)
        return SCOPE_RESOURCE_UNKNOWN;
    if (is_default(p))
        return knows_resource ? SCOPE_OK : SCOPE_UNKNOWN;
    if (p->api != NULL && !slices_have(&p->api->scopes, p->value))
        return SCOPE_VALUE_UNKNOWN;
    return is_permitted ? SCOPE_OK : SCOPE_UNKNOWN;
}

/* Of itself an application may have everything (spec OIDC, 4.6). */
static enum scope_result check_own(const struct permission *p)
{
    if (!is_client_id(p->api, p->resource))
        return SCOPE_OWN_NAME;
    return is_default(p) || slices_have(&p->api->scopes, p->value) ? SCOPE_OK : SCOPE_VALUE_UNKNOWN;
}

static void add_own(struct reading *r, const struct permission *wanted)
{
    struct permission p = *wanted;

    for (size_t i = 0; i < p.api->scopes.n; i++) {
        p.value = p.api->scopes.items[i];
        add_word(&r->scp, p.value);
        add_in_full(&r->granted, &p);
    }
}

static void find_api(const struct reading *r, struct permission *p)
{
    const struct scope_rules *rules = r->rules;

    if (rules->directory != NULL && !is_graph(p))
        p->api = directory_api(rules->directory, rules->app->tenant_id, p->resource);
}

/* One resource, and either all of it or parts of it. */
static enum scope_result settle_resource(struct reading *r, const struct permission *p, bool *left_out)
{
    *left_out = r->has_resource && !is_of(r->first.resource, p);
    if (*left_out)
        return r->how == SCOPE_FIRST ? SCOPE_OK : SCOPE_SEVERAL_RESOURCES;
    if (r->has_resource && r->is_default != is_default(p) && r->how != SCOPE_GRANTED)
        return SCOPE_MALFORMED;
    if (!r->has_resource)
        r->first = *p;
    r->has_resource = true;
    r->is_default = is_default(p);
    return SCOPE_OK;
}

static enum scope_result add_permission(struct reading *r, struct slice word)
{
    struct permission p = permission_of(word);
    bool left_out;

    find_api(r, &p);
    bool is_own = p.api != NULL && guid_eq(p.api->client_id, r->rules->app->client_id);
    enum scope_result result = settle_resource(r, &p, &left_out);
    if (result == SCOPE_OK)
        result = is_own ? check_own(&p) : check_permission(r, &p);
    if (result != SCOPE_OK || left_out)
        return result;
    if (!is_default(&p))
        add_word(&r->scp, p.value);
    else if (is_own)
        add_own(r, &p);
    else if (add_all(r, &p) == 0)
        return SCOPE_UNKNOWN;
    add_word(&r->granted, word);
    return SCOPE_OK;
}

/* RFC 6749, 3.3: printable ASCII without quote and backslash. */
static bool is_scope(struct slice word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] <= ' ' || word.p[i] > '~' || word.p[i] == '"' || word.p[i] == '\\')
            return false;
    return true;
}

static enum scope_result read_word(struct reading *r, struct slice word)
{
    bool *flag = openid_flag(r->out, word);

    if (!is_scope(word))
        return SCOPE_MALFORMED;
    if (flag == NULL)
        return add_permission(r, word);
    *flag = true;
    add_word(&r->granted, word);
    return SCOPE_OK;
}

static enum scope_result finish(struct reading *r)
{
    bool fits = buf_ok(&r->granted) && buf_ok(&r->scp) &&
                slice_to_cstr(r->first.resource, r->out->resource, sizeof r->out->resource);

    return fits ? SCOPE_OK : SCOPE_TOO_LONG;
}

/* What was granted once and is not there any more is not permitted any more. */
static enum scope_result told(enum scope_result result, enum scope_reading how)
{
    bool is_gone = result == SCOPE_RESOURCE_UNKNOWN || result == SCOPE_VALUE_UNKNOWN;

    return how == SCOPE_GRANTED && is_gone ? SCOPE_UNKNOWN : result;
}

enum scope_result scope_read(const struct scope_rules *rules, struct slice requested, enum scope_reading how,
                             struct scope_grant *out)
{
    struct reading r = { .rules = rules, .how = how, .out = out, .first = { .resource = SLICE_EMPTY } };
    size_t words_left = how == SCOPE_GRANTED ? LIMIT_SCOPE : LIMIT_SCOPES; /* `.default` may have become many */

    memset(out, 0, sizeof *out);
    buf_init(&r.granted, out->granted, sizeof out->granted - 1);
    buf_init(&r.scp, out->scp, sizeof out->scp - 1);
    for (struct slice word = slice_word(&requested); word.n > 0; word = slice_word(&requested)) {
        enum scope_result result = words_left-- == 0 ? SCOPE_TOO_LONG : read_word(&r, word);
        if (result != SCOPE_OK)
            return told(result, how);
    }
    return finish(&r);
}

enum error_id scope_refusal(enum scope_result result, enum scope_place place)
{
    static const enum error_id table[SCOPE_RESULTS][SCOPE_PLACES] = {
        [SCOPE_OK] = { ERROR_NONE, ERROR_NONE, ERROR_NONE },
        [SCOPE_TOO_LONG] = { ERROR_SCOPE_INVALID, ERROR_SCOPE_INVALID_HERE, ERROR_SCOPE_INVALID },
        [SCOPE_MALFORMED] = { ERROR_SCOPE_INVALID, ERROR_SCOPE_INVALID_HERE, ERROR_SCOPE_INVALID },
        [SCOPE_UNKNOWN] = { ERROR_CONSENT_MISSING, ERROR_CONSENT_GONE, ERROR_CONSENT_GONE },
        [SCOPE_SEVERAL_RESOURCES] = { ERROR_SCOPE_INVALID, ERROR_SCOPE_SEVERAL, ERROR_SCOPE_SEVERAL },
        [SCOPE_RESOURCE_UNKNOWN] = { ERROR_RESOURCE_UNKNOWN, ERROR_RESOURCE_UNKNOWN, ERROR_RESOURCE_UNKNOWN },
        [SCOPE_VALUE_UNKNOWN] = { ERROR_SCOPE_NOT_OF_RESOURCE, ERROR_SCOPE_NOT_OF_RESOURCE,
                                  ERROR_SCOPE_NOT_OF_RESOURCE },
        [SCOPE_OWN_NAME] = { ERROR_OWN_NAME, ERROR_OWN_NAME, ERROR_OWN_NAME },
    };

    return table[result][place];
}
