/* SPDX-License-Identifier: Apache-2.0 */
/* GET /assets/…: styles, script and icon of the hosted pages; GET /{tenant}/branding.css: a tenant's own styles. */
#include "api/endpoints.h"

#include "api/router.h"
#include "pages/pages.h"

static const char *type_of(struct slice name)
{
    if (slice_ends(name, SLICE(".css")))
        return "text/css; charset=utf-8";
    return slice_ends(name, SLICE(".js")) ? "text/javascript; charset=utf-8" : "image/svg+xml";
}

/* Their addresses change with them (pages/page.h), so that they can be kept for ever. */
static err reply_asset(struct exchange *x)
{
    struct slice name = slice_from(x->call->request.path, sizeof ASSETS_PATH - 1);
    const struct embedded_file *file = page_find(name);

    ENSURE(file != NULL, NOT_FOUND);
    http_header(&x->call->reply, "Content-Type", type_of(name));
    buf_put(&x->body, file->bytes);
    return OK;
}

static err reply_branding(struct exchange *x)
{
    http_header(&x->call->reply, "Content-Type", "text/css; charset=utf-8");
    buf_put(&x->body, x->tenant->branding.custom_css);
    return OK;
}

const struct exchange_steps asset_steps = { .reply = reply_asset };
const struct exchange_steps branding_css_steps = { .reply = reply_branding };
