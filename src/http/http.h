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

/* What is wrong with a request before any endpoint looks at it. The handler sees it in `defect`, answers with
 * http_defect_status and its own kind of body, and the engine closes the connection after that reply (the next bytes
 * can't be trusted), TOO_LARGE after a body that could be read to its end excepted. */
enum http_defect {
    HTTP_SOUND,
    HTTP_BAD_METHOD,       /* not a token, or longer than LIMIT_METHOD */
    HTTP_BAD_TARGET,       /* neither a path nor http(s)://host/path, or with blanks, controls, bytes beyond ASCII */
    HTTP_TARGET_TOO_LONG,  /* more than LIMIT_TARGET */
    HTTP_BAD_FRAMING,      /* the header lines are folded, hold a NUL, or do not end in CR LF */
    HTTP_BAD_HEADER,       /* a name that is no token, a value with control characters */
    HTTP_REPEATED_HEADER,  /* a header that must be single is there twice */
    HTTP_AMBIGUOUS_LENGTH, /* two lengths, a length that is no plain number, or a length beside Transfer-Encoding */
    HTTP_BAD_ENCODING,     /* a Transfer-Encoding other than `chunked`, or in HTTP/1.0 */
    HTTP_BAD_HOST,         /* HTTP/1.1 without a Host, or one that is no host */
    HTTP_TOO_MANY_HEADERS, /* more than LIMIT_HEADERS, or than LIMIT_CONNECTION_MEMORY holds */
    HTTP_UNREADABLE,       /* no request line, a header line without a colon, a chunk that is none */
    HTTP_BAD_VERSION,      /* not HTTP/1.0 or 1.1 */
    HTTP_TOO_LARGE,        /* the body exceeds handler.body_limit */
    HTTP_OVERLOADED,       /* LIMIT_LARGE_BODIES are being read already */
    HTTP_DEFECTS
};

/* 400, 413, 431, 503 …; 0 for HTTP_SOUND. */
int http_defect_status(enum http_defect defect);
/* Static text for error descriptions and logs, e.g. "the length of the body is ambiguous". */
const char *http_defect_text(enum http_defect defect);

struct http_request {
    enum http_method method;
    enum http_defect defect; /* not HTTP_SOUND: answer with http_defect_status; the body is empty */
    struct slice method_name;
    struct slice path;  /* raw, starts with '/', without the query; "/" where the target is bad */
    struct slice query; /* raw, without '?' */
    struct slice body;
    struct slice content_type;
    struct slice client_request_id; /* header; empty when absent, like all below */
    struct slice origin;
    struct slice authorization;
    struct slice cookie;
    struct slice fetch_site; /* Sec-Fetch-Site */
    struct slice accept_language;
    struct slice request_method;  /* Access-Control-Request-Method */
    struct slice request_headers; /* Access-Control-Request-Headers */
    char client_address[46];      /* text; from X-Forwarded-For only behind a configured proxy */
    bool
        hearsay; /* it came through somebody not trusted with X-Forwarded-For: client_address is only the last peer's */
    bool tls;
    bool too_large; /* the body exceeded its bound and was thrown away; the same as defect == HTTP_TOO_LARGE */
};

enum { HTTP_REPLY_HEADERS = 20 };

struct http_header {
    const char *name;  /* static */
    const char *value; /* static or in the arena, NUL-terminated, no CR or LF */
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
    void *state;  /* the handler's, NULL at first; usually in the arena */
    void *engine; /* the engine's */
};

struct http_handler {
    /* Largest body this request may have; called once the headers are there. 0 is legal. Up to LIMIT_BODY lies in the
     * arena, more in a block of its own that lives as long as the call. */
    size_t (*body_limit)(void *ctx, enum http_method method, struct slice path);
    enum http_step (*handle)(void *ctx, struct http_call *call);
    /* The call ends, replied or broken off; only for calls that `handle` has seen. Never called while waiting, so a
     * waiting call must be woken in the end, also when the server stops. May be NULL. */
    void (*finish)(void *ctx, struct http_call *call);
    void *ctx;
};

/* Inside the handler only, before handing the call to another thread: the worker is free from the return of the handler
 * on, and nothing but the waker may touch the call from then until http_wake. */
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
    const char *certificate_file; /* PEM, the chain in order; with TLS listeners. Copied, like all strings here */
    const char *key_file;         /* PEM, not encrypted */
    unsigned workers;             /* per listener; 0: one per core */
    unsigned max_connections;     /* all listeners together; LIMIT_CONNECTIONS by default */
    unsigned request_seconds;     /* total time for a request to arrive */
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
/* Refuses new connections, closes idle ones, waits at most `seconds` for running calls and their replies, then shuts
 * all connections and frees. A waiting call (HTTP_WAIT) is waited for without a bound: its waker holds a pointer to it.
 * Not from a handler. */
void http_stop(struct http_server *s, unsigned seconds);

#endif
