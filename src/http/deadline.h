/* SPDX-License-Identifier: Apache-2.0 */
/* deadline.h: the open connections: how many there are, what each is doing and since when. A connection that is past its
 * time is shut down by a thread of this module (twice a second); when there is little room, the one that has been idle
 * longest makes room. The engine has an idle timeout only, which a client that sends a byte now and then never meets.
 *
 * A connection is touched by its own HTTP worker, and by the thread here through link.stamp and under the lock. */
#ifndef DOORCODE_HTTP_DEADLINE_H
#define DOORCODE_HTTP_DEADLINE_H

#include "base/err.h"
#include "base/event.h"
#include "http/client_addr.h"
#include "http/tls.h"

enum link_phase {
    LINK_FREE,
    LINK_NEW,     /* open or in its TLS handshake, no request yet: request_seconds from the start */
    LINK_READING, /* a request line is there: request_seconds to the last byte */
    LINK_BUSY,    /* ours: no deadline */
    LINK_SENDING, /* the reply is on its way: request_seconds */
    LINK_IDLE,    /* between requests: idle_seconds */
    LINK_SHUT,    /* shut down by us */
};

struct link {
    _Atomic uint64_t stamp; /* milliseconds << 3 | phase */
    int fd;                 /* under the lock; -1: free */
    bool shut;              /* under the lock */
    struct link *next;      /* free list */
    struct address peer;
    struct tls_use tls;
    void *port;    /* the engine's: where it came in */
    void *request; /* the engine's: the request being read or answered */
};

struct deadlines;

struct deadline_options {
    size_t capacity; /* connections */
    size_t reserve;  /* room is made as soon as fewer places are free: what is shut closes a little later */
    unsigned request_seconds;
    unsigned idle_seconds;
    struct events *events;
};

/* Starts the thread. */
NODISCARD err deadlines_open(const struct deadline_options *options, struct deadlines **out);
void deadlines_close(struct deadlines *d); /* after the last link_close; NULL is fine */

/* Whether one more connection may be opened; near the bound it shuts the one that has been idle longest, or else the one
 * that has been sending its request longest, if longer than a second. */
bool deadlines_admit(struct deadlines *d);
/* NULL when the table is full. */
struct link *link_open(struct deadlines *d, int fd);
/* Before the descriptor is closed, so that no other connection's is shut down. */
void link_close(struct deadlines *d, struct link *link);
void link_enter(struct link *link, enum link_phase phase);

size_t deadlines_count(const struct deadlines *d);
/* Shuts the connections without a request (idle and new ones), or all. */
void deadlines_shut(struct deadlines *d, bool all);

#endif
