/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world.h"
#include "support/free_port.h"
#include "support/world_keys.h"
#include "support/world_must.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Looks for a mail, with two milliseconds between them: by then the busiest machine has brought it. */
enum { PATIENCE = 30000 };

/* What the server's threads hold on to, in memory of its own: a test that fails leaves its world behind, running, while the
 * next test lays another one over the same struct world. */
struct world_ground {
    _Atomic int64_t now_us;
    bool real_time; /* the clock runs */
    _Atomic uint64_t chance;
    struct rng rng;
    char paths[3][512];
    char origin[64];
};

static int64_t now_us(void *ctx)
{
    struct world_ground *g = ctx;

    return g->real_time ? clock_now_us(&clock_system) : atomic_load(&g->now_us);
}

/* splitmix64: the same seed, the same chance. */
static void fill(void *ctx, void *out, size_t n)
{
    struct world_ground *g = ctx;
    uint8_t *bytes = out;

    for (size_t i = 0; i < n; i++) {
        uint64_t z = atomic_fetch_add_explicit(&g->chance, 0x9e3779b97f4a7c15ULL, memory_order_relaxed);
        z += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        bytes[i] = (uint8_t)(z ^ (z >> 31));
    }
}

static void set_paths(struct rooms_options *o, const char *folder, char paths[3][512])
{
    static const char *const names[] = { "doorcode.db", "master.key", "throttle" };

    if (folder == NULL)
        return;
    for (size_t i = 0; i < 3; i++)
        snprintf(paths[i], 512, "%s/%s", folder, names[i]);
    o->database = paths[0];
    o->master_key_file = paths[1];
    o->throttle_file = paths[2];
}

static struct policy unthrottled(void)
{
    struct policy p = policy_default;

    p.requests_per_second_address = p.requests_per_second_tenant = 0;
    p.codes_per_hour_address = p.codes_per_hour_tenant = 0;
    return p;
}

static struct world_ground *new_ground(const struct world_options *options)
{
    struct world_ground *g = calloc(1, sizeof *g);

    MUST(g != NULL);
    g->real_time = options->real_time;
    atomic_store(&g->chance, options->seed);
    atomic_store(&g->now_us, (int64_t)WORLD_START * 1000000);
    g->rng = (struct rng){ fill, g };
    return g;
}

void world_open(struct world *w, const struct world_options *options)
{
    char why[256] = "";
    struct world_ground *g = new_ground(options);
    struct rooms_options o = {
        .origin = "https://login.example",
        .rotation = rotation_default,
        .passwords = { .workers = 2, .memory_kib = 8, .passes = 1, .queue = 64 },
        .clock = { now_us, g },
        .http = { .listeners = { { "127.0.0.1", 0, false } },
                  .listener_count = 1,
                  .workers = 2,
                  .max_connections = options->max_connections,
                  .request_seconds = options->request_seconds,
                  .trusted_proxies = options->trusted_proxies,
                  .trusted_proxy_count = options->trusted_proxy_count },
        .metrics_from = options->metrics_from,
        .metrics_from_count = options->metrics_from_count,
        .sender = { SLICE("no-reply@login.example"), SLICE_EMPTY },
        .smtp = options->smtp,
        .plain_hooks = options->plain_hooks,
        .policy = options->policy != NULL ? *options->policy : unthrottled(),
        .prepare = options->no_seed ? NULL : world_seed,
    };

    if (options->passwords != NULL)
        o.passwords = *options->passwords;
    world_keys_again();
    memset(w, 0, sizeof *w);
    w->ground = g;
    w->seed = options->seed;
    o.events = w->events = calloc(1, sizeof *w->events);
    MUST(w->events != NULL);
    o.rng = options->seed == 0 ? &rng_system : &g->rng;
    set_paths(&o, options->folder, g->paths);
    if (options->own_origin) {
        o.http.listeners[0].port = free_port();
        snprintf(g->origin, sizeof g->origin, "http://127.0.0.1:%u", (unsigned)o.http.listeners[0].port);
        o.origin = g->origin;
    }
    if (!err_is_ok(rooms_open(&o, &w->rooms, why))) {
        fprintf(stderr, "test world: %s\n", why);
        abort();
    }
    w->port = http_server_port(rooms_http(w->rooms), 0);
}

void world_close(struct world *w)
{
    rooms_close(w->rooms, 5);
    free(w->ground);
    free(w->events);
    *w = (struct world){ .rooms = NULL };
}

void world_advance(struct world *w, int64_t seconds)
{
    atomic_fetch_add(&w->ground->now_us, seconds * 1000000);
}

int64_t world_now_us(const struct world *w)
{
    return now_us(w->ground);
}

int world_connect(const struct world *w)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(w->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval limit = { .tv_sec = 60 };
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static size_t content_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");

    return at == NULL ? 0 : strtoul(at + 17, NULL, 10);
}

