/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/scope.h"

#include "base/buf.h"

#include <string.h>

static const char graph[] = "https://graph.microsoft.com";

struct permission {
    struct slice resource; /* empty: Graph */
    struct slice value;
};

/* One reading of the list: where the words go, and the resource they share. */
struct reading {
    const struct application *app;
    struct scope_grant *out;
    struct buf granted;
    struct buf scp;
    struct slice resource;
    bool has_resource;
    bool is_default;   /* the resource was asked for as a whole */
    bool is_rereading; /* of what was granted: `.default` stands there beside what it became */
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
        return (struct permission){ SLICE_EMPTY, word };
    struct permission p = { { word.p, at - 1 }, slice_from(word, at) };
    if (slice_eq_nocase(p.resource, slice_of(graph)))
        p.resource = SLICE_EMPTY;
    return p;
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

/* Every permission of the resource: what `.default` means. */
static size_t add_all(struct reading *r, struct slice resource)
{
    size_t n = 0;

    for (size_t i = 0; i < r->app->permissions.n; i++) {
        struct slice word = r->app->permissions.items[i];
        struct permission p = permission_of(word);
        if (!slice_eq(p.resource, resource) || openid_flag(r->out, word) != NULL)
            continue;
        add_word(&r->scp, p.value);
        add_in_full(&r->granted, &p);
        n++;
    }
    return n;
}

static bool is_permitted(const struct application *app, const struct permission *wanted)
{
    for (size_t i = 0; i < app->permissions.n; i++) {
        struct permission p = permission_of(app->permissions.items[i]);
        if (slice_eq(p.resource, wanted->resource) && slice_eq(p.value, wanted->value))
            return true;
    }
    return false;
}

/* One resource, and either all of it or parts of it. */
static enum scope_result settle_resource(struct reading *r, const struct permission *p, bool is_default)
{
    if (r->has_resource && !slice_eq(r->resource, p->resource))
        return SCOPE_SEVERAL_RESOURCES;
    if (r->has_resource && r->is_default != is_default && !r->is_rereading)
        return SCOPE_MALFORMED;
    r->has_resource = true;
    r->resource = p->resource;
    r->is_default = is_default;
    return SCOPE_OK;
}

static enum scope_result add_permission(struct reading *r, struct slice word)
{
    struct permission p = permission_of(word);
    bool is_default = slice_eq(p.value, SLICE(".default"));
    enum scope_result settled = settle_resource(r, &p, is_default);

    if (settled != SCOPE_OK)
        return settled;
    if (is_default ? add_all(r, p.resource) == 0 : !is_permitted(r->app, &p))
        return SCOPE_UNKNOWN;
    if (!is_default)
        add_word(&r->scp, p.value);
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
    bool fits =
        buf_ok(&r->granted) && buf_ok(&r->scp) && slice_to_cstr(r->resource, r->out->resource, sizeof r->out->resource);

    return fits ? SCOPE_OK : SCOPE_TOO_LONG;
}

static enum scope_result read_list(struct slice requested, const struct application *app, bool is_rereading,
                                   struct scope_grant *out)
{
    struct reading r = { .app = app, .out = out, .resource = SLICE_EMPTY, .is_rereading = is_rereading };
    size_t words_left = is_rereading ? LIMIT_SCOPE : LIMIT_SCOPES; /* `.default` may have become many */

    memset(out, 0, sizeof *out);
    buf_init(&r.granted, out->granted, sizeof out->granted - 1);
    buf_init(&r.scp, out->scp, sizeof out->scp - 1);
    for (struct slice word = slice_word(&requested); word.n > 0; word = slice_word(&requested)) {
        enum scope_result result = words_left-- == 0 ? SCOPE_TOO_LONG : read_word(&r, word);
        if (result != SCOPE_OK)
            return result;
    }
    return finish(&r);
}

enum scope_result scope_parse(struct slice requested, const struct application *app, struct scope_grant *out)
{
    return read_list(requested, app, false, out);
}

enum scope_result scope_narrow(struct slice requested, struct slice granted, const struct application *app,
                               struct scope_grant *out)
{
    bool is_asked = slice_trim(requested).n > 0;

    return read_list(is_asked ? requested : granted, app, !is_asked, out);
}
