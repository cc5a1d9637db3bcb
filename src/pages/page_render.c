/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/template.h"

#include "wire/language.h"

err page_render(const struct page *page, struct buf *out)
{
    struct view view;

    view_init(&view, page);
    return template_fill(&view, "layout.html", out);
}

struct slice page_language(struct slice ui_locales, struct slice accept_language)
{
    const char *const *ours = texts_languages();
    const char *best = language_best(ui_locales, ours);

    if (best == NULL)
        best = language_best(accept_language, ours);
    return slice_of(best == NULL ? ours[0] : best);
}
