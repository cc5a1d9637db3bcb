/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/pattern.h"

#include "wire/pattern_re2.h"

#include <unistr.h>

static const char *const complaints[PATTERN_FAULTS] = {
    [PATTERN_BAD_ESCAPE] = "holds a \\ before a character that makes no sense there",
    [PATTERN_BAD_CLASS] = "holds a character class that does not exist or is out of order",
    [PATTERN_LACKS_BRACKET] = "lacks a closing bracket ]",
    [PATTERN_LACKS_PARENTHESIS] = "lacks a closing bracket )",
    [PATTERN_EXTRA_PARENTHESIS] = "has a closing bracket ) too many",
    [PATTERN_BAD_REPETITION] = "repeats nothing, or a repetition",
    [PATTERN_LARGE_REPETITION] = "holds a repetition of more than 1000, or one that ends before it begins",
    [PATTERN_BAD_OPERATOR] = "holds a group of a kind that is not supported, such as (?=…)",
    [PATTERN_BAD_UTF8] = "is not UTF-8",
    [PATTERN_TOO_LARGE] = "is too large once its repetitions are written out",
    [PATTERN_NO_MEMORY] = "cannot be compiled: out of memory",
};

err pattern_compile(struct slice text, struct pattern **out)
{
    ENSURE(text.n <= LIMIT_PATTERN, FORMAT);
    enum pattern_re2_fault fault = pattern_re2_new(text.p, text.n, LIMIT_PATTERN_MEMORY, out);
    ENSURE(fault != PATTERN_NO_MEMORY, NO_MEMORY);
    ENSURE(fault == PATTERN_FINE, FORMAT);
    return OK;
}

const char *pattern_complaint(struct slice text)
{
    struct pattern *pattern;

    if (text.n > LIMIT_PATTERN)
        return "is longer than 512 bytes";
    enum pattern_re2_fault fault = pattern_re2_new(text.p, text.n, LIMIT_PATTERN_MEMORY, &pattern);
    if (fault == PATTERN_FINE)
        pattern_re2_free(pattern);
    return complaints[fault];
}

/* The library would let `\C` and negated classes look at single bytes. */
bool pattern_matches(const struct pattern *pattern, struct slice value)
{
    return u8_check((const uint8_t *)value.p, value.n) == NULL && pattern_re2_matches(pattern, value.p, value.n);
}

void pattern_free(struct pattern *pattern)
{
    pattern_re2_free(pattern);
}
