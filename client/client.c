/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/secret.h"
#include "client_internal.h"
#include "errors.h"
#include "json.h"
#include "trust.h"

#include <curl/curl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct doorcode_error bad_client_id = ERROR_OF_OURS(
    DOORCODE_ERROR_USAGE, "The client id is not a GUID.", "Take the application (client) id of the app registration.");

static const struct doorcode_error bad_option =
    ERROR_OF_OURS(DOORCODE_ERROR_USAGE, "An option of the client is out of its range.",
                  "Check the scopes (up to 2,000 bytes), the claims (a JSON object of up to 8 KiB), the query "
                  "(printable ASCII, up to 1 KiB), the correlation "
                  "id (a GUID) and the time-outs (not negative).");

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
           copy_text(options->issuer, &client->issuer) && copy_text(options->query, &client->query);
}

/* ---- what may differ from flow to flow ---- */

static bool is_claims(const char *text)
{
    AUTO(json_close) json_t *root = NULL;
    if (text == NULL || strlen(text) > CLIENT_CLAIMS)
        return text == NULL;
    root = json_read_object(slice_of(text));
    return root != NULL;
}

static const struct doorcode_error *take_call_options(struct doorcode_client *client,
                                                      const struct doorcode_call_options *options)
{
    bool good =
        (options->scopes == NULL || client_make_scopes(options->scopes, client->scopes, sizeof(client->scopes))) &&
        (options->correlation_id == NULL || copy_guid(options->correlation_id, &client->correlation_id)) &&
        is_claims(options->claims);
    if (!good)
        return &bad_option;
    return copy_text(options->claims, &client->claims) ? NULL : error_static(DOORCODE_ERROR_NO_MEMORY);
}

/* ---- the whole ---- */

bool client_is_query(const char *text)
{
    if (text == NULL || strlen(text) > CLIENT_QUERY)
        return text == NULL;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || *c == '#')
            return false;
    }
    return true;
}

long client_timeout(long given_ms, long usual_ms)
{
    if (given_ms == 0)
        return usual_ms;
    return given_ms < INT_MAX ? given_ms : INT_MAX;
}

static void take_flags(struct doorcode_client *client, const struct doorcode_options *options)
{
    client->allow_http = options->allow_http != 0;
    client->no_password = options->no_password != 0;
    client->no_mfa = options->no_mfa != 0;
    client->no_registration = options->no_registration != 0;
    client->unverified_id_tokens = options->unverified_id_tokens != 0;
    client->nonblocking = options->nonblocking != 0;
    client->connect_timeout_ms = client_timeout(options->connect_timeout_ms, CLIENT_CONNECT_MS);
    client->timeout_ms = client_timeout(options->timeout_ms, CLIENT_TIMEOUT_MS);
}

static void take_others(struct doorcode_client *client, const struct doorcode_options *options)
{
    client->cache = options->cache;
    client->header = options->header;
    client->header_ctx = options->header_ctx;
    client->log = options->log;
    client->log_ctx = options->log_ctx;
    client->clock = clock_system;
}

static const struct doorcode_error *fill(struct doorcode_client *client, const struct doorcode_options *options)
{
    const struct doorcode_call_options call = { .scopes = options->scopes != NULL ? options->scopes : "",
                                                .claims = options->claims,
                                                .correlation_id = options->correlation_id };
    take_flags(client, options);
    take_others(client, options);
    const struct doorcode_error *error = authority_parse(options->authority, client->allow_http, &client->authority);
    if (error != NULL)
        return error;
    if (!copy_guid(options->client_id, &client->client_id))
        return &bad_client_id;
    if (options->connect_timeout_ms < 0 || options->timeout_ms < 0 || !client_is_query(options->query))
        return &bad_option;
    client->trust = trust_new();
    if (client->trust == NULL || !copy_texts(client, options))
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    return take_call_options(client, &call);
}

/* Hands it out, or frees what the error left of it. */
static const struct doorcode_error *finish(struct doorcode_client *made, const struct doorcode_error *error,
                                           struct doorcode_client **client)
{
    *client = error == NULL ? made : NULL;
    if (error != NULL)
        doorcode_client_free(made);
    return error;
}

const struct doorcode_error *doorcode_client_new(const struct doorcode_options *options,
                                                 struct doorcode_client **client)
{
    static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;
    pthread_once(&curl_ready, init_curl);
    struct doorcode_client *made = calloc(1, sizeof(*made));
    *client = NULL;
    if (made == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    return finish(made, fill(made, options), client);
}

const struct doorcode_error *doorcode_client_derive(const struct doorcode_client *client,
                                                    const struct doorcode_call_options *options,
                                                    struct doorcode_client **derived)
{
    struct doorcode_call_options call = *options;
    struct doorcode_client *made = malloc(sizeof(*made));
    *derived = NULL;
    if (made == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    *made = *client;
    made->is_derived = true;
    made->claims = NULL;
    if (call.claims == NULL)
        call.claims = client->claims;
    return finish(made, take_call_options(made, &call), derived);
}

void doorcode_client_free(struct doorcode_client *client)
{
    if (client == NULL)
        return;
    free(client->claims);
    if (!client->is_derived) {
        free(client->ca_file);
        if (client->proxy != NULL)
            wipe(client->proxy, strlen(client->proxy)); /* which may hold a password */
        free(client->proxy);
        free(client->issuer);
        free(client->query);
        trust_free(client->trust);
    }
    free(client);
}

const char *doorcode_client_authority(const struct doorcode_client *client)
{
    return client->authority.url;
}
