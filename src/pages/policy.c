/* SPDX-License-Identifier: Apache-2.0 */
/* The content security policy of a page (CSP 3; spec OIDC, 8.2). */
#include "pages/escape.h"
#include "pages/page.h"

#include <string.h>

enum { FRAME_SOURCES = 2048 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Length of the scheme, without its colon; 0: there is none. */
static size_t scheme_length(struct slice url)
{
    size_t n = 0;

    while (n < url.n && (is_alnum(url.p[n]) || (n > 0 && strchr("+-.", url.p[n]) != NULL && url.p[n] != '\0')))
        n++;
    return n < url.n && url.p[n] == ':' ? n : 0;
}

/* Length of host and port; 0: they are not what a policy can name, as an IPv6 address. */
static size_t authority_length(struct slice rest)
{
    size_t n = 0;

    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#') {
        if (!is_alnum(rest.p[n]) && rest.p[n] != '.' && rest.p[n] != '-' && rest.p[n] != ':')
            return 0;
        n++;
    }
    return n;
}

/* " https://app.example:3000", or the scheme alone (" msauth.com.app:") where an address has no host that can be named. */
static void put_source(struct buf *out, struct slice url)
{
    size_t scheme = scheme_length(url);
    struct slice rest = slice_from(url, scheme + 1);
    size_t authority = 0;

    if (scheme == 0)
        return;
    struct slice name = { url.p, scheme };
    if (slice_starts(rest, SLICE("//")) &&
        (slice_eq_nocase(name, SLICE("https")) || slice_eq_nocase(name, SLICE("http"))))
        authority = authority_length(slice_from(rest, 2));
    buf_putc(out, ' ');
    buf_put(out, (struct slice){ url.p, authority > 0 ? scheme + 3 + authority : scheme + 1 });
}

static void put_image_source(struct buf *out, struct slice url)
{
    if (is_image(url) && !slice_starts(url, SLICE("data:")))
        put_source(out, url);
}

static void put_images(struct buf *out, const struct branding *look)
{
    put_image_source(out, look->logo_url);
    put_image_source(out, look->background_image_url);
    put_image_source(out, look->favicon_url);
}

/* Where there are too many to name, any https address. */
static void put_frames(struct buf *out, const struct page *page)
{
    char space[FRAME_SOURCES];
    struct buf sources;

    buf_init(&sources, space, sizeof space);
    for (size_t i = 0; i < page->frame_count; i++)
        put_source(&sources, page->frames[i]);
    buf_puts(out, "; frame-src");
    buf_put(out, buf_ok(&sources) ? buf_slice(&sources) : SLICE(" https:"));
}

static bool is_nonce(struct slice nonce)
{
    for (size_t i = 0; i < nonce.n; i++)
        if (!is_alnum(nonce.p[i]) && nonce.p[i] != '-' && nonce.p[i] != '_')
            return false;
    return nonce.n > 0;
}

err page_policy(const struct page *page, char *out, size_t cap)
{
    struct buf policy;

    buf_init(&policy, out, cap);
    buf_puts(&policy,
             "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'");
    if (is_nonce(page->nonce))
        buf_fmt(&policy, " 'nonce-%.*s'", SLICE_ARGS(page->nonce));
    buf_puts(&policy, "; img-src 'self' data:");
    if (page->tenant != NULL)
        put_images(&policy, &page->tenant->branding);
    /* Chromium asks this of every address that a form leads to, redirects included. */
    buf_puts(&policy, "; form-action 'self'");
    put_source(&policy, page->form_target);
    if (page->frame_count > 0)
        put_frames(&policy, page);
    buf_putc(&policy, '\0');
    ENSURE(buf_ok(&policy), FULL);
    return OK;
}
