/* SPDX-License-Identifier: Apache-2.0 */
/* What parses is 36 characters and comes back in lower case. */
#include "base/err.h"
#include "base/guid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_bytes(data, size);
    struct guid g;

    if (!guid_parse(text, &g))
        return 0;
    ASSERT(size == GUID_TEXT);
    struct guid_text back = guid_format(g);
    ASSERT(slice_eq_nocase(slice_of(back.c), text));
    struct guid again;
    ASSERT(guid_parse(slice_of(back.c), &again) && guid_eq(g, again));
    return 0;
}
