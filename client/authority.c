/* SPDX-License-Identifier: Apache-2.0 */
#include "authority.h"

#include "base/err.h"
#include "client_limits.h"
#include "errors.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>

static const struct doorcode_error not_an_address =
    ERROR_OF_OURS(DOORCODE_ERROR_USAGE,
                  "The authority is not an address like https://petstore.ciamlogin.com/petstore.onmicrosoft.com.",
                  "Give scheme, host and tenant, without user name, query or fragment.");

static const struct doorcode_error no_tenant =
    ERROR_OF_OURS(DOORCODE_ERROR_USAGE, "The authority names no tenant.",
                  "Add it to the address, like https://login.example.org/petstore.");

struct parts {
    char *scheme;
    char *host;
    char *port;
    char *path;
};

static void close_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void free_parts(struct parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->path);
}

static bool has_part(CURLU *url, CURLUPart what)
{
    char *text = NULL;
    bool has = curl_url_get(url, what, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

/* libcurl also takes one slash, or three, which others take for something else. */
static bool has_two_slashes(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon != NULL && strncmp(colon, "://", 3) == 0 && colon[3] != '/';
}

static bool split(CURLU *url, const char *text, struct parts *parts)
{
    if (!has_two_slashes(text) || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        return false;
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD) || strchr(text, '#') != NULL)
        return false;
    curl_url_get(url, CURLUPART_PORT, &parts->port, CURLU_NO_DEFAULT_PORT); /* absent where it is the usual one */
    return curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_HOST, &parts->host, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_PATH, &parts->path, 0) == CURLUE_OK;
}

bool authority_is_loopback_address(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Addresses are shown on terminals and handed to other programs: printable ASCII, other names of hosts as xn--. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

static bool is_loopback(struct slice host)
{
    if (slice_eq(host, SLICE("localhost")) || slice_ends(host, SLICE(".localhost")) || slice_eq(host, SLICE("[::1]")))
        return true;
    char text[64];
    return slice_to_cstr(host, text, sizeof(text)) && authority_is_loopback_address(text);
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* https://petstore.ciamlogin.com alone: petstore.onmicrosoft.com is its tenant, as for Microsoft's own libraries. */
static bool tenant_of_host(struct slice host, struct slice *subdomain)
{
    struct slice rest;
    *subdomain = slice_cut(host, '.', &rest);
    return slice_eq(rest, SLICE("ciamlogin.com")) && subdomain->n > 0;
}

static bool write_url(const struct parts *parts, struct authority *out)
{
    struct buf url;
    struct slice path = slice_of(parts->path);
    while (slice_ends(path, SLICE("/")))
        path.n--;
    buf_init(&url, out->url, sizeof(out->url));
    buf_fmt(&url, "%s://%s", parts->scheme, parts->host);
    if (parts->port != NULL)
        buf_fmt(&url, ":%s", parts->port);
    struct slice subdomain;
    if (path.n == 0 && !tenant_of_host(slice_of(parts->host), &subdomain))
        return false;
    if (path.n == 0)
        buf_fmt(&url, "/%.*s.onmicrosoft.com", SLICE_ARGS(subdomain));
    buf_put(&url, path);
    buf_putc(&url, '\0');
    return buf_ok(&url);
}

static const struct doorcode_error *refuse_insecure(const struct authority *authority, bool allow_http)
{
    bool safe = !authority->is_http || authority->is_loopback || allow_http;
    return safe ? NULL : error_static(DOORCODE_ERROR_INSECURE);
}

const struct doorcode_error *authority_parse(const char *text, bool allow_http, struct authority *out)
{
    *out = (struct authority){ 0 };
    if (text == NULL || strlen(text) > CLIENT_URL - 64 || !is_plain(text) || strchr(text, '%') != NULL)
        return &not_an_address;
    AUTO(close_url) CURLU *url = curl_url();
    AUTO(free_parts) struct parts parts = { 0 };
    if (url == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    if (!split(url, text, &parts) || has_part(url, CURLUPART_QUERY))
        return &not_an_address;
    lower(parts.scheme);
    lower(parts.host);
    out->is_http = strcmp(parts.scheme, "http") == 0;
    out->is_loopback = is_loopback(slice_of(parts.host));
    if (!out->is_http && strcmp(parts.scheme, "https") != 0)
        return &not_an_address;
    return write_url(&parts, out) ? refuse_insecure(out, allow_http) : &no_tenant;
}

/* ---- addresses that a server names ---- */

/* Scheme and host in lower case, the port always told. */
static bool split_origin(const char *text, struct parts *parts)
{
    AUTO(close_url) CURLU *url = curl_url();
    if (url == NULL || !split(url, text, parts))
        return false;
    lower(parts->scheme);
    lower(parts->host);
    curl_free(parts->port);
    parts->port = NULL;
    bool is_web = strcmp(parts->scheme, "https") == 0 || strcmp(parts->scheme, "http") == 0;
    return is_web && curl_url_get(url, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

bool authority_same_origin(const char *url, const char *origin)
{
    AUTO(free_parts) struct parts a = { 0 };
    AUTO(free_parts) struct parts b = { 0 };
    if (!is_plain(url) || !split_origin(url, &a) || !split_origin(origin, &b))
        return false;
    bool same_host = strcmp(a.host, b.host) == 0 || (is_loopback(slice_of(a.host)) && is_loopback(slice_of(b.host)));
    return same_host && strcmp(a.scheme, b.scheme) == 0 && strcmp(a.port, b.port) == 0;
}

bool authority_is_local(const char *url)
{
    AUTO(free_parts) struct parts parts = { 0 };
    return is_plain(url) && split_origin(url, &parts) && is_loopback(slice_of(parts.host));
}

/* The bytes of scheme, host and port. */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    size_t from = host != NULL ? (size_t)(host - url) + 3 : 0;
    return from + strcspn(url + from, "/?");
}

bool authority_move(const char *url, const struct authority *to, char *out, size_t size)
{
    int n = snprintf(out, size, "%.*s%s", (int)origin_length(to->url), to->url, url + origin_length(url));
    return n >= 0 && (size_t)n < size;
}

bool authority_is_ciam(const char *url)
{
    AUTO(free_parts) struct parts parts = { 0 };
    struct slice label;
    return split_origin(url, &parts) && strcmp(parts.scheme, "https") == 0 &&
           tenant_of_host(slice_of(parts.host), &label);
}
