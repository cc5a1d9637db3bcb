/* SPDX-License-Identifier: Apache-2.0 */
/* head.h: from a head that passed the guard to the request the rooms above see. Pure. */
#ifndef DOORCODE_HTTP_HEAD_H
#define DOORCODE_HTTP_HEAD_H

#include "http/client_addr.h"
#include "http/guard.h"

/* How the body comes. */
struct head_body {
    bool announced; /* by Content-Length */
    uint64_t length;
    bool expect; /* the client waits for "100 Continue" */
};

struct head_proxies {
    const struct address_range *ranges;
    size_t n;
};

enum http_method head_method(struct slice name);
/* Fills the headers of *q, borrowed from the head, and what is known of the body. After guard_check; where that found a
 * defect, headers that come after it may be missing. */
void head_read(const struct http_head *head, struct http_request *q, struct head_body *body);
/* Who is asking: q->client_address, and whether that is hearsay. */
void head_client(const struct http_head *head, const struct address *peer, const struct head_proxies *proxies,
                 struct http_request *q);

#endif
