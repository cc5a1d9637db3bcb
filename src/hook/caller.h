/* SPDX-License-Identifier: Apache-2.0 */
/* caller.h: calls extensions over HTTP: one thread with libcurl's multi interface, connections reused. A redirect is not
 * followed, a proxy of the environment not used, a link-local or metadata address not called (spec OIDC, 11.1). */
#ifndef DOORCODE_HOOK_CALLER_H
#define DOORCODE_HOOK_CALLER_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"
#include "hook/failure.h"

#include <stdbool.h>

struct hooks;

/* One call. From hooks_submit until `done` it is the thread's, with all that it points to. */
struct hook_call {
    const char *url;
    const char *authorization;            /* "Bearer …"; "": none */
    const char *signature;                /* of the body, for X-Doorcode-Signature; "": none */
    struct slice body;                    /* JSON */
    uint32_t timeout_ms;                  /* of each attempt */
    uint32_t retries;                     /* after a time-out, a failed connection, a 5xx */
    char *reply;                          /* room for the answer, LIMIT_HOOK_REPLY bytes */
    void (*done)(struct hook_call *call); /* on the thread of the calls; must not block */
    void *ctx;
    /* the answer: bytes of `reply`, 200 and JSON by its type, where failure is HOOK_FINE */
    enum hook_failure failure;
    long status; /* 0: there was none */
    size_t reply_n;
    struct hook_call *next; /* the thread's */
};

struct hooks_options {
    bool plain_http;     /* http:// may be called, too: development */
    const char *ca_file; /* PEM; borrowed until hooks_free; NULL: the system's */
};

/* Starts the thread; allocates, as libcurl does with each call. NO_MEMORY. */
NODISCARD err hooks_new(const struct hooks_options *options, struct hooks **out);
/* Breaks off what is under way (`done` with HOOK_CALL, on the thread of the calls), joins, frees. NULL is fine. */
void hooks_free(struct hooks *h);
/* Never blocks. FULL: LIMIT_HOOK_CALLS are under way; STOPPING. Then `done` is not called. Any thread. */
NODISCARD err hooks_submit(struct hooks *h, struct hook_call *call);

#endif
