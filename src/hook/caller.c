/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/caller.h"

#include "hook/address.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_MAX = 4096, POLL_MS = 60000 };

/* A call on the wire: libcurl's handle and what it borrows. */
struct transfer {
    struct hooks *hooks;
    struct hook_call *call;
    CURL *easy; /* NULL: the place is free */
    struct curl_slist *headers;
    uint32_t attempts;
    bool too_large;
    bool blocked;
};

struct hooks {
    struct hooks_options options;
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the next four */
    struct hook_call *waiting;
    struct hook_call **last;
    unsigned under_way;
    bool stopping;
    struct transfer transfers[LIMIT_HOOK_CALLS]; /* the thread's own */
};

/* ---- libcurl's questions ---- */

static size_t take_reply(char *bytes, size_t size, size_t n, void *transfer)
{
    struct transfer *t = transfer;
    struct hook_call *call = t->call;
    size_t take = size * n;

    if (take > LIMIT_HOOK_REPLY - call->reply_n) {
        t->too_large = true;
        return 0;
    }
    memcpy(call->reply + call->reply_n, bytes, take);
    call->reply_n += take;
    return take;
}

static curl_socket_t open_socket(void *transfer, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = transfer;

    (void)purpose;
    if (hook_address_is_barred(&address->addr)) {
        t->blocked = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- a transfer ---- */

static bool add_header(struct transfer *t, const char *name, const char *value)
{
    char line[HEADER_MAX];

    if (value[0] == '\0')
        return true;
    int n = snprintf(line, sizeof line, "%s: %s", name, value);
    if (n < 0 || (size_t)n >= sizeof line)
        return false;
    struct curl_slist *more = curl_slist_append(t->headers, line);
    if (more == NULL)
        return false;
    t->headers = more;
    return true;
}

static bool add_headers(struct transfer *t)
{
    return add_header(t, "Content-Type", "application/json") && add_header(t, "Accept", "application/json") &&
           add_header(t, "Authorization", t->call->authorization) &&
           add_header(t, "X-Doorcode-Signature", t->call->signature);
}

static bool set_options(struct transfer *t)
{
    const struct hook_call *call = t->call;
    const struct hooks_options *options = &t->hooks->options;
    CURL *e = t->easy;
    bool fine = true;

#define SET(option, value) fine = fine && curl_easy_setopt(e, (option), (value)) == CURLE_OK
    SET(CURLOPT_URL, call->url);
    SET(CURLOPT_PROTOCOLS_STR, options->plain_http ? "https,http" : "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a name that takes long to resolve does not hold the thread past the time-out */
    SET(CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    SET(CURLOPT_POSTFIELDS, call->body.p);
    SET(CURLOPT_POSTFIELDSIZE, (long)call->body.n);
    SET(CURLOPT_HTTPHEADER, t->headers);
    SET(CURLOPT_USERAGENT, "doorcode/" DOORCODE_VERSION);
    SET(CURLOPT_WRITEFUNCTION, take_reply);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, t);
    SET(CURLOPT_PRIVATE, t);
    if (options->ca_file != NULL) {
        SET(CURLOPT_CAINFO, options->ca_file);
        SET(CURLOPT_CAPATH, NULL); /* else the system's folder is looked into besides */
    }
#undef SET
    return fine;
}

static void end_transfer(struct transfer *t)
{
    curl_multi_remove_handle(t->hooks->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    *t = (struct transfer){ .easy = NULL };
}

/* There are as many places as calls under way. */
static struct transfer *free_place(struct hooks *h)
{
    size_t i = 0;

    while (i < LIMIT_HOOK_CALLS && h->transfers[i].easy != NULL)
        i++;
    ASSERT(i < LIMIT_HOOK_CALLS);
    return &h->transfers[i];
}

/* The call is its owner's again. */
static void give_back(struct hooks *h, struct hook_call *call, enum hook_failure failure)
{
    pthread_mutex_lock(&h->lock);
    h->under_way--;
    pthread_mutex_unlock(&h->lock);
    call->failure = failure;
    call->done(call);
}

static bool begin_transfer(struct hooks *h, struct hook_call *call)
{
    struct transfer *t = free_place(h);

    *t = (struct transfer){ .hooks = h, .call = call, .easy = curl_easy_init() };
    call->reply_n = 0;
    call->status = 0;
    if (t->easy == NULL)
        return false;
    if (!add_headers(t) || !set_options(t) || curl_multi_add_handle(h->multi, t->easy) != CURLM_OK) {
        end_transfer(t);
        return false;
    }
    return true;
}

/* ---- how it ended ---- */

static bool is_json(CURL *easy)
{
    const char *type = NULL;

    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    if (type == NULL)
        return false;
    struct slice rest;
    return slice_eq_nocase(slice_trim(slice_cut(slice_of(type), ';', &rest)), SLICE("application/json"));
}

static enum hook_failure judge_answer(const struct transfer *t)
{
    const struct hook_call *call = t->call;

    if (call->status == 429)
        return HOOK_THROTTLED;
    if (call->status != 200)
        return HOOK_BAD_STATUS;
    if (call->reply_n == 0)
        return HOOK_EMPTY;
    return is_json(t->easy) ? HOOK_FINE : HOOK_CONTENT_TYPE;
}

/* libcurl has one code for a URL of another protocol and for an answer that is not HTTP. */
static enum hook_failure judge_protocol(const struct transfer *t)
{
    long sent = 0;

    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent == 0 ? HOOK_TARGET_URL : HOOK_CONNECTION;
}

static enum hook_failure judge(const struct transfer *t, CURLcode code)
{
    if (t->blocked)
        return HOOK_BLOCKED;
    if (t->too_large)
        return t->call->status == 200 ? HOOK_ANSWER_SIZE : judge_answer(t);
    switch (code) {
    case CURLE_OK:
        return judge_answer(t);
    case CURLE_OPERATION_TIMEDOUT:
        return HOOK_TIMED_OUT;
    case CURLE_UNSUPPORTED_PROTOCOL:
        return judge_protocol(t);
    case CURLE_URL_MALFORMAT:
        return HOOK_TARGET_URL;
    default:
        return HOOK_CONNECTION;
    }
}

static bool may_go_better(const struct transfer *t, enum hook_failure failure)
{
    if (t->attempts >= t->call->retries)
        return false;
    return failure == HOOK_CONNECTION || failure == HOOK_TIMED_OUT ||
           (failure == HOOK_BAD_STATUS && t->call->status >= 500);
}

static bool try_again(struct transfer *t)
{
    t->attempts++;
    t->call->reply_n = 0;
    t->too_large = false;
    curl_multi_remove_handle(t->hooks->multi, t->easy);
    return curl_multi_add_handle(t->hooks->multi, t->easy) == CURLM_OK;
}

static void settle(struct hooks *h, CURL *easy, CURLcode code)
{
    struct transfer *t = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
    ASSERT(t != NULL);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &t->call->status);
    enum hook_failure failure = judge(t, code);
    if (may_go_better(t, failure) && try_again(t))
        return;
    struct hook_call *call = t->call;
    end_transfer(t);
    give_back(h, call, failure);
}

/* ---- the thread ---- */

/* Takes what waits; false: it is time to stop, and nothing was taken. */
static bool take_waiting(struct hooks *h, struct hook_call **list)
{
    pthread_mutex_lock(&h->lock);
    bool stopping = h->stopping;
    *list = h->waiting;
    h->waiting = NULL;
    h->last = &h->waiting;
    pthread_mutex_unlock(&h->lock);
    return !stopping;
}

static void begin_all(struct hooks *h, struct hook_call *list, bool stopping)
{
    while (list != NULL) {
        struct hook_call *call = list;
        list = call->next;
        if (stopping || !begin_transfer(h, call))
            give_back(h, call, HOOK_CALL);
    }
}

static void settle_ended(struct hooks *h)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(h->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            settle(h, message->easy_handle, message->data.result);
}

/* What is still on the wire at the end. */
static void break_off(struct hooks *h)
{
    for (size_t i = 0; i < LIMIT_HOOK_CALLS; i++) {
        struct transfer *t = &h->transfers[i];
        struct hook_call *call = t->call;
        if (t->easy == NULL)
            continue;
        end_transfer(t);
        give_back(h, call, HOOK_CALL);
    }
}

static void *run(void *hooks)
{
    struct hooks *h = hooks;
    struct hook_call *list;
    sigset_t all;
    int running;

    pthread_setname_np(pthread_self(), "hooks");
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (take_waiting(h, &list)) {
        begin_all(h, list, false);
        curl_multi_perform(h->multi, &running);
        settle_ended(h);
        curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
    }
    begin_all(h, list, true);
    break_off(h);
    return NULL;
}

err hooks_new(const struct hooks_options *options, struct hooks **out)
{
    struct hooks *h = calloc(1, sizeof *h);

    ENSURE(h != NULL, NO_MEMORY);
    h->options = *options;
    h->last = &h->waiting;
    pthread_mutex_init(&h->lock, NULL);
    h->multi = curl_multi_init();
    /* left to itself, libcurl closes connections as soon as few calls are under way */
    if (h->multi == NULL || curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)LIMIT_HOOK_CALLS) != CURLM_OK ||
        pthread_create(&h->thread, NULL, run, h) != 0) {
        curl_multi_cleanup(h->multi);
        pthread_mutex_destroy(&h->lock);
        free(h);
        return FAIL(NO_MEMORY);
    }
    *out = h;
    return OK;
}

void hooks_free(struct hooks *h)
{
    if (h == NULL)
        return;
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    pthread_join(h->thread, NULL);
    curl_multi_cleanup(h->multi);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

err hooks_submit(struct hooks *h, struct hook_call *call)
{
    err result = OK;

    ASSERT(call->done != NULL);
    call->next = NULL;
    pthread_mutex_lock(&h->lock);
    if (h->stopping) {
        result = FAIL(STOPPING);
    } else if (h->under_way == LIMIT_HOOK_CALLS) {
        result = FAIL(FULL);
    } else {
        h->under_way++;
        *h->last = call;
        h->last = &call->next;
    }
    pthread_mutex_unlock(&h->lock);
    if (err_is_ok(result))
        curl_multi_wakeup(h->multi);
    return result;
}
