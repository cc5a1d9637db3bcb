/* SPDX-License-Identifier: Apache-2.0 */
/* A server with a small handler on a free port, and a client that sends raw bytes and reads raw answers.
 * Paths: /echo (body up to 1,024 bytes), /large (up to 65,536), /wait (answered from another thread), /endless (answered with
 * more than the buffers of two sockets hold); all else is 404. */
#ifndef DOORCODE_TESTS_HOSTILE_HTTP_SUPPORT_H
#define DOORCODE_TESTS_HOSTILE_HTTP_SUPPORT_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/queue.h"
#include "http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANSWER = 65536, TEST_QUEUE = 4096, ECHO_LIMIT = 1024, PATIENCE_MS = 20000 };

struct test_server {
    struct http_server *http;
    struct queue *waiting;
    pthread_t waker;
    int wake_after_ms;
    atomic_bool held; /* nobody is woken */
    struct events events;
    _Atomic unsigned handled, finished, smuggled, defects;
};

static inline void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static inline int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline size_t test_limit(void *ctx, enum http_method method, struct slice path)
{
    (void)ctx, (void)method;
    if (slice_eq(path, SLICE("/large")))
        return LIMIT_BODY_JSON;
    return slice_eq(path, SLICE("/echo")) || slice_eq(path, SLICE("/wait")) ? ECHO_LIMIT : 0;
}

static inline int test_status(const struct http_request *q)
{
    if (q->defect != HTTP_SOUND)
        return http_defect_status(q->defect);
    if (q->method == HTTP_OTHER)
        return 405;
    static const char *const known[] = { "/echo", "/large", "/wait", "/endless" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_eq(q->path, slice_of(known[i])))
            return 200;
    return 404;
}

static char test_endless[8 << 20];

static inline enum http_step test_handle(void *ctx, struct http_call *call)
{
    struct test_server *t = ctx;
    const struct http_request *q = &call->request;
    struct buf b;

    if (call->state == NULL) {
        call->state = t;
        t->handled++;
        t->defects += q->defect != HTTP_SOUND;
        t->smuggled += slice_eq(q->path, SLICE("/smuggled"));
        if (q->defect == HTTP_SOUND && slice_eq(q->path, SLICE("/wait"))) {
            http_suspend(call);
            ASSERT(err_is_ok(queue_put(t->waiting, call)));
            return HTTP_WAIT;
        }
    }
    call->reply.status = test_status(q);
    buf_init_arena(&b, &call->arena, 512);
    buf_fmt(&b, "{\"method\":\"%.40s\",\"bytes\":%zu,\"client\":\"%s\",\"query\":%zu}",
            q->method_name.n < 40 ? q->method_name.p : "", q->body.n, q->client_address, q->query.n);
    call->reply.body = buf_slice(&b);
    if (slice_eq(q->path, SLICE("/endless")))
        call->reply.body = (struct slice){ test_endless, sizeof test_endless };
    http_header(&call->reply, "Content-Type", "application/json; charset=utf-8");
    return HTTP_DONE;
}

static inline void test_finish(void *ctx, struct http_call *call)
{
    struct test_server *t = ctx;

    ASSERT(call->state == t);
    t->finished++;
}

static inline void *test_waker(void *ctx)
{
    struct test_server *t = ctx;
    void *calls[64];
    size_t n;

    while ((n = queue_take(t->waiting, calls, 64, -1)) > 0) {
        do
            sleep_ms(t->wake_after_ms);
        while (t->held);
        for (size_t i = 0; i < n; i++)
            http_wake(calls[i]);
    }
    return NULL;
}

/* Listens on 127.0.0.1 at a free port unless the options say otherwise. */
static inline void test_start(struct test_server *t, struct http_options options)
{
    char why[200];

    *t = (struct test_server){ .waiting = queue_new(TEST_QUEUE), .wake_after_ms = t->wake_after_ms };
    if (options.listener_count == 0) {
        options.listeners[0].address = "127.0.0.1";
        options.listener_count = 1;
    }
    options.events = &t->events;
    options.handler = (struct http_handler){ test_limit, test_handle, test_finish, t };
    if (!err_is_ok(http_start(&options, &t->http, why)))
        fail_msg("http_start: %s", why);
    assert_int_equal(pthread_create(&t->waker, NULL, test_waker, t), 0);
}

