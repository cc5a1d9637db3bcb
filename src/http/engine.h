/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h: what the engine keeps about the server and about one request. Internal to this room: running.c is the part
 * that does not know libmicrohttpd, engine_mhd.c the part that does. */
#ifndef DOORCODE_HTTP_ENGINE_H
#define DOORCODE_HTTP_ENGINE_H

#include "base/limits.h"
#include "http/blocks.h"
#include "http/body.h"
#include "http/deadline.h"
#include "http/head.h"
#include "http/http.h"
#include "http/tls.h"

#include <stdatomic.h>

struct MHD_Daemon;
struct MHD_Connection;

enum { ENGINE_PORTS = 4 };

struct engine_port {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    uint16_t number;
    bool tls;
};

struct http_server {
    struct http_handler handler;
    struct events *events;
    size_t max_connections;
    unsigned workers; /* of each port */
    struct address_range *proxies;
    size_t proxies_n;
    struct deadlines *deadlines;
    struct blocks *blocks; /* of struct running */
    struct tls *tls;
    struct engine_port ports[ENGINE_PORTS];
    size_t ports_n;
    _Atomic bool draining; /* no new connections, no keep-alive */
    _Atomic bool closing;  /* the handler is not called any more */
    /* Running handler calls, plus two for each suspended call: one until its connection runs again, one until http_wake
     * has left the engine. Only at 0 may the daemons be stopped. */
    _Atomic size_t pending;
    _Atomic unsigned large_bodies;
};

enum running_stage { STAGE_HEAD, STAGE_BODY, STAGE_HANDLER };

/* One request: the call as the handler sees it, and what the engine keeps about it. Touched by its connection's worker
 * alone, but for the waker's call of http_wake. */
struct running {
    struct http_call call;
    unsigned magic;
    enum running_stage stage;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct link *link;
    struct slice target; /* a copy of the first LIMIT_TARGET bytes and one more, query included */
    size_t target_n;     /* as it came */
    struct body body;
    bool suspended;
    bool handled;
    bool last; /* the connection is closed after the reply */
    _Alignas(16) char memory[LIMIT_EXCHANGE_MEMORY];
};

/* What crosses a void pointer carries a magic number. */
struct running *running_of(void *p);
/* The request line is there; copies the target. Ends a request that the engine gave up without a word. NULL without
 * memory. */
struct running *running_begin(struct http_server *s, struct link *link, struct slice target);
/* The headers are there, up to `end`, and nothing of the body has been read. False: answer at once, the rest of the stream
 * is not to be read. */
bool running_head(struct running *r, struct http_head *head, const char *end);
/* A part of the body. False: close, it does not end. */
bool running_body(struct running *r, struct slice part);
/* The engine could not read on and has a status for that: a refusal, to be answered as the last one. Of the request that was
 * begun, or of one that never was a request. NULL: nothing can be said any more. */
struct running *running_broken(struct http_server *s, struct link *link, unsigned status);
/* All is there, or refused: the handler's turn. May be called again when it is woken. */
void running_complete(struct running *r);
/* Replied, broken off, or never more than a beginning. */
void running_end(struct running *r);

#endif
