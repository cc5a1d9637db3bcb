/* SPDX-License-Identifier: Apache-2.0 */
/* The load driver: many connections, one thread, real requests, a mail server that hands the codes back. It prints CPU
 * microseconds of the server per operation, beside the cost of a signature measured in the same run. */
#include "crowd.h"
#include "rounds.h"
#include "signing.h"
#include "sink.h"
#include "target.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
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
    enum { SIGNS_NOT, SIGNS_EC, SIGNS_RSA } signs;
    int crowded; /* the password workers never rest meanwhile */
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
    uint64_t mails; /* asked for */
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

static double wall(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
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
    l->mails++;
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

/* One run of a phase. */
struct result {
    double cpu_us;
    double signatures_us; /* two of them, measured right before and after; 0 where there are none */
    double per_second;
    double passwords; /* checked meanwhile, per second */
    double own_us;    /* without the threads that hash passwords */
    unsigned failed;
};

static struct result run_phase(struct load *l, const struct phase *phase)
{
    double signatures = phase->signs ? signature_us(phase->signs == SIGNS_RSA) : 0;

    l->phase = phase;
    l->started = l->done = l->failed = 0;
    struct crowd *crowd = phase->crowded ? crowd_start(l->target.port, phase->app) : NULL;
    int64_t cpu = target_cpu_us(&l->target);
    int64_t own = target_cpu_us_without(&l->target, "password");
    double began = wall();
    for (unsigned i = 0; i < l->connections; i++)
        begin_operation(l, &l->conns[i]);
    loop(l);
    double seconds = wall() - began;
    double passwords = crowd == NULL ? 0 : (double)crowd_stop(crowd) / seconds;
    for (int i = 0; i < 10000 && sink_mails(l->sink) < l->mails; i++)
        usleep(1000);
    usleep(50000); /* the last mails' rows are removed */
    cpu = target_cpu_us(&l->target) - cpu;
    own = target_cpu_us_without(&l->target, "password") - own;
    for (unsigned i = 0; i < l->connections; i++) {
        if (l->conns[i].fd >= 0)
            close(l->conns[i].fd);
        l->conns[i].fd = -1;
    }
    if (phase->signs)
        signatures += signature_us(phase->signs == SIGNS_RSA);
    return (struct result){ (double)cpu / phase->operations, signatures, phase->operations / seconds, passwords,
                            (double)own / phase->operations, l->failed };
}

/* ---- rounds and medians ---- */

enum { PHASES = 7, PHASE_CHALLENGE = 1, PHASE_WRONG = 2, PHASE_ALONE = 3, PHASE_CROWDED = 6 };

struct measured {
    double cpu_us[ROUNDS_MAX];
    double ratio[ROUNDS_MAX];      /* to the two signatures */
    double signatures[ROUNDS_MAX]; /* microseconds of the two */
    double rest[ROUNDS_MAX];       /* all but the signatures */
    double per_second[ROUNDS_MAX];
    double passwords[ROUNDS_MAX];
    double own_us[ROUNDS_MAX];
    unsigned failed;
};

static void note(struct measured *m, unsigned round, const struct result *r)
{
    m->cpu_us[round] = r->cpu_us;
    m->signatures[round] = r->signatures_us;
    m->ratio[round] = r->signatures_us > 0 ? r->cpu_us / r->signatures_us : 0;
    m->rest[round] = r->cpu_us - r->signatures_us;
    m->per_second[round] = r->per_second;
    m->passwords[round] = r->passwords;
    m->own_us[round] = r->own_us;
    m->failed += r->failed;
}

static void print_measured(const struct phase *phase, const struct measured *m, unsigned rounds)
{
    printf("| %-38s | %8u | %7.1f (%.1f) | ", phase->name, phase->operations * rounds, median(m->cpu_us, rounds),
           least(m->cpu_us, rounds));
    if (phase->signs)
        printf("%5.2f x %6.1f | %7.1f (%.1f) | ", median(m->ratio, rounds), median(m->signatures, rounds),
               median(m->rest, rounds), least(m->rest, rounds));
    else
        printf("%14s | %15s | ", "", "");
    printf("%8.0f | %u |\n", median(m->per_second, rounds), m->failed);
}

static void print_all(const struct phase *phases, const struct measured *m, unsigned rounds)
{
    double wrong[ROUNDS_MAX];

    printf("| operation | times | cpu-µs each: median (least) | of its two signatures | all but them: median (least) | "
           "per second | failed |\n");
    printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (unsigned i = 0; i < PHASES; i++)
        if (m[i].per_second[0] > 0)
            print_measured(&phases[i], &m[i], rounds);
    if (m[PHASE_WRONG].per_second[0] == 0 || m[PHASE_CHALLENGE].per_second[0] == 0)
        return;
    for (unsigned i = 0; i < rounds; i++)
        wrong[i] = (m[PHASE_WRONG].cpu_us[i] - m[PHASE_CHALLENGE].cpu_us[i]) / WRONG_PER_CHALLENGE;
    printf("| %-38s | %8u | %7.1f (%.1f) | %14s | %15s | %8s | |\n", "one wrong code (difference / 4)",
           phases[PHASE_WRONG].operations * WRONG_PER_CHALLENGE * rounds, median(wrong, rounds), least(wrong, rounds),
           "", "", "");
}

/* Sign-ins with a code beside passwords that never let their workers rest, to those alone in the same round. */
static void print_crowded(const struct measured *alone, const struct measured *crowded, unsigned rounds)
{
    if (alone->per_second[0] == 0 || crowded->per_second[0] == 0)
        return;
    printf("\nsign-ins with a code beside saturated password workers (%.0f checks per second), to those alone\n",
           median(crowded->passwords, rounds));
    print_ratios("CPU time of all other threads, each", crowded->own_us, alone->own_us, rounds);
    print_ratios("sign-ins per second", crowded->per_second, alone->per_second, rounds);
}

/* Phases take turns, so that all of them see the same changes of the machine's speed; `only`: those whose digit is in it. */
static void measure(struct load *l, unsigned n, unsigned rounds, const char *only)
{
    static struct measured measured[PHASES];
    const struct phase warm = { "warm-up", TARGET_APP_ES256, REDEEM, n / 10 + l->connections, 0, SIGNS_NOT, 0 };
    const struct phase phases[PHASES] = {
        { "initiate", TARGET_APP_ES256, INITIATE, n * 4, 0, SIGNS_NOT, 0 },
        { "initiate + challenge (a mail)", TARGET_APP_ES256, CHALLENGE, n / 2, 0, SIGNS_NOT, 0 },
        { "initiate + challenge + 4 wrong codes", TARGET_APP_ES256, WRONG, n / 2, 0, SIGNS_NOT, 0 },
        { "sign-in, ES256", TARGET_APP_ES256, REDEEM, n, 0, SIGNS_EC, 0 },
        { "sign-in, RS256", TARGET_APP_RS256, REDEEM, n, 0, SIGNS_RSA, 0 },
        { "sign-in, ES256, connection per request", TARGET_APP_ES256, REDEEM, n / 2, 1, SIGNS_EC, 0 },
        { "sign-in, ES256, beside passwords", TARGET_APP_ES256, REDEEM, n, 0, SIGNS_NOT, 1 },
    };

    (void)run_phase(l, &warm);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < PHASES; i++) {
            if (strchr(only, (int)('1' + i)) == NULL)
                continue;
            struct result r = run_phase(l, &phases[i]);
            note(&measured[i], round, &r);
        }
    }
    print_all(phases, measured, rounds);
    print_crowded(&measured[PHASE_ALONE], &measured[PHASE_CROWDED], rounds);
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

