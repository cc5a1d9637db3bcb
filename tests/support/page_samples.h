/* SPDX-License-Identifier: Apache-2.0 */
/* page_samples.h: every hosted page in every state that a user can see it in: for tests, screenshots and figures. */
#ifndef DOORCODE_TESTS_PAGE_SAMPLES_H
#define DOORCODE_TESTS_PAGE_SAMPLES_H

#include "pages/page.h"

struct page_sample {
    const char *name; /* of a file: "code-wrong" */
    struct page page; /* in English */
};

/* *n of them; static. */
const struct page_sample *page_samples(size_t *n);
/* A tenant with everything that branding knows: colours, pictures, texts, style sheet. Static. */
const struct tenant *page_sample_branded(void);

#endif
