/* SPDX-License-Identifier: Apache-2.0 */
#include "origin.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

static void close_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

/* In lower case. False where the address has no such part, or a longer one. */
static bool get_part(CURLU *url, CURLUPart what, unsigned flags, char *out, size_t cap)
{
    char *text = NULL;
    if (curl_url_get(url, what, &text, flags) != CURLUE_OK)
        return false;
    bool fits = slice_to_cstr(slice_of(text), out, cap);
    curl_free(text);
    for (; *out != '\0'; out++)
        *out = (char)tolower((unsigned char)*out);
    return fits;
}

static bool has_user(CURLU *url)
{
    char *user = NULL;
    char *password = NULL;
    bool has = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK ||
               curl_url_get(url, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK;
    curl_free(user);
    curl_free(password);
    return has;
}

bool origin_is_local_host(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    struct slice name = slice_of(host);
    if (slice_eq_nocase(name, SLICE("localhost")) || slice_eq(name, SLICE("[::1]")))
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

bool origin_of(const char *text, struct origin *out)
{
    *out = (struct origin){ 0 };
    AUTO(close_url) CURLU *url = curl_url();
    if (url == NULL || !is_plain(text) || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK || has_user(url))
        return false;
    bool whole = get_part(url, CURLUPART_SCHEME, 0, out->scheme, sizeof(out->scheme)) &&
                 get_part(url, CURLUPART_HOST, 0, out->host, sizeof(out->host)) &&
                 get_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, out->port, sizeof(out->port));
    out->is_local = origin_is_local_host(out->host);
    return whole && (strcmp(out->scheme, "https") == 0 || strcmp(out->scheme, "http") == 0);
}

bool origin_same(const struct origin *a, const struct origin *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

bool origin_is_safe(const struct origin *origin, bool allow_http)
{
    return strcmp(origin->scheme, "https") == 0 || origin->is_local || allow_http;
}
