/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: a request and its reply as the rooms above see them; knows no engine.
 * One `struct http_call` lives from the complete request to the sent reply. Its arena, request and reply are the
 * handler's to use. The handler runs on an HTTP worker and may be called several times: it returns HTTP_DONE when the
 * reply is set, or HTTP_WAIT after http_suspend, and is called again after http_wake. */
#ifndef DOORCODE_HTTP_HTTP_H
#define DOORCODE_HTTP_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/event.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS, HTTP_OTHER };

struct http_request {
    enum http_method method;
    struct slice method_name;
    struct slice path;  /* raw, starts with '/', without the query */
    struct slice query; /* raw, without '?' */
    struct slice body;
    struct slice content_type;
    struct slice client_request_id; /* header; empty when absent, like all below */
    struct slice origin;
    struct slice authorization;
    struct slice accept_language;
    struct slice request_method;  /* Access-Control-Request-Method */
    struct slice request_headers; /* Access-Control-Request-Headers */
    char client_address[46];      /* text; from X-Forwarded-For only behind a configured proxy */
    bool tls;
    bool too_large; /* the body exceeded its bound and was thrown away */
};

enum { HTTP_REPLY_HEADERS = 12 };

struct http_header {
    const char *name;   /* static */
    const char *value;  /* static or in the arena, NUL-terminated, no CR or LF */
};

struct http_reply {
    int status;
    struct http_header headers[HTTP_REPLY_HEADERS];
    size_t header_count;
    struct slice body; /* static or in the arena: not copied */
};

/* Appends a header; ASSERTs that there is room. */
void http_header(struct http_reply *reply, const char *name, const char *value);

enum http_step { HTTP_DONE, HTTP_WAIT };

struct http_call {
    struct http_request request;
    struct http_reply reply;
    struct arena arena;
    void *state; /* the handler's, NULL at first; usually in the arena */
    void *engine; /* the engine's */
};

struct http_handler {
    /* Largest body this request may have; called once the headers are there. 0 is legal. */
    size_t (*body_limit)(void *ctx, enum http_method method, struct slice path);
    enum http_step (*handle)(void *ctx, struct http_call *call);
    /* The call ends, replied or broken off. Never called while waiting. May be NULL. */
    void (*finish)(void *ctx, struct http_call *call);
    void *ctx;
};

/* Before handing the call to another thread: the worker is free from the return of the handler on. */
void http_suspend(struct http_call *call);
/* From any thread, once per http_suspend: the handler is called again on a worker. */
void http_wake(struct http_call *call);

struct http_listener {
    const char *address; /* "127.0.0.1", "::", … */
    uint16_t port;       /* 0: the system chooses (http_server_port) */
    bool tls;
};

struct http_options {
    struct http_listener listeners[4];
    size_t listener_count;
    const char *certificate_file; /* PEM; with TLS listeners */
    const char *key_file;
    unsigned workers;         /* per listener; 0: one per core */
    unsigned max_connections; /* all listeners together; LIMIT_CONNECTIONS by default */
    unsigned request_seconds; /* total time for a request to arrive */
    unsigned idle_seconds;
    const char *const *trusted_proxies; /* addresses or CIDR; X-Forwarded-For is believed from these only */
    size_t trusted_proxy_count;
    struct http_handler handler;
    struct events *events;
};

struct http_server;

/* Opens the ports and starts the workers. IO when a port or certificate cannot be used (*why, static or errno text, at
 * most 200 bytes, says which). */
NODISCARD err http_start(const struct http_options *options, struct http_server **out, char why[200]);
uint16_t http_server_port(const struct http_server *s, size_t listener);
/* Reads the certificate and key again; new handshakes use them. On failure the former stay. */
NODISCARD err http_reload_certificate(struct http_server *s);
size_t http_connections(const struct http_server *s);
/* Stops accepting, waits at most `seconds` for running calls, then closes everything and frees. */
void http_stop(struct http_server *s, unsigned seconds);

#endif
