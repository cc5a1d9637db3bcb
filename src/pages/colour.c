/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/colour.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 20 };

static const struct colour black = { 0, 0, 0 }, white = { 255, 255, 255 };

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool colour_parse(struct slice text, struct colour *out)
{
    int d[6];
    size_t n = text.n - 1;

    if ((text.n != 4 && text.n != 7) || text.p[0] != '#')
        return false;
    for (size_t i = 0; i < n; i++) {
        d[i] = digit(text.p[i + 1]);
        if (d[i] < 0)
            return false;
    }
    if (n == 3)
        *out = (struct colour){ (uint8_t)(d[0] * 17), (uint8_t)(d[1] * 17), (uint8_t)(d[2] * 17) };
    else
        *out = (struct colour){ (uint8_t)(d[0] * 16 + d[1]), (uint8_t)(d[2] * 16 + d[3]), (uint8_t)(d[4] * 16 + d[5]) };
    return true;
}

struct colour_text colour_format(struct colour colour)
{
    struct colour_text text;

    snprintf(text.c, sizeof text.c, "#%02x%02x%02x", colour.r, colour.g, colour.b);
    return text;
}

/* WCAG 2.2, "relative luminance". */
static double linear(uint8_t channel)
{
    double c = channel / 255.0;

    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

static double ratio_of(double a, double b)
{
    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

double colour_contrast(struct colour a, struct colour b)
{
    return ratio_of(luminance(a), luminance(b));
}

struct colour colour_ink(struct colour ground)
{
    double l = luminance(ground);

    return ratio_of(l, 1) >= ratio_of(l, 0) ? white : black;
}

static uint8_t mix(uint8_t a, uint8_t b, int step)
{
    return (uint8_t)((a * (STEPS - step) + b * step) / STEPS);
}

struct colour colour_against(struct colour colour, struct colour ground, double ratio)
{
    const struct colour end = colour_ink(ground);
    const double base = luminance(ground);
    struct colour c = colour;

    for (int step = 1; step <= STEPS && ratio_of(luminance(c), base) < ratio; step++)
        c = (struct colour){ mix(colour.r, end.r, step), mix(colour.g, end.g, step), mix(colour.b, end.b, step) };
    return c;
}
