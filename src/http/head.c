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

/* The first of the headers that may stand there twice counts; the guard has refused the others. */
void head_read(const struct http_head *head, struct http_request *q, struct head_body *body)
{
    struct slice length = SLICE_EMPTY, expect = SLICE_EMPTY;
    const struct {
        struct slice name;
        struct slice *to;
    } wanted[] = {
        { SLICE("Content-Length"), &length },
        { SLICE("Content-Type"), &q->content_type },
        { SLICE("client-request-id"), &q->client_request_id },
        { SLICE("Origin"), &q->origin },
        { SLICE("Authorization"), &q->authorization },
        { SLICE("Accept-Language"), &q->accept_language },
        { SLICE("Access-Control-Request-Method"), &q->request_method },
        { SLICE("Access-Control-Request-Headers"), &q->request_headers },
        { SLICE("Expect"), &expect },
    };

    for (size_t i = 0; i < head->count; i++)
        for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
            if (wanted[k].to->n == 0 && slice_eq_nocase(head->fields[i].name, wanted[k].name))
                *wanted[k].to = head->fields[i].value;
    *body = (struct head_body){ .announced = length.n > 0, .expect = expect.n > 0 };
    if (body->announced)
        slice_to_u64(length, UINT64_MAX, &body->length);
}

void head_client(const struct http_head *head, const struct address *peer, const struct head_proxies *proxies,
                 char out[ADDRESS_TEXT])
{
    struct slice forwarded[LIMIT_HEADERS];
    size_t n = 0;

    for (size_t i = 0; proxies->n > 0 && i < head->count; i++)
        if (slice_eq_nocase(head->fields[i].name, SLICE("X-Forwarded-For")))
            forwarded[n++] = head->fields[i].value;
    struct address client = client_address(peer, proxies->ranges, proxies->n, forwarded, n);
    address_write(&client, out);
}
