/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: the client library's door to libcurl: one request at a time, one bounded answer. Nothing here waits: a request is
 * begun, and stepped until it is over. */
#ifndef DOORCODE_CLIENT_HTTP_H
#define DOORCODE_CLIENT_HTTP_H

#include "base/guid.h"
#include "doorcode/client.h"

#include <poll.h>

struct http;

struct http_request {
    const char *url;            /* at the authority or its issuer */
    struct slice form;          /* what is POSTed; p NULL: a GET. Borrowed until the answer is there */
    bool once;                  /* it is not made again, whatever happens: a second time the server would see a theft */
    bool is_native;             /* of native authentication: the application's own headers go with it */
    const char *correlation_id; /* borrowed until the answer is there */
};

/* What came back. Borrowed from the connection until its next request, or http_forget. */
struct http_answer {
    enum doorcode_error_kind failure; /* where status is 0 */
    const char *detail;               /* the network's words, or the content type of an answer */
    int status;
    struct slice body;
    int64_t retry_after;
};

/* A connection for one flow. Borrows the client. NULL without memory. */
struct http *http_open(const struct doorcode_client *client);
void http_close(struct http *http); /* ends a request on its way, wipes what came; NULL is fine */

/* Begins a request; none is on its way. A 5xx is asked again once, after half a second. */
void http_begin(struct http *http, const struct http_request *request);
/* Does what can be done without waiting. True: the request is over, and *answer tells how. */
bool http_step(struct http *http, struct http_answer *answer);
/* Wipes and frees the body of the last answer, before the next request would. */
void http_forget(struct http *http);
/* Appends what the next step waits for to the `n` of `waits` and lowers *timeout_ms (-1: none) to when it has to be made
 * at the latest. The new number. Where `cap` is too small for all, that is soon: the step looks at the others itself. */
size_t http_waits(const struct http *http, struct pollfd *waits, size_t n, size_t cap, int *timeout_ms);
/* Milliseconds of a clock that nobody sets. */
int64_t http_ticks(void);
/* Lowers *timeout_ms (-1: none) to the time until `at`. */
void http_lower_timeout(int *timeout_ms, int64_t at);

#endif
