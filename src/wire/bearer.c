/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/bearer.h"

#include <string.h>

/* token68: letters, digits and some signs, then padding (RFC 7235, 2.1). */
static bool is_token(struct slice text)
{
    size_t n = text.n;

    while (n > 0 && text.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || strchr("-._~+/", c) == NULL))
            return false;
    }
    return n > 0;
}

enum bearer bearer_parse(struct slice authorization, struct slice *token)
{
    struct slice rest;
    struct slice scheme = slice_cut(slice_trim(authorization), ' ', &rest);

    *token = SLICE_EMPTY;
    if (!slice_eq_nocase(scheme, SLICE("Bearer")))
        return BEARER_NONE;
    rest = slice_trim(rest);
    if (!is_token(rest))
        return BEARER_BROKEN;
    *token = rest;
    return BEARER_GIVEN;
}

static const char *error_word(int status)
{
    if (status == 401)
        return "invalid_token";
    return status == 403 ? "insufficient_scope" : "invalid_request";
}

void bearer_challenge(enum error_id id, struct slice realm, struct buf *out)
{
    const struct error_row *row = error_row(id);

    buf_puts(out, "Bearer realm=\"");
    buf_put(out, realm);
    buf_putc(out, '"');
    if (id == ERROR_BEARER_MISSING)
        return;
    buf_fmt(out, ", error=\"%s\", error_description=\"%s\"", error_word(row->status), row->text);
    if (row->status == 403)
        buf_puts(out, ", scope=\"openid\"");
}
