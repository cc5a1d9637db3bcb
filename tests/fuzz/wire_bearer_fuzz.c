/* SPDX-License-Identifier: Apache-2.0 */
/* Any Authorization header: a token is a part of it without blanks, or there is none. */
#include "wire/bearer.h"

#include "base/err.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice header = slice_bytes(data, size);
    struct slice token;
    enum bearer given = bearer_parse(header, &token);

    ASSERT((given == BEARER_GIVEN) == (token.n > 0));
    if (token.n == 0)
        return 0;
    ASSERT(token.p >= header.p && token.p + token.n <= header.p + header.n);
    for (size_t i = 0; i < token.n; i++)
        ASSERT(token.p[i] > ' ' && token.p[i] != ',' && token.p[i] != '"');
    return 0;
}