struct options {
    unsigned users, signins, connections, workers, rounds;
    const char *program, *phases;
};

static void read_options(int argc, char **argv, struct options *o)
{
    static const char usage[] =
        "usage: load [-u USERS] [-n SIGNINS] [-c CONNECTIONS] [-w WORKERS] [-r ROUNDS] [-p PHASES, "
        "e.g. 45] [-s PROGRAM]";
    unsigned *const numbers[] = { &o->users, &o->signins, &o->connections, &o->workers, &o->rounds };
    static const char letters[] = "uncwr";
    int option;

    while ((option = getopt(argc, argv, "u:n:c:w:r:p:s:")) != -1) {
        const char *number = strchr(letters, option);
        if (option == '?')
            stop(usage);
        if (number != NULL)
            *numbers[number - letters] = (unsigned)strtoul(optarg, NULL, 10);
        else
            *(option == 's' ? &o->program : &o->phases) = optarg;
    }
    if (o->connections == 0 || o->connections > CONNECTIONS_MAX || o->users < o->connections)
        stop("1 to 1024 connections, and at least as many users");
    if (o->rounds == 0 || o->rounds > ROUNDS_MAX)
        stop("1 to 64 rounds");
}

int main(int argc, char **argv)
{
    static struct load l;
    struct options o = { 10000, 10000, 16, 0, 1, "build/release/doorcode", "123456" };

    signal(SIGPIPE, SIG_IGN);
    read_options(argc, argv, &o);
    l.users = o.users;
    l.connections = o.connections;
    set_up(&l, o.program, o.workers);
    printf("%u users, %u connections, first answer %.1f ms after start\n\n", l.users, l.connections,
           (double)l.target.first_answer_us / 1000);
    int64_t before = target_resident_kib(&l.target);
    measure(&l, o.signins, o.rounds, o.phases);
    printf("\nresident memory: %.1f MiB at start, %.1f MiB at the end; %llu mails over %llu connections\n",
           (double)before / 1024, (double)target_resident_kib(&l.target) / 1024, (unsigned long long)sink_mails(l.sink),
           (unsigned long long)sink_connections(l.sink));
    target_stop(&l.target);
    target_remove(&l.target);
    sink_stop(l.sink);
    return 0;
}
