/* SPDX-License-Identifier: Apache-2.0 */
/* language.c: which of our languages a reader wants (RFC 9110, 12.5.4 for the list, RFC 4647, 3.4 for the lookup). */
#include "wire/language.h"

#include <stdbool.h>
#include <stddef.h>

enum { PREFERENCES_MAX = 512, RANGES_MAX = 16, RANGE_MAX = 35, QUALITY_FULL = 1000 };

struct range {
    struct slice tag;
    unsigned quality; /* thousandths */
};

struct ranges {
    struct range all[RANGES_MAX];
    size_t n;
};

/* "1", "0.8", "0.123" in thousandths; false for anything else (RFC 9110, 12.4.2). */
static bool parse_quality(struct slice text, unsigned *out)
{
    struct slice fraction;
    struct slice whole = slice_cut(text, '.', &fraction);
    uint64_t ones = 0, thousandths = 0;

    if (!slice_to_u64(whole, 1, &ones) || whole.n != 1 || fraction.n > 3)
        return false;
    if (fraction.n > 0 && !slice_to_u64(fraction, 999, &thousandths))
        return false;
    for (size_t digits = fraction.n; digits < 3; digits++)
        thousandths *= 10;
    *out = (unsigned)(ones * QUALITY_FULL + thousandths);
    return *out <= QUALITY_FULL;
}

static bool quality_of(struct slice parameters, unsigned *out)
{
    *out = QUALITY_FULL;
    while (parameters.n > 0) {
        struct slice value;
        struct slice parameter = slice_cut(parameters, ';', &parameters);
        struct slice name = slice_trim(slice_cut(parameter, '=', &value));
        if (slice_eq_nocase(name, SLICE("q")))
            return parse_quality(slice_trim(value), out);
    }
    return true;
}

/* Blanks as well as commas part the list, since ui_locales has blanks (OpenID Connect Core, 3.1.2.1). */
static void take_ranges(struct slice element, struct ranges *ranges)
{
    struct slice parameters;
    struct slice tags = slice_cut(element, ';', &parameters);
    unsigned quality;

    if (!quality_of(parameters, &quality) || quality == 0)
        return;
    for (struct slice tag = slice_word(&tags); tag.n > 0; tag = slice_word(&tags))
        if (tag.n <= RANGE_MAX && ranges->n < RANGES_MAX)
            ranges->all[ranges->n++] = (struct range){ tag, quality };
}

/* The tag without its last subtag, and without a single letter before it (RFC 4647, 3.4). */
static struct slice shorten(struct slice tag)
{
    while (tag.n > 0 && tag.p[tag.n - 1] != '-')
        tag.n--;
    if (tag.n > 0)
        tag.n--;
    if (tag.n >= 2 && tag.p[tag.n - 2] == '-')
        tag.n -= 2;
    return tag;
}

static const char *look_up(struct slice tag, const char *const *ours)
{
    for (; tag.n > 0; tag = shorten(tag))
        for (size_t i = 0; ours[i] != NULL; i++)
            if (slice_eq_nocase(tag, slice_of(ours[i])))
                return ours[i];
    return NULL;
}

/* The wanted range of the highest quality, the first of equals; taken out of the list. "*" looks up nothing. */
static struct slice take_best(struct ranges *ranges)
{
    struct range *best = &ranges->all[0];

    for (size_t i = 1; i < ranges->n; i++)
        if (ranges->all[i].quality > best->quality)
            best = &ranges->all[i];
    best->quality = 0;
    return best->tag;
}

const char *language_best(struct slice preferences, const char *const *ours)
{
    struct ranges ranges = { .n = 0 };

    if (preferences.n > PREFERENCES_MAX)
        preferences.n = PREFERENCES_MAX;
    while (preferences.n > 0)
        take_ranges(slice_cut(preferences, ',', &preferences), &ranges);
    for (size_t i = 0; i < ranges.n; i++) {
        const char *found = look_up(take_best(&ranges), ours);
        if (found != NULL)
            return found;
    }
    return NULL;
}
