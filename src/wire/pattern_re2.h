/* SPDX-License-Identifier: Apache-2.0 */
/* pattern_re2.h: RE2 as C sees it. Only for pattern.c; no exception comes through. */
#ifndef DOORCODE_WIRE_PATTERN_RE2_H
#define DOORCODE_WIRE_PATTERN_RE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pattern;

enum pattern_re2_fault {
    PATTERN_FINE,
    PATTERN_BAD_ESCAPE,
    PATTERN_BAD_CLASS,
    PATTERN_LACKS_BRACKET,
    PATTERN_LACKS_PARENTHESIS,
    PATTERN_EXTRA_PARENTHESIS,
    PATTERN_BAD_REPETITION,
    PATTERN_LARGE_REPETITION,
    PATTERN_BAD_OPERATOR,
    PATTERN_BAD_UTF8,
    PATTERN_TOO_LARGE,
    PATTERN_NO_MEMORY,
    PATTERN_FAULTS
};

/* *out is touched on PATTERN_FINE only. `memory`: bytes for the program and what the matcher remembers. */
enum pattern_re2_fault pattern_re2_new(const char *text, size_t n, int64_t memory, struct pattern **out);
bool pattern_re2_matches(const struct pattern *pattern, const char *value, size_t n);
void pattern_re2_free(struct pattern *pattern);

#ifdef __cplusplus
}
#endif

#endif
