/* SPDX-License-Identifier: Apache-2.0 */
#include "http_extras.h"

#include <string.h>
#include <strings.h>

/* Names that the service and the SDKs keep for themselves. */
static bool is_reserved(const char *line)
{
    static const char *const starts[] = { "x-ms-", "x-client-", "x-broker-", "x-app-" };
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strncasecmp(line, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

/* A field line of RFC 9110, 5, whose name begins with x-. */
static bool is_own_header(const char *line)
{
    static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct slice value;
    size_t length = strnlen(line, CLIENT_HEADER + 1);
    struct slice name = slice_cut((struct slice){ line, length }, ':', &value);
    if (length > CLIENT_HEADER || name.n == length || name.n != strspn(line, token))
        return false;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < ' ' || value.p[i] > '~')
            return false;
    }
    return slice_trim(value).n > 0 && strncasecmp(line, "x-", 2) == 0 && !is_reserved(line);
}

/* False without memory; the list stays as it was. */
static bool append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

static bool append_own(struct curl_slist **list, const struct doorcode_client *client, const char *url)
{
    const char *line;
    for (size_t i = 0; i < CLIENT_HEADERS && (line = client->header(client->header_ctx, url, i)) != NULL; i++) {
        if (is_own_header(line) && !append(list, line))
            return false;
    }
    return true;
}

struct curl_slist *http_headers(const struct doorcode_client *client, const struct http_request *request)
{
    static const char version[] = "x-client-VER: " DOORCODE_VERSION;
    char id[64];
    const char *const lines[] = {
        "Accept: application/json", "Expect:", id, "return-client-request-id: true", "x-client-SKU: doorcode", version,
    };
    struct curl_slist *list = NULL;
    bool good = true;
    snprintf(id, sizeof(id), "client-request-id: %s", request->correlation_id);
    for (size_t i = 0; good && i < sizeof(lines) / sizeof(lines[0]); i++)
        good = append(&list, lines[i]);
    if (good && request->is_native && client->header != NULL)
        good = append_own(&list, client, request->url);
    if (good)
        return list;
    curl_slist_free_all(list);
    return NULL;
}

void http_log(const struct doorcode_client *client, CURL *curl, const struct http_answer *answer,
              struct doorcode_log entry)
{
    char url[CLIENT_URL];
    char *whole = NULL;
    if (client->log == NULL)
        return;
    curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &whole);
    snprintf(url, sizeof(url), "%s", whole != NULL ? whole : "");
    url[strcspn(url, "?")] = '\0';
    entry.url = url;
    entry.http_status = answer->status;
    entry.problem = answer->status == 0 ? answer->detail : "";
    client->log(client->log_ctx, &entry);
}
