/* SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include "base/secret.h"
#include "client_internal.h"
#include "http_extras.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>

struct http {
    const struct doorcode_client *client;
    CURL *curl;
    CURLM *multi;
    struct curl_slist *headers;
    struct buf body;
    char detail[CURL_ERROR_SIZE];
    struct pollfd sockets[CLIENT_WAITS]; /* that libcurl waits for */
    size_t socket_count;
    int64_t repeat_at; /* when the request is sent again; -1: not */
    int64_t sent_at;
    bool is_post;
    const char *correlation_id; /* of the request, borrowed from it */
    bool may_repeat;
    bool is_attached; /* the request is libcurl's */
    CURLcode fault;   /* ours, rather than libcurl's: it could not be begun, or its answer not be kept */
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

static void wipe_body(struct http *http)
{
    if (http->body.p != NULL)
        wipe(http->body.p, http->body.n);
    buf_init(&http->body, http->body.p, http->body.cap);
}

/* The body moves into a larger block, and nothing of it stays in the former one. False where it may not grow, or without
 * memory. */
static bool make_room(struct http *http, size_t more)
{
    struct buf *body = &http->body;
    size_t cap = body->cap > 0 ? body->cap : CLIENT_ANSWER_FIRST;
    if (more > CLIENT_ANSWER - body->n)
        return false;
    while (cap < body->n + more)
        cap *= 2;
    if (cap == body->cap)
        return true;
    struct buf larger;
    void *memory = malloc(cap);
    if (memory == NULL) {
        http->fault = CURLE_OUT_OF_MEMORY;
        return false;
    }
    buf_init(&larger, memory, cap);
    buf_put(&larger, buf_slice(body));
    wipe_body(http);
    free(body->p);
    *body = larger;
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http *http = ctx;
    if (!make_room(http, size * n))
        return 0; /* ends the transfer: CURLE_WRITE_ERROR */
    buf_put(&http->body, slice_bytes(bytes, size * n));
    return size * n;
}

/* ---- what libcurl waits for ---- */

static int socket_changed(CURL *curl, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    struct http *http = ctx;
    size_t i = 0;
    (void)curl, (void)of_socket;
    while (i < http->socket_count && http->sockets[i].fd != fd)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < http->socket_count)
            http->sockets[i] = http->sockets[--http->socket_count];
        return 0;
    }
    if (i == CLIENT_WAITS)
        return -1; /* ends the request: CURLE_ABORTED_BY_CALLBACK */
    short events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        events |= POLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        events |= POLLOUT;
    http->sockets[i] = (struct pollfd){ .fd = fd, .events = events };
    if (i == http->socket_count)
        http->socket_count++;
    return 0;
}

static void set_multi(struct http *http)
{
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 2L);
}

int64_t http_ticks(void)
{
    return clock_monotonic_ms();
}

void http_lower_timeout(int *timeout_ms, int64_t at)
{
    int64_t now = http_ticks();
    int left = at <= now ? 0 : (int)(at - now < INT_MAX ? at - now : INT_MAX);
    if (*timeout_ms < 0 || left < *timeout_ms)
        *timeout_ms = left;
}

/* ---- connection ---- */

static void set_options(struct http *http)
{
    const struct doorcode_client *client = http->client;
    CURL *curl = http->curl;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, client->authority.is_http ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, client->connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)CLIENT_ANSWER);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "doorcode/" DOORCODE_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->detail);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, http);
    if (client->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* else the system's folder is looked into besides */
    }
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
    http->repeat_at = -1;
    http->curl = curl_easy_init();
    http->multi = curl_multi_init();
    if (http->curl == NULL || http->multi == NULL) {
        http_close(http);
        return NULL;
    }
    set_options(http);
    set_multi(http);
    return http;
}

static void detach(struct http *http)
{
    if (http->is_attached)
        curl_multi_remove_handle(http->multi, http->curl);
    http->is_attached = false;
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    detach(http);
    curl_easy_cleanup(http->curl);
    curl_multi_cleanup(http->multi);
    curl_slist_free_all(http->headers);
    http_forget(http);
    free(http);
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
    case CURLE_BAD_FUNCTION_ARGUMENT: /* a head that begins with the rest of a line */
    case CURLE_UNSUPPORTED_PROTOCOL:  /* an answer of HTTP/0.9 */
        return DOORCODE_ERROR_PROTOCOL;
    default:
        return DOORCODE_ERROR_UNREACHABLE;
    }
}

/* ---- requests ---- */

static struct http_answer failed(struct http *http, CURLcode code)
{
    struct http_answer answer = { .failure = failure_of(code), .detail = http->detail };
    if (http->detail[0] == '\0')
        answer.detail = curl_easy_strerror(code);
    return answer;
}

static struct http_answer collect(struct http *http)
{
    struct http_answer answer = { .detail = "" };
    long status = 0;
    curl_off_t retry_after = 0;
    char *type = NULL;
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(http->curl, CURLINFO_CONTENT_TYPE, &type);
    if (status < 100 || status > 999) /* as libcurl reads "HTTP/231536000" */
        return (struct http_answer){ .failure = DOORCODE_ERROR_PROTOCOL, .detail = "the answer has no status" };
    answer.status = (int)status;
    answer.body = buf_slice(&http->body);
    answer.detail = type != NULL ? type : "";
    answer.retry_after = retry_after < CLIENT_RETRY_AFTER ? (int64_t)retry_after : CLIENT_RETRY_AFTER;
    if (answer.retry_after < 0) /* a date of the past */
        answer.retry_after = 0;
    return answer;
}

