/* SPDX-License-Identifier: Apache-2.0 */
/* page_markup.h: whether a page is well-formed HTML in our own strict sense: tags nest, attributes are quoted and not given
 * twice, no bare < or &, ids are unique, what `for` and aria-describedby name exists. */
#ifndef DOORCODE_TESTS_PAGE_MARKUP_H
#define DOORCODE_TESTS_PAGE_MARKUP_H

/* NULL: it is; otherwise what is wrong first. Static. */
const char *markup_fault(const char *page);

#endif