/* A process that was stopped and goes on finds its calls interrupted. */
static ssize_t receive(int fd, void *out, size_t n, int flags)
{
    ssize_t got;

    do
        got = recv(fd, out, n, flags);
    while (got < 0 && errno == EINTR);
    return got;
}

/* The head, to its blank line and not a byte further: what follows is looked at before it is taken. False: it did not come. */
static bool read_head(int fd, char *head, size_t cap)
{
    size_t have = 0;
    const char *blank = NULL;

    while (blank == NULL) {
        ssize_t seen = have + 1 < cap ? receive(fd, head + have, cap - 1 - have, MSG_PEEK) : 0;
        if (seen <= 0)
            return false;
        head[have + (size_t)seen] = '\0';
        blank = strstr(head, "\r\n\r\n");
        size_t taken = blank != NULL ? (size_t)(blank + 4 - head) - have : (size_t)seen;
        if (receive(fd, head + have, taken, 0) != (ssize_t)taken)
            return false;
        have += taken;
    }
    head[have] = '\0';
    return true;
}

bool world_exchange(int fd, const char *request, size_t n, struct world_reply *reply)
{
    reply->status = 0;
    if (!send_all(fd, request, n) || !read_head(fd, reply->head, sizeof reply->head))
        return false;
    MUST(sscanf(reply->head, "HTTP/1.1 %d", &reply->status) == 1);
    reply->body_n = content_length(reply->head);
    MUST(reply->body_n < sizeof reply->body);
    for (size_t got = 0; got < reply->body_n;) {
        ssize_t part = receive(fd, reply->body + got, reply->body_n - got, 0);
        if (part <= 0)
            return false;
        got += (size_t)part;
    }
    reply->body[reply->body_n] = '\0';
    return true;
}

void world_post(const struct world *w, const char *path, const char *headers, const char *form,
                struct world_reply *reply)
{
    static _Thread_local char request[16384];
    int fd = world_connect(w);
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: login.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                     "%sContent-Length: %zu\r\n\r\n%s",
                     path, headers, strlen(form), form);

    MUST(n > 0 && (size_t)n < sizeof request);
    MUST(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
}

void world_get(const struct world *w, const char *path, struct world_reply *reply)
{
    char request[1024];
    int fd = world_connect(w);
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: login.example\r\n\r\n", path);

    MUST(world_exchange(fd, request, (size_t)n, reply));
    close(fd);
}

const char *world_member(const struct world_reply *reply, const char *name, char *out, size_t cap)
{
    char key[128];

    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(reply->body, key);
    out[0] = '\0';
    if (at == NULL)
        return out;
    at += strlen(key);
    size_t n = strcspn(at, "\"");
    MUST(n < cap);
    memcpy(out, at, n);
    out[n] = '\0';
    return out;
}

bool world_code_now(struct world *w, const char *address, uint64_t after, char code[16], uint64_t *id)
{
    struct inbox_mail mail;

    if (inbox_list(rooms_inbox(w->rooms), slice_of(address), after, &mail, 1) == 0)
        return false;
    snprintf(code, 16, "%s", mail.letter.code);
    if (id != NULL)
        *id = mail.id;
    return true;
}

bool world_code(struct world *w, const char *address, uint64_t after, char code[16], uint64_t *id)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    bool came = false;

    for (int i = 0; i < PATIENCE && !came; i++) {
        came = world_code_now(w, address, after, code, id);
        if (!came)
            nanosleep(&pause, NULL);
    }
    return came;
}

static uint64_t newest_mail(struct world *w, const char *address)
{
    struct inbox_mail mail;

    return inbox_list(rooms_inbox(w->rooms), slice_of(address), 0, &mail, 1) == 1 ? mail.id : 0;
}

void world_signin_start(struct world *w, const char *app, const char *username, char token[1024], char code[16])
{
    struct world_reply reply;
    char form[2048];
    uint64_t before = newest_mail(w, username);

    snprintf(form, sizeof form, "client_id=%s&username=%s&challenge_type=oob+redirect", app, username);
    world_post(w, "/petstore/oauth2/v2.0/initiate", "", form, &reply);
    MUST(reply.status == 200);
    world_member(&reply, "continuation_token", token, 1024);
    snprintf(form, sizeof form, "client_id=%s&continuation_token=%s", app, token);
    world_post(w, "/petstore/oauth2/v2.0/challenge", "", form, &reply);
    MUST(reply.status == 200);
    world_member(&reply, "continuation_token", token, 1024);
    MUST(world_code(w, username, before, code, NULL));
}

void world_signin_token(struct world *w, const char *app, const char *token, const char *code,
                        struct world_reply *reply)
{
    char form[2048];

    snprintf(
        form, sizeof form,
        "client_id=%s&grant_type=oob&continuation_token=%s&oob=%s&scope=openid+profile+offline_access&client_info=1",
        app, token, code);
    world_post(w, "/petstore/oauth2/v2.0/token", "", form, reply);
}
