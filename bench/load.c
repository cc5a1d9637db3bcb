/* SPDX-License-Identifier: Apache-2.0 */
/* The load driver: many connections, one thread, real requests, a mail server that hands the codes back. It prints CPU
 * microseconds of the server per operation, beside the cost of a signature measured in the same run. */
#include "sink.h"
#include "target.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, BUFFER = 16384, TOKEN = 1024, CODE = 16, WRONG_PER_CHALLENGE = 4 };

enum step { IDLE, INITIATE, CHALLENGE, WAIT_CODE, REDEEM, WRONG };

/* What is measured. */
struct phase {
    const char *name;
    const char *app;
    enum step last; /* the step after which an operation is complete */
    unsigned operations;
    int new_connection; /* one per request */
};

struct connection {
    int fd;
    enum step step;
    unsigned user;
    unsigned wrong_left;
    size_t have;
    char token[TOKEN];
    char reply[BUFFER];
};

struct load {
    struct target target;
    struct sink *sink;
    const struct phase *phase;
    unsigned users;
    unsigned connections;
    unsigned next_user;
    unsigned started;
    unsigned done;
    unsigned failed;
    int epoll;
    int wake; /* eventfd: a mail came */
    char (*codes)[CODE];
    _Atomic unsigned char *fresh; /* the user has a code that was not used */
    struct connection conns[CONNECTIONS_MAX];
};

