/* SPDX-License-Identifier: Apache-2.0 */
/* answer_server.h: an HTTP server on loopback that gives recorded answers in order, one connection each, and keeps the
 * requests. For client tests; included by one file each. */
#ifndef DOORCODE_TESTS_ANSWER_SERVER_H
#define DOORCODE_TESTS_ANSWER_SERVER_H

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWERS_MOST = 16, REQUEST_MOST = 65536 };

struct answer {
    const char *status;  /* "200 OK"; NULL closes without a word */
    const char *type;    /* NULL: application/json */
    const char *headers; /* further lines with CR LF, or NULL */
    const char *body;
    size_t pad;     /* blanks sent after the body */
    size_t missing; /* bytes announced and never sent */
    bool withheld;  /* there is none, until the client hangs up */
};

/* What is known about a tenant beside the recorded answers: its metadata and keys. Requests for them are neither counted
 * nor kept. */
struct answer_facts {
    char *(*page)(void *ctx, const char *origin, const char *request); /* malloc'ed body; NULL: not one of them */
    char *(*fill)(void *ctx, const char *origin,
                  const char *body); /* malloc'ed body to send in place of a recorded one */
    /* The answer to a request in place of the recorded ones; such requests are counted, not kept. NULL: there are recorded ones. */
    struct answer (*choose)(void *ctx, const char *request);
    void *ctx;
};

struct answer_server {
    int fd;
    char origin[64]; /* http://127.0.0.1:PORT */
    pthread_t thread;
    const struct answer *answers;
    size_t count;
    struct answer_facts facts; /* or zeros */
    _Atomic size_t served;
    char *requests[ANSWERS_MOST];
};

static inline void answer_send(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the client hung up: part of some tests */
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* Head and body of a request as one text; "" where the client sent none. */
static inline char *answer_read_request(int fd)
{
    char *text = calloc(1, REQUEST_MOST);
    size_t n = 0;
    for (;;) {
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "\r\nContent-Length:");
        size_t body = length != NULL ? strtoul(length + 17, NULL, 10) : 0;
        if (end != NULL && n >= (size_t)(end + 4 - text) + body)
            return text;
        ssize_t got = recv(fd, text + n, REQUEST_MOST - 1 - n, 0);
        if (got <= 0)
            return text;
        n += (size_t)got;
    }
}

static inline void answer_one(int fd, const struct answer *answer)
{
    char byte;
    while (answer->withheld && recv(fd, &byte, 1, 0) > 0)
        continue;
    if (answer->status == NULL || answer->withheld)
        return;
    char head[1024];
    size_t length = strlen(answer->body) + answer->pad + answer->missing;
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n",
                     answer->status, answer->type != NULL ? answer->type : "application/json; charset=utf-8", length,
                     answer->headers != NULL ? answer->headers : "");
    answer_send(fd, head, (size_t)n);
    answer_send(fd, answer->body, strlen(answer->body));
    char blanks[1024];
    memset(blanks, ' ', sizeof blanks);
    for (size_t left = answer->pad; left > 0;) {
        size_t part = left < sizeof blanks ? left : sizeof blanks;
        answer_send(fd, blanks, part);
        left -= part;
    }
}

static inline bool answer_fact(struct answer_server *server, int fd, const char *request)
{
    char *page = server->facts.page != NULL ? server->facts.page(server->facts.ctx, server->origin, request) : NULL;
    if (page == NULL)
        return false;
    answer_one(fd, &(struct answer){ .status = "200 OK", .body = page });
    free(page);
    return true;
}

static inline void answer_filled(struct answer_server *server, int fd, struct answer answer)
{
    char *filled = server->facts.fill != NULL && answer.body != NULL
                       ? server->facts.fill(server->facts.ctx, server->origin, answer.body)
                       : NULL;
    if (filled != NULL)
        answer.body = filled;
    answer_one(fd, &answer);
    free(filled);
}

/* A request beyond the recorded answers is counted, and answered by hanging up. */
static inline void answer_connection(struct answer_server *server, int fd)
{
    char *request = answer_read_request(fd);
    bool is_fact = answer_fact(server, fd, request);
    size_t i = server->served;
    bool recorded = !is_fact && i < server->count;
    if (recorded)
        server->requests[i] = request;
    if (!is_fact)
        server->served = i + 1;
    if (recorded)
        answer_filled(server, fd, server->answers[i]);
    else if (!is_fact && server->facts.choose != NULL)
        answer_filled(server, fd, server->facts.choose(server->facts.ctx, request));
    if (!recorded)
        free(request);
}

static inline void *answer_run(void *ctx)
{
    struct answer_server *server = ctx;
    for (;;) {
        int fd = accept(server->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        answer_connection(server, fd);
        shutdown(fd, SHUT_WR);
        char rest[256];
        while (recv(fd, rest, sizeof rest, 0) > 0) /* so that closing does not reset what was sent */
            continue;
        close(fd);
    }
}

static inline void answer_server_start_with(struct answer_server *server, const struct answer *answers, size_t count,
                                            struct answer_facts facts)
{
    *server = (struct answer_server){ .answers = answers, .count = count, .facts = facts };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    assert(count <= ANSWERS_MOST);
    server->fd = socket(AF_INET, SOCK_STREAM, 0);
    int bound = bind(server->fd, (struct sockaddr *)&address, size);
    int listening = listen(server->fd, 8);
    int named = getsockname(server->fd, (struct sockaddr *)&address, &size);
    if (server->fd < 0 || bound != 0 || listening != 0 || named != 0)
        abort();
    snprintf(server->origin, sizeof server->origin, "http://127.0.0.1:%d", ntohs(address.sin_port));
    if (pthread_create(&server->thread, NULL, answer_run, server) != 0)
        abort();
}

static inline void answer_server_start(struct answer_server *server, const struct answer *answers, size_t count)
{
    answer_server_start_with(server, answers, count, (struct answer_facts){ 0 });
}

/* Number of requests that came. */
static inline size_t answer_server_stop(struct answer_server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    size_t served = server->served;
    for (size_t i = 0; i < ANSWERS_MOST; i++)
        free(server->requests[i]);
    return served;
}

#endif
