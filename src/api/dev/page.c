/* SPDX-License-Identifier: Apache-2.0 */
/* GET / and /dev/static/…: the inbox page of the development mode. */
#include "api/endpoints.h"

#include "pages/pages.h"

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                             "img-src 'self' data: https:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
                             "frame-ancestors 'none'";

static err reply_file(struct exchange *x, const char *name, const char *type)
{
    const struct embedded_file *file = page_find(slice_of(name));

    ENSURE(file != NULL, NOT_FOUND);
    http_header(&x->call->reply, "Content-Type", type);
    buf_put(&x->body, file->bytes);
    return OK;
}

static err reply_page(struct exchange *x)
{
    TRY(reply_file(x, "inbox.html", "text/html; charset=utf-8"));
    http_header(&x->call->reply, "Content-Security-Policy", policy);
    http_header(&x->call->reply, "Referrer-Policy", "no-referrer");
    return OK;
}

static err reply_static(struct exchange *x)
{
    if (slice_ends(x->call->request.path, SLICE(".css")))
        return reply_file(x, "inbox.css", "text/css; charset=utf-8");
    return reply_file(x, "inbox.js", "text/javascript; charset=utf-8");
}

const struct exchange_steps dev_page_steps = { .reply = reply_page };
const struct exchange_steps dev_static_steps = { .reply = reply_static };
