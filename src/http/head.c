/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include "base/limits.h"

enum http_method head_method(struct slice name)
{
    static const struct slice names[] = {
        [HTTP_GET] = { "GET", 3 },
        [HTTP_HEAD] = { "HEAD", 4 },
        [HTTP_POST] = { "POST", 4 },
        [HTTP_OPTIONS] = { "OPTIONS", 7 },
    };

    for (size_t i = 0; i < HTTP_OTHER; i++)
        if (slice_eq(name, names[i]))
            return (enum http_method)i;
    return HTTP_OTHER;
}

void head_read(const struct http_head *head, struct http_request *q, struct head_body *body)
{
    q->content_type = head_value(head, KNOWN_CONTENT_TYPE);
    q->client_request_id = head_value(head, KNOWN_CLIENT_REQUEST_ID);
    q->origin = head_value(head, KNOWN_ORIGIN);
    q->authorization = head_value(head, KNOWN_AUTHORIZATION);
    q->cookie = head_value(head, KNOWN_COOKIE);
    q->fetch_site = head_value(head, KNOWN_FETCH_SITE);
    q->accept_language = head_value(head, KNOWN_ACCEPT_LANGUAGE);
    q->request_method = head_value(head, KNOWN_REQUEST_METHOD);
    q->request_headers = head_value(head, KNOWN_REQUEST_HEADERS);
    *body = (struct head_body){
        .announced = head->known[KNOWN_CONTENT_LENGTH] != NULL,
        .expect = head->known[KNOWN_EXPECT] != NULL,
    };
    if (body->announced)
        slice_to_u64(head_value(head, KNOWN_CONTENT_LENGTH), UINT64_MAX, &body->length);
}

static struct address from_proxies(const struct http_head *head, const struct address *peer,
                                   const struct head_proxies *proxies)
{
    struct slice forwarded[LIMIT_HEADERS];
    size_t n = 0;

    for (size_t i = 0; i < head->count; i++)
        if (slice_eq_nocase(head->fields[i].name, SLICE("X-Forwarded-For")))
            forwarded[n++] = head->fields[i].value;
    return client_address(peer, proxies->ranges, proxies->n, forwarded, n);
}

/* A header that was there and changed nothing came from a peer that is not trusted, or was none that could be read. */
void head_client(const struct http_head *head, const struct address *peer, const struct head_proxies *proxies,
                 struct http_request *q)
{
    bool forwarded = head->known[KNOWN_FORWARDED_FOR] != NULL;
    struct address client = forwarded && proxies->n > 0 ? from_proxies(head, peer, proxies) : *peer;

    q->hearsay = forwarded && address_eq(&client, peer);
    address_write(&client, q->client_address);
}
