/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a continuation token's content: what is read packs to the same bytes. */
#include "flow/continuation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct continuation c;
    char space[CONTINUATION_MAX];
    struct buf out;

    if (!err_is_ok(continuation_unpack(slice_bytes(data, size), &c)))
        return 0;
    buf_init(&out, space, sizeof space);
    ASSERT(err_is_ok(continuation_pack(&c, &out)));
    ASSERT(out.n == size);
    return 0;
}
