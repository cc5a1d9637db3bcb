/* SPDX-License-Identifier: Apache-2.0 */
/* web_visit.h: a web sign-in against recorded answers, and a browser made of one socket. The sign-in has no thread, so
 * that both are stepped here. Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_WEB_VISIT_H
#define DOORCODE_TESTS_WEB_VISIT_H

#include "client_internal.h"
#include "doorcode/web.h"
#include "support/client_bodies.h"
#include "web.h"

#include <errno.h>
#include <fcntl.h>

struct web_session {
    struct session base;
    struct tenant tenant;
    struct doorcode_web *web;
    char nonce[64]; /* of this sign-in, in the id tokens that are made */
};

/* The value of a parameter of the address, still escaped. */
static inline void web_param(const struct doorcode_web *web, const char *name, char *out, size_t cap)
{
    char key[64];
    snprintf(key, sizeof key, "&%s=", name);
    const char *at = strstr(doorcode_web_url(web), key);
    assert_non_null(at);
    at += strlen(key);
    snprintf(out, cap, "%.*s", (int)strcspn(at, "&"), at);
}

static inline int web_port(const struct doorcode_web *web)
{
    return (int)strtol(strrchr(doorcode_web_redirect_uri(web), ':') + 1, NULL, 10);
}

/* A client and the server it speaks to. */
static inline void web_prepare(struct web_session *s, const struct answer *answers, size_t count,
                               char *(*page)(void *ctx, const char *origin, const char *request))
{
    struct doorcode_options options;
    char authority[128];
    *s = (struct web_session){ 0 };
    s->tenant.keys[TENANT_ES256] = tenant_key(TENANT_ES256);
    s->tenant.nonce = s->nonce;
    struct answer_facts facts = tenant_facts(&s->tenant);
    facts.page = page;
    answer_server_start_with(&s->base.server, answers, count, facts);
    snprintf(authority, sizeof authority, "%s/petstore", s->base.server.origin);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = TENANT_CLIENT;
    assert_null(doorcode_client_new(&options, &s->base.client));
}

/* Starts it and has it learn about the tenant: OPEN. */
static inline void web_begin_with(struct web_session *s, const struct answer *answers, size_t count,
                                  const struct doorcode_web_options *web_options,
                                  char *(*page)(void *ctx, const char *origin, const char *request))
{
    web_prepare(s, answers, count, page);
    if (doorcode_web_start(s->base.client, web_options, &s->web) == DOORCODE_WEB_PREPARING)
        doorcode_web_run(s->web);
    assert_int_equal(doorcode_web_state(s->web), DOORCODE_WEB_OPEN);
    web_param(s->web, "nonce", s->nonce, sizeof s->nonce);
}

static inline void web_begin(struct web_session *s, const struct answer *answers, size_t count,
                             const struct doorcode_web_options *web_options)
{
    web_begin_with(s, answers, count, web_options, tenant_page);
}

/* Requests that were made at the token endpoint. */
static inline void web_end(struct web_session *s, size_t requests)
{
    doorcode_web_free(s->web);
    session_end(&s->base, NULL, requests);
    tenant_close(&s->tenant);
}

static inline enum doorcode_web_state web_wait(struct doorcode_web *web, int fd, short events)
{
    struct pollfd waits[DOORCODE_WEB_WAITS + 1];
    int timeout_ms;
    size_t n = doorcode_web_waits(web, waits, DOORCODE_WEB_WAITS, &timeout_ms);
    waits[n] = (struct pollfd){ .fd = fd, .events = events };
    poll(waits, n + 1, timeout_ms);
    return doorcode_web_step(web);
}

/* A connection to the port; -1: none. */
static inline int web_connect(int family, int port)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)port),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(family, SOCK_STREAM, 0);
    bool is_v4 = family == AF_INET;
    if (fd >= 0 && connect(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof v4 : sizeof v6) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Sends a request and reads until the port closes. The answer's status; 0: closed without a word. `page` may be NULL. */
static inline int web_visit_raw(struct doorcode_web *web, int fd, const char *request, size_t n, char page[4096])
{
    char text[4096] = "";
    size_t got = 0;
    size_t sent = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (;;) {
        ssize_t out = sent < n ? send(fd, request + sent, n - sent, MSG_NOSIGNAL) : 0;
        sent += out > 0 ? (size_t)out : 0;
        ssize_t in = recv(fd, text + got, sizeof text - 1 - got, 0);
        if (in > 0)
            got += (size_t)in;
        if (in == 0 || (in < 0 && errno != EAGAIN))
            break;
        web_wait(web, fd, sent < n && out > 0 ? POLLIN | POLLOUT : POLLIN);
    }
    close(fd);
    if (page != NULL)
        memcpy(page, text, sizeof text);
    return got > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}

/* GETs `target` as a browser does, with {state} in it for this sign-in's state. */
static inline int web_visit(struct doorcode_web *web, const char *target, char page[4096])
{
    char state[64];
    char request[16384];
    web_param(web, "state", state, sizeof state);
    const char *place = strstr(target, "{state}");
    int n = place == NULL ? snprintf(request, sizeof request, "GET %s", target)
                          : snprintf(request, sizeof request, "GET %.*s%s%s", (int)(place - target), target, state,
                                     place + strlen("{state}"));
    n += snprintf(request + n, sizeof request - (size_t)n, " HTTP/1.1\r\nHost: localhost:%d\r\nAccept: */*\r\n\r\n",
                  web_port(web));
    int fd = web_connect(AF_INET, web_port(web));
    assert_true(fd >= 0);
    return web_visit_raw(web, fd, request, (size_t)n, page);
}

/* To the end. */
static inline enum doorcode_web_state web_finish(struct doorcode_web *web)
{
    enum doorcode_web_state state = doorcode_web_step(web);
    while (state == DOORCODE_WEB_FINISHING)
        state = web_wait(web, -1, 0);
    return state;
}

#endif
