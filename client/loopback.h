/* SPDX-License-Identifier: Apache-2.0 */
/* loopback.h: the port of this machine that a browser is sent back to (RFC 8252, 7.3), and the client library's door to
 * libmicrohttpd. It has no thread: it is waited for and stepped. One answer is taken; all other visitors are told that
 * they are wrong here. */
#ifndef DOORCODE_CLIENT_LOOPBACK_H
#define DOORCODE_CLIENT_LOOPBACK_H

#include "base/slice.h"

#include <poll.h>

struct loopback;

/* What a visitor was. */
enum loopback_page {
    LOOPBACK_STRAY,  /* not who is awaited; the port goes on waiting */
    LOOPBACK_DONE,   /* the browser may be closed */
    LOOPBACK_FAILED, /* the same, but nobody is signed in */
    LOOPBACK_PAGES
};

/* Asked for each GET of the path, with its query; called from loopback_step. After DONE or FAILED nobody is asked. */
typedef enum loopback_page loopback_visit(void *ctx, struct slice query);

/* Opens `port` (0: any that is free) on 127.0.0.1 and, where this machine has it, on [::1]; `path` is "/" or what stands
 * behind the port. Copies the path. NULL with errno. */
struct loopback *loopback_open(unsigned port, const char *path, loopback_visit *visit, void *ctx);
void loopback_close(struct loopback *loopback); /* NULL is fine */
unsigned loopback_port(const struct loopback *loopback);

/* Does what can be done without waiting. */
void loopback_step(struct loopback *loopback);
/* Whether the one answer was taken and its page has been sent, or had its time. */
bool loopback_is_over(const struct loopback *loopback);
/* As http_waits. */
size_t loopback_waits(const struct loopback *loopback, struct pollfd *waits, size_t n, size_t cap, int *timeout_ms);

#endif