static inline void test_stop(struct test_server *t, unsigned seconds)
{
    http_stop(t->http, seconds);
    queue_stop(t->waiting);
    pthread_join(t->waker, NULL);
    queue_free(t->waiting);
    assert_int_equal(t->handled, t->finished);
}

static inline int dial(const struct test_server *t, size_t listener)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(http_server_port(t->http, listener)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    static const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* False once the other side has closed. */
static inline bool put(int fd, const void *p, size_t n)
{
    for (size_t sent = 0; sent < n;) {
        ssize_t k = send(fd, (const char *)p + sent, n - sent, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        sent += (size_t)k;
    }
    return true;
}

static inline bool puts_to(int fd, const char *text)
{
    return put(fd, text, strlen(text));
}

/* What came back: one answer, and how the connection stands. */
struct answer {
    char bytes[ANSWER + 1];
    size_t n;
    size_t body; /* offset */
    size_t end;  /* of the first answer */
    int status;  /* 0: none */
    bool json;
    bool closed; /* the end of the stream or a reset was seen */
};

static inline bool answer_parse(struct answer *a, bool head_only)
{
    a->bytes[a->n] = '\0';
    const char *blank = strstr(a->bytes, "\r\n\r\n");
    if (blank == NULL)
        return false;
    assert_memory_equal(a->bytes, "HTTP/1.1 ", 9);
    a->status = (int)strtol(a->bytes + 9, NULL, 10);
    a->body = (size_t)(blank - a->bytes) + 4;
    const char *type = strcasestr(a->bytes, "\r\ncontent-type: application/json");
    a->json = type != NULL && type < blank;
    const char *length = strcasestr(a->bytes, "\r\ncontent-length: ");
    bool has_length = length != NULL && length < blank && !head_only;
    a->end = a->body + (has_length ? strtoul(length + 18, NULL, 10) : 0);
    return a->n >= a->end;
}

/* Reads one answer, or, if `to_the_end`, all until the connection closes. */
static inline void answer_read(int fd, struct answer *a, bool to_the_end, bool head_only)
{
    int64_t until = clock_ms() + PATIENCE_MS;

    while (!a->closed && a->n < ANSWER) {
        if (!to_the_end && answer_parse(a, head_only))
            return;
        int64_t left = until - clock_ms();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            break;
        ssize_t k = recv(fd, a->bytes + a->n, ANSWER - a->n, 0);
        a->closed = k <= 0;
        a->n += k > 0 ? (size_t)k : 0;
    }
    answer_parse(a, head_only);
}

/* True if a request on a new connection is answered as it should be; false if the connection was closed. */
static inline bool is_answered(const struct test_server *t)
{
    static struct answer a;
    int fd = dial(t, 0);

    a = (struct answer){ .n = 0 };
    bool sent = puts_to(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    if (sent)
        answer_read(fd, &a, false, false);
    close(fd);
    if (!sent || a.status == 0)
        return false;
    assert_int_equal(a.status, 200);
    assert_true(a.json);
    assert_non_null(strstr(a.bytes, "\"bytes\":5"));
    return true;
}

/* The server serves, if not at once: a machine that stands still lets requests become slow ones, which may have to make room. */
static inline void assert_serves_again(const struct test_server *t)
{
    int64_t until = clock_ms() + PATIENCE_MS;
    bool answered = is_answered(t);

    while (!answered && clock_ms() < until)
        answered = is_answered(t);
    assert_true(answered);
}

/* The server serves. */
static inline void assert_alive(const struct test_server *t)
{
    assert_true(is_answered(t));
}

static inline void raise_descriptors(rlim_t n)
{
    struct rlimit r;

    getrlimit(RLIMIT_NOFILE, &r);
    if (r.rlim_cur < n) {
        r.rlim_cur = n < r.rlim_max ? n : r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

#endif
