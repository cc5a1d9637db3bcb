/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h: the files that browsers get, compiled in. Static, read only. */
#ifndef DOORCODE_PAGES_PAGES_H
#define DOORCODE_PAGES_PAGES_H

#include "base/embed.h"

/* The HTML page, style sheet or script of that name; NULL: there is none. */
const struct embedded_file *page_find(struct slice name);

#endif
