/* SPDX-License-Identifier: Apache-2.0 */
#include "client_internal.h"
#include "errors.h"
#include "trust.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct doorcode_error bad_client_id = {
    .kind = DOORCODE_ERROR_USAGE,
    .message = "The client id is not a GUID.",
    .advice = "Take the application (client) id of the app registration.",
    .description = "",
    .error = "",
    .suberror = "",
    .trace_id = "",
    .correlation_id = "",
};

static const struct doorcode_error bad_option = {
    .kind = DOORCODE_ERROR_USAGE,
    .message = "An option of the client is out of its range.",
    .advice = "Check the scopes (up to 2,000 bytes), the correlation id (a GUID) and the time-outs (not negative).",
    .description = "",
    .error = "",
    .suberror = "",
    .trace_id = "",
    .correlation_id = "",
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT); /* a failure shows as a handle that cannot be made */
}

static bool has_word(const char *list, struct slice word)
{
    struct slice rest = slice_of(list);
    struct slice next;
    while ((next = slice_word(&rest)).n > 0) {
        if (slice_eq(next, word))
            return true;
    }
    return false;
}

bool client_make_scopes(const char *more, char *scopes, size_t size)
{
    static const char always[] = "openid profile offline_access";
    struct buf text;
    buf_init(&text, scopes, size);
    buf_puts(&text, always);
    struct slice rest = slice_of(more);
    struct slice word;
    while ((word = slice_word(&rest)).n > 0) {
        if (has_word(always, word))
            continue;
        buf_putc(&text, ' ');
        buf_put(&text, word);
    }
    buf_putc(&text, '\0');
    return buf_ok(&text);
}

static bool copy_guid(const char *text, struct guid_text *out)
{
    struct guid guid;
    if (!guid_parse(slice_of(text), &guid))
        return false;
    *out = guid_format(guid);
    return true;
}

/* True where there is nothing to copy, or it was copied. */
static bool copy_text(const char *text, char **out)
{
    if (text == NULL)
        return true;
    *out = strdup(text);
    return *out != NULL;
}

static bool copy_texts(struct doorcode_client *client, const struct doorcode_options *options)
{
    return copy_text(options->ca_file, &client->ca_file) && copy_text(options->proxy, &client->proxy) &&
           copy_text(options->issuer, &client->issuer);
}

static const struct doorcode_error *fill(struct doorcode_client *client, const struct doorcode_options *options)
{
    client->allow_http = options->allow_http != 0;
    client->no_password = options->no_password != 0;
    client->unverified_id_tokens = options->unverified_id_tokens != 0;
    client->nonblocking = options->nonblocking != 0;
    client->cache = options->cache;
    client->clock = clock_system;
    client->connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CLIENT_CONNECT_MS;
    client->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : CLIENT_TIMEOUT_MS;
    const struct doorcode_error *error = authority_parse(options->authority, client->allow_http, &client->authority);
    if (error != NULL)
        return error;
    if (!copy_guid(options->client_id, &client->client_id))
        return &bad_client_id;
    bool good = options->connect_timeout_ms >= 0 && options->timeout_ms >= 0 &&
                client_make_scopes(options->scopes, client->scopes, sizeof(client->scopes)) &&
                (options->correlation_id == NULL || copy_guid(options->correlation_id, &client->correlation_id));
    if (!good)
        return &bad_option;
    client->trust = trust_new();
    bool copied = client->trust != NULL && copy_texts(client, options);
    return copied ? NULL : error_static(DOORCODE_ERROR_NO_MEMORY);
}

const struct doorcode_error *doorcode_client_new(const struct doorcode_options *options,
                                                 struct doorcode_client **client)
{
    static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;
    pthread_once(&curl_ready, init_curl);
    *client = calloc(1, sizeof(**client));
    if (*client == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    const struct doorcode_error *error = fill(*client, options);
    if (error != NULL) {
        doorcode_client_free(*client);
        *client = NULL;
    }
    return error;
}

void doorcode_client_free(struct doorcode_client *client)
{
    if (client == NULL)
        return;
    free(client->ca_file);
    free(client->proxy);
    free(client->issuer);
    trust_free(client->trust);
    free(client);
}

const char *doorcode_client_authority(const struct doorcode_client *client)
{
    return client->authority.url;
}
