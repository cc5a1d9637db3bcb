/* SPDX-License-Identifier: Apache-2.0 */
/* The caller of extensions against receivers that misbehave slowly, and against a resolver that does. */
#include "hook/caller.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Sanitizers and a busy machine take their share of every wait: SHORT_MS is for calls that shall time out, RETRY_MS for one of
 * which the second attempt shall not. */
enum { CALLS = LIMIT_HOOK_CALLS, PATIENCE_MS = 20000, RETRY_MS = 5000, SHORT_MS = 200 };

static void sleep_ms(long ms)
{
    const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

    nanosleep(&pause, NULL);
}

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the resolver: libcurl asks this one, since a program's functions come before the C library's ---- */

static _Atomic int resolving;
static _Atomic bool resolves; /* else names of slow.test are waited for */

static const char *address_of(const char *name)
{
    if (strcmp(name, "metadata.test") == 0)
        return "169.254.169.254";
    return strcmp(name, "metadata6.test") == 0 ? "fe80::1" : NULL;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (name != NULL && strcmp(name, "slow.test") == 0) {
        resolving++;
        for (int i = 0; i < PATIENCE_MS && !resolves; i++)
            sleep_ms(1);
        resolving--;
        return EAI_NONAME;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    const char *address = name == NULL ? NULL : address_of(name);
    return real(address != NULL ? address : name, service, hints, out);
}

/* ---- receivers ---- */

struct receiver {
    int fd;
    char origin[64];
    void (*serve)(int fd); /* one connection; the receiver closes it */
    pthread_t thread;
    _Atomic unsigned connections;
    _Atomic bool stopping;
};

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* A request, as far as it has arrived; false: the client hung up. Bodies here fit into one segment with their head. */
static bool hear(int fd)
{
    char request[4096];
    size_t n = 0;

    while (n < sizeof request - 1) {
        ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n{}") != NULL)
            return true;
    }
    return false;
}

#define HEAD_OF(length) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " #length "\r\n\r\n"

static void serve_well(int fd)
{
    while (hear(fd) && say(fd, HEAD_OF(2) "{}"))
        continue;
}

static void serve_in_drops(int fd)
{
    bool listening = hear(fd) && say(fd, HEAD_OF(5000));

    while (listening) {
        sleep_ms(20);
        listening = say(fd, " ");
    }
}

static void serve_without_end(int fd)
{
    bool listening = hear(fd) && say(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":\"");

    while (listening)
        listening = say(fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void serve_heads_without_end(int fd)
{
    bool listening = hear(fd) && say(fd, "HTTP/1.1 200 OK\r\n");

    while (listening) {
        listening = say(fd, "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
        sleep_ms(1);
    }
}

static void serve_nothing(int fd)
{
    char byte;

    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

static void serve_noise(int fd)
{
    if (hear(fd))
        say(fd, "220 mail.example ESMTP\r\n");
}

struct connection {
    struct receiver *receiver;
    int fd;
};

static void *serve_one(void *connection)
{
    struct connection *c = connection;

    c->receiver->serve(c->fd);
    close(c->fd);
    free(c);
    return NULL;
}

static void *receive(void *receiver)
{
    struct receiver *r = receiver;
    pthread_t threads[2 * CALLS];
    size_t n = 0;

    while (n < sizeof threads / sizeof threads[0]) {
        int fd = accept(r->fd, NULL, NULL);
        if (fd < 0)
            break;
        struct connection *c = malloc(sizeof *c);
        assert_non_null(c);
        *c = (struct connection){ r, fd };
        r->connections++;
        assert_int_equal(pthread_create(&threads[n++], NULL, serve_one, c), 0);
    }
    while (n > 0)
        pthread_join(threads[--n], NULL);
    return NULL;
}

static void receiver_start(struct receiver *r, void (*serve)(int fd))
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    *r = (struct receiver){ .serve = serve };
    r->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(r->fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(r->fd, 2 * CALLS), 0);
    assert_int_equal(getsockname(r->fd, (struct sockaddr *)&address, &size), 0);
    snprintf(r->origin, sizeof r->origin, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&r->thread, NULL, receive, r), 0);
}

/* After hooks_free: its connections are closed, so that nobody listens to them any more. */
static unsigned receiver_stop(struct receiver *r)
{
    shutdown(r->fd, SHUT_RDWR);
    pthread_join(r->thread, NULL);
    close(r->fd);
    return r->connections;
}

/* ---- calls ---- */

struct asked {
    struct hook_call call;
    char reply[LIMIT_HOOK_REPLY];
    _Atomic unsigned done;
};

static void on_done(struct hook_call *call)
{
    struct asked *a = call->ctx;

    a->done++;
}

static err ask(struct hooks *h, struct asked *a, const char *url, uint32_t timeout_ms, uint32_t retries)
{
    a->done = 0;
    a->call = (struct hook_call){ .url = url,
                                  .authorization = "",
                                  .signature = "",
                                  .body = SLICE("{}"),
                                  .timeout_ms = timeout_ms,
                                  .retries = retries,
                                  .reply = a->reply,
                                  .done = on_done,
                                  .ctx = a };
    return hooks_submit(h, &a->call);
}

static void wait_done(struct asked *a)
{
    for (int i = 0; i < PATIENCE_MS && a->done == 0; i++)
        sleep_ms(1);
    assert_int_equal(a->done, 1);
}

static enum hook_failure outcome(struct hooks *h, const char *url, uint32_t timeout_ms)
{
    static struct asked a;

    assert_int_equal(ask(h, &a, url, timeout_ms, 0).code, ERR_OK);
    wait_done(&a);
    return a.call.failure;
}

static struct hooks *begin(void)
{
    struct hooks *h = NULL;

    assert_int_equal(hooks_new(&(struct hooks_options){ .plain_http = true }, &h).code, ERR_OK);
    return h;
}

static void test_misbehaving(void **state)
{
    static const struct {
        const char *name;
        void (*serve)(int fd);
        uint32_t timeout_ms;
        enum hook_failure failure;
    } rows[] = {
        { "in drops", serve_in_drops, SHORT_MS, HOOK_TIMED_OUT },
        { "nothing", serve_nothing, SHORT_MS, HOOK_TIMED_OUT },
        { "heads without end", serve_heads_without_end, SHORT_MS, HOOK_TIMED_OUT },
        { "without end", serve_without_end, PATIENCE_MS, HOOK_ANSWER_SIZE },
        { "noise", serve_noise, PATIENCE_MS, HOOK_CONNECTION },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hooks *h = begin();
        struct receiver r;
        receiver_start(&r, rows[i].serve);
        enum hook_failure failure = outcome(h, r.origin, rows[i].timeout_ms);
        if (failure != rows[i].failure)
            fail_msg("%s: %s", rows[i].name, hook_failure_text(failure));
        hooks_free(h);
        /* The time of one that stood still may be over before it is there. */
        assert_in_range(receiver_stop(&r), rows[i].timeout_ms == SHORT_MS ? 0 : 1, 1);
    }
}

static _Atomic unsigned served;

static void serve_well_later(int fd)
{
    if (served++ == 0)
        serve_nothing(fd);
    else
        serve_well(fd);
}

/* The time-out is of each attempt. */
static void test_retry_after_time_out(void **state)
{
    static struct asked a;
    struct hooks *h = begin();
    struct receiver r;

    (void)state;
    served = 0;
    receiver_start(&r, serve_well_later);
    int64_t started = clock_ms();
    assert_int_equal(ask(h, &a, r.origin, RETRY_MS, 1).code, ERR_OK);
    wait_done(&a);
    assert_int_equal(a.call.failure, HOOK_FINE);
    assert_true(clock_ms() - started >= RETRY_MS);
    hooks_free(h);
    assert_int_equal(receiver_stop(&r), 2);
}

static void test_connections_are_reused(void **state)
{
    struct hooks *h = begin();
    struct receiver r;

    (void)state;
    receiver_start(&r, serve_well);
    for (int i = 0; i < 10; i++)
        assert_int_equal(outcome(h, r.origin, PATIENCE_MS), HOOK_FINE);
    hooks_free(h);
    assert_int_equal(receiver_stop(&r), 1);
}

/* The name is allowed, what it resolves to is not. */
static void test_names_of_barred_addresses(void **state)
{
    struct hooks *h = begin();

    (void)state;
    assert_int_equal(outcome(h, "http://metadata.test/latest", PATIENCE_MS), HOOK_BLOCKED);
    assert_int_equal(outcome(h, "http://metadata6.test/latest", PATIENCE_MS), HOOK_BLOCKED);
    hooks_free(h);
}

/* A dead name server costs its own extension the time-out, and nobody else anything. */
static void test_slow_resolver(void **state)
{
    static struct asked slow;
    struct hooks *h = begin();
    struct receiver r;

    (void)state;
    receiver_start(&r, serve_well);
    assert_int_equal(ask(h, &slow, "http://slow.test/", SHORT_MS, 0).code, ERR_OK);
    wait_done(&slow);
    assert_int_equal(slow.call.failure, HOOK_TIMED_OUT);
    assert_int_equal(outcome(h, r.origin, PATIENCE_MS), HOOK_FINE);
    assert_int_equal(ask(h, &slow, "http://slow.test/", PATIENCE_MS, 0).code, ERR_OK);
    assert_int_equal(outcome(h, r.origin, PATIENCE_MS), HOOK_FINE);
    hooks_free(h);
    assert_int_equal(slow.call.failure, HOOK_CALL);
    assert_true(resolving > 0); /* still, and nobody waited for it */
    resolves = true;
    receiver_stop(&r);
    while (resolving > 0)
        sleep_ms(1);
}

/* Those under way are broken off at once, and each is told once. */
static void test_stop(void **state)
{
    static struct asked calls[CALLS];
    struct hooks *h = begin();
    struct receiver r;

    (void)state;
    receiver_start(&r, serve_nothing);
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(ask(h, &calls[i], r.origin, PATIENCE_MS, 0).code, ERR_OK);
    for (int i = 0; i < PATIENCE_MS && r.connections < CALLS; i++)
        sleep_ms(1);
    hooks_free(h);
    for (size_t i = 0; i < CALLS; i++) {
        assert_int_equal(calls[i].done, 1);
        assert_int_equal(calls[i].call.failure, HOOK_CALL);
    }
    assert_int_equal(receiver_stop(&r), CALLS);
}

/* ---- many threads ---- */

struct crowd {
    struct hooks *hooks;
    const char *url;
    _Atomic unsigned answered, full;
};

static void *ask_often(void *crowd)
{
    struct crowd *c = crowd;
    struct asked *a = calloc(1, sizeof *a);

    assert_non_null(a);
    for (int i = 0; i < 50; i++) {
        err asked = ask(c->hooks, a, c->url, PATIENCE_MS, 0);
        if (asked.code == ERR_FULL) {
            c->full++;
            continue;
        }
        wait_done(a);
        c->answered += a->call.failure == HOOK_FINE && a->call.reply_n == 2;
    }
    free(a);
    return NULL;
}

static void test_many_threads(void **state)
{
    enum { THREADS = 8 };
    struct receiver r;
    pthread_t threads[THREADS];

    (void)state;
    receiver_start(&r, serve_well);
    struct crowd crowd = { .hooks = begin(), .url = r.origin };
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &crowd), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    hooks_free(crowd.hooks);
    assert_int_equal(crowd.full, 0);
    assert_int_equal(crowd.answered, THREADS * 50);
    assert_in_range(receiver_stop(&r), 1, THREADS);
}

/* A call may be made where another ends; a place is free by then. */
static void ask_again(struct hook_call *call)
{
    struct crowd *c = call->ctx;

    if (call->failure == HOOK_FINE && ++c->answered < CALLS && !err_is_ok(hooks_submit(c->hooks, call)))
        c->full++;
}

static void test_from_done(void **state)
{
    static struct asked a;
    struct receiver r;

    (void)state;
    receiver_start(&r, serve_well);
    struct crowd crowd = { .hooks = begin() };
    a.call = (struct hook_call){ .url = r.origin,
                                 .authorization = "",
                                 .signature = "",
                                 .body = SLICE("{}"),
                                 .timeout_ms = PATIENCE_MS,
                                 .reply = a.reply,
                                 .done = ask_again,
                                 .ctx = &crowd };
    assert_int_equal(hooks_submit(crowd.hooks, &a.call).code, ERR_OK);
    for (int i = 0; i < PATIENCE_MS && crowd.answered < CALLS; i++)
        sleep_ms(1);
    assert_int_equal(crowd.answered, CALLS);
    hooks_free(crowd.hooks);
    assert_int_equal(crowd.full, 0);
    assert_int_equal(receiver_stop(&r), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misbehaving),
        cmocka_unit_test(test_retry_after_time_out),
        cmocka_unit_test(test_connections_are_reused),
        cmocka_unit_test(test_names_of_barred_addresses),
        cmocka_unit_test(test_slow_resolver),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_from_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
