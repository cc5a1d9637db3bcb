/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of addresses: of applications, images and hooks. */
#include "server/manifest_checks.h"

#include "base/slice.h"

#include <string.h>

enum { URL_MAX = 256 }; /* what a mail has room for */

static bool is_printable(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f || text.p[i] == '"' || text.p[i] == '\\')
            return false;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 3986, 3.1. */
static bool is_scheme(struct slice scheme)
{
    if (scheme.n == 0 || !is_letter(scheme.p[0]))
        return false;
    for (size_t i = 1; i < scheme.n; i++)
        if (!is_letter(scheme.p[i]) && !is_digit(scheme.p[i]) && strchr("+-.", scheme.p[i]) == NULL)
            return false;
    return true;
}

/* "scheme://rest": false without a scheme. */
static bool cut_scheme(struct slice url, struct slice *scheme, struct slice *rest)
{
    struct slice after;

    *scheme = slice_cut(url, ':', &after);
    *rest = slice_from(after, 2);
    return is_scheme(*scheme) && slice_starts(after, SLICE("//")) && rest->n > 0;
}

/* Host and port of what follows the scheme: up to the first / ? or #. */
static struct slice authority_of(struct slice rest)
{
    size_t n = 0;

    while (n < rest.n && strchr("/?#", rest.p[n]) == NULL)
        n++;
    return (struct slice){ rest.p, n };
}

static struct slice host_of(struct slice rest)
{
    struct slice port;
    struct slice authority = authority_of(rest);

    if (slice_starts(authority, SLICE("[")))
        return authority;
    return slice_cut(authority, ':', &port);
}

/* A name or IPv4 address and perhaps a port. These texts go into headers, so nothing else stands there. */
static bool is_authority(struct slice authority)
{
    struct slice port;
    struct slice host = slice_cut(authority, ':', &port);
    uint64_t number;

    if (host.n == 0 || (host.n < authority.n && !slice_to_u64(port, UINT16_MAX, &number)))
        return false;
    for (size_t i = 0; i < host.n; i++)
        if (!is_letter(host.p[i]) && !is_digit(host.p[i]) && strchr(".-_", host.p[i]) == NULL)
            return false;
    return true;
}

static bool is_loopback(struct slice host)
{
    return slice_eq_nocase(host, SLICE("localhost")) || slice_eq(host, SLICE("127.0.0.1")) ||
           slice_starts(host, SLICE("[::1]"));
}

const char *check_https_url(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || !cut_scheme(slice_of(text), &scheme, &rest) ||
        !slice_eq(scheme, SLICE("https")) || !is_authority(authority_of(rest)))
        return "must be an https URL";
    return NULL;
}

/* What browsers show as a picture. Scripts in an SVG do not run there. */
static bool is_image_type(struct slice type)
{
    static const char *const types[] = { "png", "jpeg", "gif", "webp", "svg+xml" };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (slice_eq(type, slice_of(types[i])))
            return true;
    return false;
}

static bool is_base64(struct slice data)
{
    while (data.n > 0 && data.p[data.n - 1] == '=')
        data.n--;
    for (size_t i = 0; i < data.n; i++)
        if (!is_letter(data.p[i]) && !is_digit(data.p[i]) && data.p[i] != '+' && data.p[i] != '/')
            return false;
    return data.n > 0;
}

static bool is_data_image(struct slice url)
{
    const struct slice prefix = SLICE("data:image/"), encoding = SLICE("base64,");
    struct slice data;
    struct slice type = slice_cut(slice_from(url, prefix.n), ';', &data);

    return slice_starts(url, prefix) && is_image_type(type) && slice_starts(data, encoding) &&
           is_base64(slice_from(data, encoding.n));
}

const char *check_image(const char *text)
{
    if (!slice_starts(slice_of(text), SLICE("data:")))
        return strlen(text) > URL_MAX ? "must be at most 256 bytes long" : check_https_url(text);
    return is_data_image(slice_of(text))
               ? NULL
               : "must be an https URL, or data:image/png, jpeg, gif, webp or svg+xml in base64";
}

