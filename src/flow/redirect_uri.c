/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/redirect_uri.h"

#include <string.h>

/* "scheme://host:port" and the rest, not decoded, not judged: both sides are only compared. */
struct parts {
    struct slice scheme;
    struct slice host;
    struct slice port; /* empty: none */
    struct slice rest; /* path, query */
};

static bool split(struct slice uri, struct parts *out)
{
    struct slice after;
    size_t n = 0;

    out->scheme = slice_cut(uri, ':', &after);
    if (out->scheme.n == 0 || !slice_starts(after, SLICE("//")))
        return false;
    after = slice_from(after, 2);
    while (n < after.n && strchr("/?#", after.p[n]) == NULL)
        n++;
    struct slice authority = { after.p, n };
    out->rest = slice_from(after, n);
    out->host = slice_cut(authority, ':', &out->port);
    return out->host.n > 0;
}

static bool is_http(const struct parts *p)
{
    return slice_eq_nocase(p->scheme, SLICE("http")) || slice_eq_nocase(p->scheme, SLICE("https"));
}

static bool is_loopback(const struct parts *p)
{
    return slice_eq_nocase(p->scheme, SLICE("http")) &&
           (slice_eq_nocase(p->host, SLICE("localhost")) || slice_eq(p->host, SLICE("127.0.0.1")));
}

static bool is_port(struct slice port)
{
    uint64_t number;

    return port.n == 0 || (slice_to_u64(port, UINT16_MAX, &number) && number > 0);
}

static struct slice path_or_root(const struct parts *p)
{
    return p->rest.n == 0 && is_http(p) ? SLICE("/") : p->rest;
}

static bool parts_match(const struct parts *registered, const struct parts *given)
{
    bool port = is_loopback(registered) ? is_port(given->port) : slice_eq(registered->port, given->port);

    return port && slice_eq_nocase(registered->scheme, given->scheme) &&
           slice_eq_nocase(registered->host, given->host) && slice_eq(path_or_root(registered), path_or_root(given));
}

/* Printable ASCII: it becomes a header's value. A fragment would swallow ours. */
static bool is_clean(struct slice uri)
{
    for (size_t i = 0; i < uri.n; i++)
        if (uri.p[i] <= ' ' || uri.p[i] > '~' || strchr("#\\\"<>", uri.p[i]) != NULL)
            return false;
    return uri.n > 0 && uri.n <= LIMIT_REDIRECT_URI;
}

const struct redirect_uri *redirect_uri_find(const struct application *app, struct slice given)
{
    struct parts want, have;

    if (!is_clean(given))
        return NULL;
    bool splits = split(given, &have);
    for (size_t i = 0; i < app->redirect_uri_count; i++) {
        const struct redirect_uri *uri = &app->redirect_uris[i];
        if (slice_eq(uri->uri, given) || (splits && split(uri->uri, &want) && parts_match(&want, &have)))
            return uri;
    }
    return NULL;
}

void redirect_uri_put(struct buf *out, struct slice uri)
{
    struct parts p;

    if (!split(uri, &p) || !is_http(&p) || (p.rest.n > 0 && p.rest.p[0] == '/')) {
        buf_put(out, uri);
        return;
    }
    buf_put(out, (struct slice){ uri.p, uri.n - p.rest.n });
    buf_putc(out, '/');
    buf_put(out, p.rest);
}

struct slice redirect_uri_origin(struct slice uri)
{
    struct parts p;

    if (!split(uri, &p) || !is_http(&p))
        return SLICE_EMPTY;
    return (struct slice){ uri.p, uri.n - p.rest.n };
}

bool redirect_uri_is_spa_origin(const struct application *app, struct slice origin)
{
    struct parts want, have;

    if (!split(origin, &have) || have.rest.n > 0)
        return false;
    for (size_t i = 0; i < app->redirect_uri_count; i++) {
        const struct redirect_uri *uri = &app->redirect_uris[i];
        if (uri->platform != PLATFORM_SPA || !split(uri->uri, &want))
            continue;
        want.rest = SLICE_EMPTY;
        if (parts_match(&want, &have))
            return true;
    }
    return false;
}
