/* SPDX-License-Identifier: Apache-2.0 */
/* GET /error?code=N: what an error number means; error_uri of every error body points here. */
#include "api/endpoints.h"

static void explain(struct buf *out, const struct error_row *row)
{
    buf_fmt(out, "AADSTS%u  %s", row->code, row->error);
    if (row->suberror[0] != '\0')
        buf_fmt(out, " / %s", row->suberror);
    buf_fmt(out, "  (HTTP %d)\n    %s\n", row->status, row->text);
}

static err reply(struct exchange *x)
{
    struct form query;
    uint64_t code = 0;

    http_header(&x->call->reply, "Content-Type", "text/plain; charset=utf-8");
    if (err_is_ok(form_parse(x->call->request.query, &x->call->arena, &query)) &&
        slice_to_u64(form_get(&query, SLICE("code")), UINT32_MAX, &code) && error_by_code(code) == ERROR_NONE)
        buf_puts(&x->body, "This server sends no such error. It knows:\n\n");
    for (enum error_id id = ERROR_NONE + 1; id < ERROR_COUNT; id++)
        if (error_by_code(code) == ERROR_NONE || error_row(id)->code == code)
            explain(&x->body, error_row(id));
    return OK;
}

const struct exchange_steps error_help_steps = { .reply = reply };