/* A handle that has had no answer: libcurl 7.88 keeps a pointer to the last header of the former one, and reads what is freed
 * then where the next answer begins with the rest of a folded line. The connections are the multi handle's, so they stay. */
static bool renew_handle(struct http *http)
{
    CURL *fresh = curl_easy_duphandle(http->curl);
    if (fresh == NULL)
        return false;
    curl_easy_cleanup(http->curl);
    http->curl = fresh;
    return true;
}

static void send_request(struct http *http)
{
    wipe_body(http);
    http->detail[0] = '\0';
    http->repeat_at = -1;
    http->sent_at = http_ticks();
    http->is_attached = renew_handle(http) && curl_multi_add_handle(http->multi, http->curl) == CURLM_OK;
    if (!http->is_attached)
        http->fault = CURLE_OUT_OF_MEMORY;
}

void http_begin(struct http *http, const struct http_request *request)
{
    CURL *curl = http->curl;
    curl_slist_free_all(http->headers);
    http->headers = http_headers(http->client, request);
    http->is_post = request->form.p != NULL;
    http->correlation_id = request->correlation_id;
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, http->client->timeout_ms);
    bool set = http->headers != NULL && curl_easy_setopt(curl, CURLOPT_URL, request->url) == CURLE_OK &&
               curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->headers) == CURLE_OK;
    if (request->form.p != NULL) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->form.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->form.p); /* borrowed by curl, so that it can be wiped */
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    /* Over a connection that was used before and breaks, libcurl sends a request again by itself. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
    http->may_repeat = !request->once;
    http->fault = set ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    if (set)
        send_request(http);
}

/* Looks at everything, and thereby at all time-outs. The sockets are copied first: libcurl changes them as it goes on. */
static void drive(struct http *http)
{
    struct pollfd sockets[CLIENT_WAITS];
    size_t n = http->socket_count;
    int running;
    memcpy(sockets, http->sockets, n * sizeof(sockets[0]));
    for (size_t i = 0; i < n; i++)
        curl_multi_socket_action(http->multi, sockets[i].fd, 0, &running); /* 0: it looks for itself what is ready */
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static bool is_over(struct http *http, CURLcode *code)
{
    const CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
    }
    return false;
}

/* Whether the answer is none that counts, and the request will be sent again. */
static bool repeats(struct http *http, const struct http_answer *answer)
{
    if (!http->may_repeat || answer->status < 500 || answer->retry_after > CLIENT_REPEAT_WAIT)
        return false;
    http->may_repeat = false;
    http->repeat_at = http_ticks() + (answer->retry_after > 0 ? answer->retry_after * 1000 : CLIENT_REPEAT_MS);
    return true;
}

static void tell_log(const struct http *http, const struct http_answer *answer)
{
    const struct doorcode_log entry = { .method = http->is_post ? "POST" : "GET",
                                        .correlation_id = http->correlation_id,
                                        .milliseconds = http_ticks() - http->sent_at };
    http_log(http->client, http->curl, answer, entry);
}

bool http_step(struct http *http, struct http_answer *answer)
{
    if (http->repeat_at >= 0 && http_ticks() >= http->repeat_at)
        send_request(http);
    if (http->repeat_at >= 0)
        return false;
    CURLcode code = http->fault;
    if (http->is_attached) {
        drive(http);
        if (!is_over(http, &code))
            return false;
        detach(http);
        code = http->fault != CURLE_OK ? http->fault : code;
    }
    *answer = code == CURLE_OK ? collect(http) : failed(http, code);
    tell_log(http, answer);
    return !repeats(http, answer);
}

void http_forget(struct http *http)
{
    wipe_body(http);
    free(http->body.p);
    http->body = (struct buf){ 0 };
}

/* What libcurl wants to wait, and one more as it cuts milliseconds; but never longer than to the next look: 7.88 may overlook
 * a time-out of its own that it was called for, and does not tell of it again. */
static int64_t next_look(const struct http *http)
{
    long timeout_ms = -1;
    curl_multi_timeout(http->multi, &timeout_ms);
    bool soon = timeout_ms >= 0 && timeout_ms < CLIENT_LOOK_MS;
    return http_ticks() + (soon ? timeout_ms + (timeout_ms > 0) : CLIENT_LOOK_MS);
}

size_t http_waits(const struct http *http, struct pollfd *waits, size_t n, size_t cap, int *timeout_ms)
{
    if (http->repeat_at >= 0)
        http_lower_timeout(timeout_ms, http->repeat_at);
    else if (http->is_attached)
        http_lower_timeout(timeout_ms, next_look(http));
    if (http->socket_count > cap - n)
        http_lower_timeout(timeout_ms, http_ticks() + CLIENT_BLIND_MS);
    for (size_t i = 0; i < http->socket_count && n < cap; i++)
        waits[n++] = http->sockets[i];
    return n;
}
