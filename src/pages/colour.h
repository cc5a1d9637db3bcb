/* SPDX-License-Identifier: Apache-2.0 */
/* colour.h: a tenant's colours, made readable (WCAG 2.2, 1.4.3). Pure, any thread. */
#ifndef DOORCODE_PAGES_COLOUR_H
#define DOORCODE_PAGES_COLOUR_H

#include "base/slice.h"

struct colour {
    uint8_t r, g, b;
};

struct colour_text {
    char c[8]; /* "#rrggbb" with a NUL */
};

/* "#rgb" or "#rrggbb". */
bool colour_parse(struct slice text, struct colour *out);
struct colour_text colour_format(struct colour colour);
/* Ratio of contrast, 1 to 21. */
double colour_contrast(struct colour a, struct colour b);
/* Black or white, whichever stands out more. Its contrast is at least 4.58. */
struct colour colour_ink(struct colour ground);
/* The colour, darker or lighter by as little as gives `ratio` against the ground; at the end black or white. */
struct colour colour_against(struct colour colour, struct colour ground, double ratio);

#endif
