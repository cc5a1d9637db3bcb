/* SPDX-License-Identifier: Apache-2.0 */
/* The barest page: the form with its hidden fields. */
#include "pages/page.h"

#include <stdio.h>

err page_render(const struct page *page, struct buf *out)
{
    buf_fmt(out, "<!doctype html><title>%d</title><form method=\"post\">", (int)page->kind);
    for (size_t i = 0; i < page->hidden_count; i++)
        buf_fmt(out, "<input type=\"hidden\" name=\"%.*s\" value=\"%.*s\">", SLICE_ARGS(page->hidden[i].name),
                SLICE_ARGS(page->hidden[i].value));
    buf_puts(out, "<button name=\"do\" value=\"next\">OK</button></form>");
    return buf_ok(out) ? OK : FAIL(FULL);
}

struct slice page_language(struct slice ui_locales, struct slice accept_language)
{
    (void)ui_locales;
    (void)accept_language;
    return SLICE("en");
}

err page_policy(const struct page *page, char *out, size_t cap)
{
    (void)page;
    snprintf(out, cap, "default-src 'none'");
    return OK;
}
