/* SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include "base/secret.h"
#include "client_internal.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

struct http {
    const struct doorcode_client *client;
    CURL *curl;
    struct curl_slist *headers;
    struct buf body;
    char detail[CURL_ERROR_SIZE];
};

/* With http allowed for this machine only, a name that resolves elsewhere must not get the request. */
static int before_request(void *ctx, char *peer, char *local, int peer_port, int local_port)
{
    const struct http *http = ctx;
    (void)local;
    (void)peer_port;
    (void)local_port;
    bool safe = !http->client->authority.is_http || http->client->allow_http || http->client->proxy != NULL;
    return safe || authority_is_loopback_address(peer) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http *http = ctx;
    buf_put(&http->body, slice_bytes(bytes, size * n));
    return buf_ok(&http->body) ? size * n : 0; /* 0 ends the transfer: CURLE_WRITE_ERROR */
}

static void set_options(struct http *http)
{
    const struct doorcode_client *client = http->client;
    CURL *curl = http->curl;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, client->authority.is_http ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, client->connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, client->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)CLIENT_ANSWER);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "doorcode/" DOORCODE_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->detail);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, http);
    if (client->ca_file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file);
    if (client->proxy != NULL)
        curl_easy_setopt(curl, CURLOPT_PROXY, client->proxy);
    else if (client->authority.is_loopback)
        curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a proxy of the environment is not on the way to this machine */
}

struct http *http_open(const struct doorcode_client *client)
{
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL)
        return NULL;
    http->client = client;
    http->curl = curl_easy_init();
    void *memory = malloc(CLIENT_ANSWER);
    buf_init(&http->body, memory, CLIENT_ANSWER);
    if (http->curl == NULL || memory == NULL) {
        http_close(http);
        return NULL;
    }
    set_options(http);
    return http;
}

static void wipe_body(struct http *http)
{
    if (http->body.p != NULL)
        wipe(http->body.p, http->body.n);
    buf_init(&http->body, http->body.p, http->body.cap);
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->curl);
    curl_slist_free_all(http->headers);
    wipe_body(http);
    free(http->body.p);
    free(http);
}

static bool set_headers(struct http *http, const char *correlation_id)
{
    static const char version[] = "x-client-VER: " DOORCODE_VERSION;
    char line[64];
    const char *lines[] = { "Accept: application/json", "Expect:", line, "return-client-request-id: true",
                            "x-client-SKU: doorcode",   version };
    snprintf(line, sizeof(line), "client-request-id: %s", correlation_id);
    curl_slist_free_all(http->headers);
    http->headers = NULL;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct curl_slist *longer = curl_slist_append(http->headers, lines[i]);
        if (longer == NULL)
            return false;
        http->headers = longer;
    }
    return curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers) == CURLE_OK;
}

static enum doorcode_error_kind failure_of(CURLcode code)
{
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return DOORCODE_ERROR_NO_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return DOORCODE_ERROR_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
        return DOORCODE_ERROR_TLS;
    case CURLE_ABORTED_BY_CALLBACK:
        return DOORCODE_ERROR_INSECURE;
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* an answer of HTTP/0.9 */
        return DOORCODE_ERROR_PROTOCOL;
    default:
        return DOORCODE_ERROR_UNREACHABLE;
    }
}

static struct http_answer perform(struct http *http)
{
    struct http_answer answer = { .detail = http->detail };
    wipe_body(http);
    http->detail[0] = '\0';
    CURLcode code = curl_easy_perform(http->curl);
    if (code != CURLE_OK) {
        answer.failure = failure_of(code);
        if (http->detail[0] == '\0')
            answer.detail = curl_easy_strerror(code);
        return answer;
    }
    long status = 0;
    curl_off_t retry_after = 0;
    char *type = NULL;
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(http->curl, CURLINFO_CONTENT_TYPE, &type);
    answer.status = (int)status;
    answer.body = buf_slice(&http->body);
    answer.detail = type != NULL ? type : "";
    answer.retry_after = retry_after < CLIENT_RETRY_AFTER ? (int64_t)retry_after : CLIENT_RETRY_AFTER;
    return answer;
}

static void pause_ms(int64_t ms)
{
    struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    while (nanosleep(&rest, &rest) != 0)
        continue;
}

struct http_answer http_post(struct http *http, const char *path, struct slice form, const char *correlation_id)
{
    char url[CLIENT_URL + 64];
    snprintf(url, sizeof(url), "%s%s", http->client->authority.url, path);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE, (long)form.n);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, form.p); /* borrowed by curl, so that it can be wiped */
    if (curl_easy_setopt(http->curl, CURLOPT_URL, url) != CURLE_OK || !set_headers(http, correlation_id))
        return (struct http_answer){ .failure = DOORCODE_ERROR_NO_MEMORY, .detail = "" };
    struct http_answer answer = perform(http);
    if (answer.status < 500 || answer.retry_after > CLIENT_REPEAT_WAIT)
        return answer;
    pause_ms(answer.retry_after > 0 ? answer.retry_after * 1000 : CLIENT_REPEAT_MS);
    return perform(http);
}
