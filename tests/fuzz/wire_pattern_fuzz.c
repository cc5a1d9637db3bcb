/* SPDX-License-Identifier: Apache-2.0 */
/* Any pattern (up to the first line feed) against any value: compiling and complaining agree, and a match is quick and the
 * same a second time. */
#include "wire/pattern.h"

#include <unistr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VALUE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice value;
    struct slice text = slice_cut(slice_bytes(data, size), '\n', &value);
    struct pattern *pattern = NULL;

    if (value.n > VALUE)
        value.n = VALUE;
    err compiled = pattern_compile(text, &pattern);
    ASSERT(err_is_ok(compiled) == (pattern_complaint(text) == NULL));
    if (!err_is_ok(compiled))
        return 0;
    bool matches = pattern_matches(pattern, value);
    ASSERT(matches == pattern_matches(pattern, value));
    ASSERT(!matches || u8_check((const uint8_t *)value.p, value.n) == NULL);
    pattern_free(pattern);
    return 0;
}
