/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 8192, TOKEN = 1100 };

struct member {
    struct crowd *crowd;
    pthread_t thread;
    unsigned number;
    int fd;
    char token[TOKEN];
    char reply[BUFFER];
};

struct crowd {
    uint16_t port;
    const char *client_id;
    atomic_bool stops;
    _Atomic unsigned long checked;
    struct member members[CROWD];
};

static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "crowd: %s\n", what);
    exit(1);
}

static void connect_to(struct member *m)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(m->crowd->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };

    m->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(m->fd >= 0 && connect(m->fd, (struct sockaddr *)&to, sizeof to) == 0, "no connection");
}

/* The whole reply; its length is told. */
static void read_reply(struct member *m)
{
    size_t have = 0, whole = 0;

    while (whole == 0 || have < whole) {
        ssize_t got = have + 1 < BUFFER ? recv(m->fd, m->reply + have, BUFFER - 1 - have, 0) : 0;
        must(got > 0, "the server closed the connection");
        have += (size_t)got;
        m->reply[have] = '\0';
        const char *end = strstr(m->reply, "\r\n\r\n");
        const char *length = strcasestr(m->reply, "\r\nContent-Length:");
        if (end != NULL && length != NULL)
            whole = (size_t)(end + 4 - m->reply) + strtoul(length + 17, NULL, 10);
    }
}

static void post(struct member *m, const char *endpoint, const char *form)
{
    char body[2048], request[4096];
    int n = snprintf(body, sizeof body, "client_id=%s%s%s%s", m->crowd->client_id,
                     m->token[0] == '\0' ? "" : "&continuation_token=", m->token, form);
    int whole = snprintf(request, sizeof request,
                         "POST /load/oauth2/v2.0/%s HTTP/1.1\r\nHost: login.example\r\nContent-Type: "
                         "application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
                         endpoint, n, body);

    must(send(m->fd, request, (size_t)whole, MSG_NOSIGNAL) == whole, "cannot send");
    read_reply(m);
}

static void keep_token(struct member *m)
{
    const char *at = strstr(m->reply, "\"continuation_token\":\"");

    must(at != NULL && strcspn(at + 22, "\"") < TOKEN, "no continuation token");
    snprintf(m->token, TOKEN, "%.*s", (int)strcspn(at + 22, "\""), at + 22);
}

static void *run(void *ctx)
{
    struct member *m = ctx;
    char form[96];

    connect_to(m);
    snprintf(form, sizeof form, "&username=p%u%%40load.example&challenge_type=password+redirect", m->number);
    post(m, "initiate", form);
    keep_token(m);
    post(m, "challenge", "");
    keep_token(m);
    while (!atomic_load(&m->crowd->stops)) { /* the same wrong one counts once, and is checked each time */
        post(m, "token", "&grant_type=password&password=Wrong-Kettle-1&scope=openid");
        must(strstr(m->reply, "[50126]") != NULL, "another answer than a wrong password's");
        atomic_fetch_add(&m->crowd->checked, 1);
    }
    close(m->fd);
    return NULL;
}

struct crowd *crowd_start(uint16_t port, const char *client_id)
{
    struct crowd *c = calloc(1, sizeof *c);

    must(c != NULL, "no memory");
    c->port = port;
    c->client_id = client_id;
    for (unsigned i = 0; i < CROWD; i++) {
        c->members[i] = (struct member){ .crowd = c, .number = i };
        must(pthread_create(&c->members[i].thread, NULL, run, &c->members[i]) == 0, "no thread");
    }
    return c;
}

unsigned long crowd_stop(struct crowd *c)
{
    atomic_store(&c->stops, true);
    for (unsigned i = 0; i < CROWD; i++)
        pthread_join(c->members[i].thread, NULL);
    unsigned long checked = atomic_load(&c->checked);
    free(c);
    return checked;
}
