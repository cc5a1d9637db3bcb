/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a letter, and any text as a preference of languages. */
#include "mail/letter.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct letter letter;
    char space[LETTER_PACKED_MAX];
    struct buf out;

    ASSERT(message_language(slice_bytes(data, size)) != NULL);
    if (!err_is_ok(letter_unpack(slice_bytes(data, size), &letter)))
        return 0;
    buf_init(&out, space, sizeof space);
    ASSERT(err_is_ok(letter_pack(&letter, &out)));
    ASSERT(slice_eq(buf_slice(&out), slice_bytes(data, size)));
    return 0;
}
