/* SPDX-License-Identifier: Apache-2.0 */
/* template.h: fills the templates of html/. What stands between {{ and }}:
 *   text FACT, attr FACT       a value, escaped for text or a quoted attribute
 *   url FACT, uri FACT, image FACT   an address in a quoted attribute (escape.h)
 *   colour FACT, backdrop FACT a colour, or an image, in a style sheet
 *   rich FACT                  an operator's text with its markup
 *   fill FACT, fillattr FACT   words of texts.def that the page chose, in text or in an attribute
 *   say KEY, sayattr KEY       words of texts.def
 *   part FILE, body            another template; that of the page's kind
 *   if FACT … else … end, each LIST … end
 * There is no way to write a value without saying where it stands; tests/unit/pages_template_test.c compares that with the
 * markup around it. Pure, any thread. */
#ifndef DOORCODE_PAGES_TEMPLATE_H
#define DOORCODE_PAGES_TEMPLATE_H

#include "pages/view.h"

struct hole {
    struct slice verb;
    struct slice name; /* empty: the verb has none */
};

/* The bytes before the next hole, and the hole; false: there is none, and *literal is all of the rest. */
bool template_next(struct slice *rest, struct slice *literal, struct hole *hole);
/* The file with all parts. FORMAT: a template is not what it must be (a fault of the build). FULL. */
NODISCARD err template_fill(struct view *v, const char *file, struct buf *out);

#endif