const char *check_origin(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || strchr(text, '*') != NULL || !cut_scheme(slice_of(text), &scheme, &rest))
        return "must be an origin like https://app.example, without wildcards";
    if (memchr(rest.p, '/', rest.n) != NULL || memchr(rest.p, '?', rest.n) != NULL)
        return "must be scheme, host and port only, without a path";
    return NULL;
}

const char *check_public_origin(const char *text)
{
    const char *wrong = check_origin(text);

    if (wrong == NULL && strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
        return "must begin with https:// or http://";
    return wrong;
}

/* What no redirect URI may hold (spec OIDC, 2.4). */
static const char *check_redirect_characters(const char *text)
{
    if (strpbrk(text, "#*") != NULL)
        return "must not hold a fragment or a wildcard";
    return strpbrk(text, "!$'(),;<>") != NULL ? "must not hold any of ! $ ' ( ) , ; < >" : NULL;
}

const char *check_web_redirect_uri(const char *text)
{
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || !cut_scheme(slice_of(text), &scheme, &rest))
        return "must be an absolute URI";
    const char *wrong = check_redirect_characters(text);
    if (wrong != NULL)
        return wrong;
    if (slice_starts(rest, SLICE("[")))
        return "must not name an IPv6 address; use localhost or 127.0.0.1";
    bool web = slice_eq_nocase(scheme, SLICE("https")) ||
               (slice_eq_nocase(scheme, SLICE("http")) && is_loopback(host_of(rest)));
    if (!web)
        return "must be https, or http on localhost";
    return is_authority(authority_of(rest)) ? NULL : "must name a host, without a user, and a port if any";
}

/* Schemes that a browser acts on by itself. */
static bool is_unsafe(struct slice scheme)
{
    static const char *const unsafe[] = {
        "javascript", "data", "vbscript", "file", "blob", "about", "ws", "wss", "ftp"
    };

    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
        if (slice_eq_nocase(scheme, slice_of(unsafe[i])))
            return true;
    return false;
}

const char *check_redirect_uri(const char *text)
{
    struct slice rest;
    struct slice scheme = slice_cut(slice_of(text), ':', &rest);

    if (!is_printable(slice_of(text)) || !is_scheme(scheme) || rest.n == 0)
        return "must be an absolute URI";
    if (slice_eq_nocase(scheme, SLICE("http")) || slice_eq_nocase(scheme, SLICE("https")))
        return check_web_redirect_uri(text);
    return is_unsafe(scheme) ? "must not have a scheme that browsers act on" : check_redirect_characters(text);
}

const char *check_identifier_uri(const char *text)
{
    static const char wrong[] =
        "must be an API's name like api://pets or https://pets.example, without a slash at its end";
    struct slice scheme, rest;

    if (!is_printable(slice_of(text)) || strpbrk(text, "#?*") != NULL || slice_ends(slice_of(text), SLICE("/")))
        return wrong;
    if (slice_starts(slice_of(text), SLICE("urn:")))
        return strlen(text) > 4 ? NULL : wrong;
    if (!cut_scheme(slice_of(text), &scheme, &rest) ||
        (!slice_eq(scheme, SLICE("api")) && !slice_eq(scheme, SLICE("https"))))
        return wrong;
    return slice_eq_nocase(host_of(rest), SLICE("graph.microsoft.com")) ? "is the name of Microsoft Graph" : NULL;
}

const char *check_hook_url(const char *text)
{
    struct slice scheme, rest;

    if (check_https_url(text) == NULL)
        return NULL;
    if (is_printable(slice_of(text)) && cut_scheme(slice_of(text), &scheme, &rest) && slice_eq(scheme, SLICE("http")) &&
        is_loopback(host_of(rest)))
        return NULL;
    return "must be an https URL, or http on this machine for development";
}
