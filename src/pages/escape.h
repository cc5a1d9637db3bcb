/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h: how a value from outside gets into a page: one function for each place that it can stand in. What cannot stand
 * there is left out, never passed on. Pure, any thread; a full buffer is sticky. */
#ifndef DOORCODE_PAGES_ESCAPE_H
#define DOORCODE_PAGES_ESCAPE_H

#include "base/buf.h"

/* Text between tags, and in quoted attributes. Control characters and broken UTF-8 become U+FFFD. */
void escape_text(struct buf *out, struct slice value);
/* An address that the browser goes to or loads, in a quoted attribute: http, https, or a path of this server; "#" for all
 * others. */
void escape_url(struct buf *out, struct slice value);
/* The registered address of an application, which may have a scheme of its own; "#" for one that runs or shows what is in
 * the address (javascript, data, …). */
void escape_uri(struct buf *out, struct slice value);
/* An image, in a quoted attribute; empty for what is_image refuses. */
void escape_image(struct buf *out, struct slice value);
/* The same between the quotes of url("…") in a style sheet. */
void escape_css_image(struct buf *out, struct slice value);
/* A colour in a style sheet; "inherit" for what is not #rgb or #rrggbb. */
void escape_colour(struct buf *out, struct slice value);

/* https, or http (a development server's), or data of an image. */
bool is_image(struct slice url);

/* Text that an operator wrote: **bold**, *italic*, ++underlined++, [text](https://…); everything else is text. `value`, where it
 * is not NULL, is called with `ctx` for {{name}} and, as "0", for Entra's {0}; it writes escaped text. */
typedef void escape_value_fn(void *ctx, struct slice name, struct buf *out);
void escape_rich(struct buf *out, struct slice text, escape_value_fn *value, void *ctx);
/* The same without its markup, for attributes and titles. */
void escape_plain(struct buf *out, struct slice text, escape_value_fn *value, void *ctx);

#endif