static _Noreturn void stop(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int64_t thread_cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double wall(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One thread's share of measuring signatures. */
struct signing {
    EVP_PKEY *key;
    int rounds;
    double us;
};

static void *sign_rounds(void *ctx)
{
    struct signing *s = ctx;
    EVP_MD_CTX *prepared = EVP_MD_CTX_new();
    unsigned char input[900] = { 1 }, signature[512];

    if (EVP_DigestSignInit(prepared, NULL, EVP_sha256(), NULL, s->key) != 1)
        stop("no key");
    int64_t began = thread_cpu_us();
    for (int i = 0; i < s->rounds; i++) {
        size_t n = sizeof signature;
        EVP_MD_CTX *copy = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(copy, prepared);
        EVP_DigestSign(copy, signature, &n, input, sizeof input);
        EVP_MD_CTX_free(copy);
    }
    s->us = (double)(thread_cpu_us() - began) / s->rounds;
    EVP_MD_CTX_free(prepared);
    return NULL;
}

/* CPU microseconds of one signature over a token's bytes, with two threads at it: the server signs while the driver runs
 * beside it, and two threads of one core slow each other down. */
static double signature_us(int is_rsa)
{
    enum { ROUNDS_RSA = 700, ROUNDS_EC = 7000 };
    EVP_PKEY *key =
        is_rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048) : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct signing here = { key, is_rsa ? ROUNDS_RSA : ROUNDS_EC, 0 };
    struct signing there = here;
    pthread_t thread;

    if (key == NULL || pthread_create(&thread, NULL, sign_rounds, &there) != 0)
        stop("no key or thread");
    sign_rounds(&here);
    pthread_join(thread, NULL);
    EVP_PKEY_free(key);
    return (here.us + there.us) / 2;
}

static void on_mail(void *ctx, const char *recipient, const char *code)
{
    struct load *l = ctx;
    unsigned user = (unsigned)strtoul(recipient + 1, NULL, 10);
    uint64_t one = 1;

    if (recipient[0] != 'u' || user >= l->users)
        return;
    snprintf(l->codes[user], CODE, "%s", code);
    atomic_store(&l->fresh[user], 1);
    if (write(l->wake, &one, sizeof one) != sizeof one)
        stop("wake");
}

static void open_connection(struct load *l, struct connection *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(l->target.port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    int yes = 1;

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        stop("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static void post(struct load *l, struct connection *c, const char *endpoint, const char *form)
{
    char request[BUFFER];

    if (c->fd < 0)
        open_connection(l, c);
    int n = snprintf(request, sizeof request,
                     "POST /load/oauth2/v2.0/%s HTTP/1.1\r\nHost: login.example\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n%s\r\n%s",
                     endpoint, strlen(form), l->phase->new_connection ? "Connection: close\r\n" : "", form);
    c->have = 0;
    if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        stop("cannot send");
}

static void send_step(struct load *l, struct connection *c)
{
    char form[4096];
    const char *app = l->phase->app;

    switch (c->step) {
    case INITIATE:
        snprintf(form, sizeof form, "client_id=%s&username=u%u%%40load.example&challenge_type=oob+redirect", app,
                 c->user);
        post(l, c, "initiate", form);
        break;
    case CHALLENGE:
        snprintf(form, sizeof form, "client_id=%s&continuation_token=%s", app, c->token);
        post(l, c, "challenge", form);
        break;
    case REDEEM:
    case WRONG:
        snprintf(form, sizeof form,
                 "client_id=%s&grant_type=oob&continuation_token=%s&oob=%s&scope=openid+profile+offline_access", app,
                 c->token, c->step == WRONG ? "00000000" : l->codes[c->user]);
        post(l, c, "token", form);
        break;
    default:
        break;
    }
}

static void begin_operation(struct load *l, struct connection *c)
{
    c->step = IDLE;
    if (l->started >= l->phase->operations)
        return;
    l->started++;
    c->user = l->next_user++ % l->users;
    atomic_store(&l->fresh[c->user], 0);
    c->wrong_left = WRONG_PER_CHALLENGE;
    c->step = INITIATE;
    send_step(l, c);
}

static int take_token(struct connection *c)
{
    char *at = strstr(c->reply, "\"continuation_token\":\"");

    if (at == NULL)
        return 0;
    at += 22;
    size_t n = strcspn(at, "\"");
    if (n >= sizeof c->token)
        return 0;
    memcpy(c->token, at, n);
    c->token[n] = '\0';
    return 1;
}

static void end_operation(struct load *l, struct connection *c, int good)
{
    l->done++;
    l->failed += !good;
    begin_operation(l, c);
}

static void go_on(struct load *l, struct connection *c, enum step next)
{
    if (c->step == l->phase->last) {
        end_operation(l, c, 1);
        return;
    }
    c->step = next;
    send_step(l, c);
}

static void take_code(struct load *l, struct connection *c)
{
    if (c->step != WAIT_CODE || !atomic_load(&l->fresh[c->user]))
        return;
    c->step = REDEEM;
    send_step(l, c);
}

static void on_challenge(struct load *l, struct connection *c)
{
    go_on(l, c, l->phase->last == WRONG ? WRONG : WAIT_CODE);
    take_code(l, c);
}

static void on_wrong(struct load *l, struct connection *c, int status)
{
    if (status == 400 && --c->wrong_left > 0)
        send_step(l, c);
    else
        end_operation(l, c, status == 400);
}

static void on_reply(struct load *l, struct connection *c, int status)
{
    if (c->step == WRONG)
        on_wrong(l, c, status);
    else if (status != 200 || c->step == REDEEM || !take_token(c))
        end_operation(l, c, status == 200 && c->step == REDEEM);
    else if (c->step == INITIATE)
        go_on(l, c, CHALLENGE);
    else
        on_challenge(l, c);
}

static void on_readable(struct load *l, struct connection *c)
{
    ssize_t n = recv(c->fd, c->reply + c->have, sizeof c->reply - 1 - c->have, 0);

    if (n <= 0)
        stop("the server closed a connection");
    c->have += (size_t)n;
    c->reply[c->have] = '\0';
    char *end = strstr(c->reply, "\r\n\r\n");
    char *length = end == NULL ? NULL : strcasestr(c->reply, "\r\nContent-Length:");
    if (length == NULL || c->have < (size_t)(end - c->reply) + 4 + strtoul(length + 17, NULL, 10))
        return;
    int status = atoi(c->reply + 9);
    if (l->phase->new_connection) {
        close(c->fd);
        c->fd = -1;
    }
    on_reply(l, c, status);
}

static void on_wake(struct load *l)
{
    uint64_t count;

    if (read(l->wake, &count, sizeof count) != sizeof count)
        stop("wake");
    for (unsigned i = 0; i < l->connections; i++)
        take_code(l, &l->conns[i]);
}

static void loop(struct load *l)
{
    struct epoll_event events[64];

    while (l->done < l->phase->operations) {
        int n = epoll_wait(l->epoll, events, 64, 10000);
        if (n == 0)
            stop("nothing happened for ten seconds");
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr == NULL)
                on_wake(l);
            else
                on_readable(l, events[i].data.ptr);
    }
}

struct result {
    double cpu_us;
    double per_second;
    unsigned failed;
};

static struct result run_phase(struct load *l, const struct phase *phase)
{
    l->phase = phase;
    l->started = l->done = l->failed = 0;
    int64_t cpu = target_cpu_us(&l->target);
    double began = wall();
    for (unsigned i = 0; i < l->connections; i++)
        begin_operation(l, &l->conns[i]);
    loop(l);
    double seconds = wall() - began;
    usleep(50000); /* the last mails' rows are removed */
    cpu = target_cpu_us(&l->target) - cpu;
    for (unsigned i = 0; i < l->connections; i++) {
        if (l->conns[i].fd >= 0)
            close(l->conns[i].fd);
        l->conns[i].fd = -1;
    }
    return (struct result){ (double)cpu / phase->operations, phase->operations / seconds, l->failed };
}

static void print_result(const struct phase *phase, const struct result *r, double signatures)
{
    printf("| %-38s | %8u | %8.1f | ", phase->name, phase->operations, r->cpu_us);
    if (signatures > 0)
        printf("%5.2f x %6.1f | ", r->cpu_us / signatures, signatures);
    else
        printf("%14s | ", "");
    printf("%8.0f | %u |\n", r->per_second, r->failed);
    fflush(stdout);
}

/* Signatures are measured right before and right after, since a shared machine changes its speed. */
static void run_signing_phase(struct load *l, const struct phase *phase, int is_rsa)
{
    double before = signature_us(is_rsa);
    struct result r = run_phase(l, phase);

    print_result(phase, &r, before + signature_us(is_rsa));
}

static void measure(struct load *l, unsigned n)
{
    const struct phase warm = { "warm-up", TARGET_APP_ES256, REDEEM, n / 10 + l->connections, 0 };
    const struct phase initiate = { "initiate", TARGET_APP_ES256, INITIATE, n * 4, 0 };
    const struct phase challenge = { "initiate + challenge (a mail)", TARGET_APP_ES256, CHALLENGE, n / 2, 0 };
    const struct phase wrong = { "initiate + challenge + 4 wrong codes", TARGET_APP_ES256, WRONG, n / 2, 0 };
    const struct phase es256 = { "sign-in, ES256", TARGET_APP_ES256, REDEEM, n, 0 };
    const struct phase rs256 = { "sign-in, RS256", TARGET_APP_RS256, REDEEM, n, 0 };
    const struct phase fresh = { "sign-in, ES256, connection per request", TARGET_APP_ES256, REDEEM, n / 2, 1 };

    printf("| operation | times | cpu-µs each | of its two signatures | per second | failed |\n");
    printf("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    (void)run_phase(l, &warm);
    struct result r = run_phase(l, &initiate);
    print_result(&initiate, &r, 0);
    struct result c = run_phase(l, &challenge);
    print_result(&challenge, &c, 0);
    struct result w = run_phase(l, &wrong);
    print_result(&wrong, &w, 0);
    printf("| %-38s | %8u | %8.1f | %14s | %8s | |\n", "one wrong code (difference / 4)", wrong.operations * 4,
           (w.cpu_us - c.cpu_us) / 4, "", "");
    run_signing_phase(l, &es256, 0);
    run_signing_phase(l, &rs256, 1);
    run_signing_phase(l, &fresh, 0);
}

static void set_up(struct load *l, const char *program, unsigned workers)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

    l->codes = calloc(l->users, sizeof *l->codes);
    l->fresh = calloc(l->users, sizeof *l->fresh);
    l->epoll = epoll_create1(0);
    l->wake = eventfd(0, 0);
    if (l->codes == NULL || l->fresh == NULL || l->epoll < 0 || l->wake < 0)
        stop("no memory");
    epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake, &event);
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
        l->conns[i].fd = -1;
    l->sink = sink_start(&(struct sink_options){ .mail = on_mail, .ctx = l });
    if (l->sink == NULL)
        stop("no mail sink");
    l->target.smtp_port = sink_port(l->sink);
    target_seed(&l->target, l->users);
    /* The first start makes the keys; the second shows how fast a start is. */
    target_start(&l->target, program, workers);
    target_stop(&l->target);
    target_start(&l->target, program, workers);
}

int main(int argc, char **argv)
{
    static struct load l = { .users = 10000, .connections = 16 };
    unsigned signins = 10000, workers = 0;
    const char *program = "build/release/doorcode";
    int option;

    signal(SIGPIPE, SIG_IGN);
    while ((option = getopt(argc, argv, "u:n:c:s:w:")) != -1) {
        unsigned value = (unsigned)strtoul(optarg, NULL, 10);
        if (option == 'u')
            l.users = value;
        else if (option == 'n')
            signins = value;
        else if (option == 'c')
            l.connections = value;
        else if (option == 'w')
            workers = value;
        else if (option == 's')
            program = optarg;
        else
            stop("usage: load [-u USERS] [-n SIGNINS] [-c CONNECTIONS] [-w WORKERS] [-s PROGRAM]");
    }
    if (l.connections == 0 || l.connections > CONNECTIONS_MAX || l.users < l.connections)
        stop("1 to 1024 connections, and at least as many users");
    set_up(&l, program, workers);
    printf("%u users, %u connections, first answer %.1f ms after start\n\n", l.users, l.connections,
           (double)l.target.first_answer_us / 1000);
    int64_t before = target_resident_kib(&l.target);
    measure(&l, signins);
    printf("\nresident memory: %.1f MiB at start, %.1f MiB at the end; %llu mails over %llu connections\n",
           (double)before / 1024, (double)target_resident_kib(&l.target) / 1024, (unsigned long long)sink_mails(l.sink),
           (unsigned long long)sink_connections(l.sink));
    target_stop(&l.target);
    target_remove(&l.target);
    sink_stop(l.sink);
    return 0;
}
