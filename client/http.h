/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: the client library's door to libcurl: one POST of a form, one bounded answer. */
#ifndef DOORCODE_CLIENT_HTTP_H
#define DOORCODE_CLIENT_HTTP_H

#include "base/guid.h"
#include "doorcode/client.h"

struct http;

/* What came back. Borrowed from the connection until its next post. */
struct http_answer {
    enum doorcode_error_kind failure; /* where status is 0 */
    const char *detail;               /* the network's words, or the content type of an answer */
    int status;
    struct slice body;
    int64_t retry_after;
};

/* A connection for one flow. Borrows the client. NULL without memory. */
struct http *http_open(const struct doorcode_client *client);
void http_close(struct http *http); /* wipes what came; NULL is fine */

/* POSTs `form` to the authority + path. A 5xx is asked again once, after half a second. */
struct http_answer http_post(struct http *http, const char *path, struct slice form, const char *correlation_id);

#endif
