/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a letter, which is written alike whether it is copied from a stencil or not, and any text as a preference
 * of languages. */
#include "mail/letter.h"
#include "mail/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The third is copied, if it can be. */
static void write_three(struct letter letter)
{
    static const struct message_sender from = { { "no-reply@login.example", 22 }, { "", 0 } };
    static struct messages *messages;
    static struct writer *writer;
    static char wanted[MESSAGE_MAX], written[MESSAGE_MAX];
    struct buf a, b;

    if (writer == NULL)
        ASSERT(err_is_ok(messages_new(&messages)) && err_is_ok(writer_new(messages, &from, &writer)));
    for (uint64_t id = 1; id <= 3; id++) {
        letter.code[0] = (char)('0' + id);
        buf_init(&a, wanted, sizeof wanted);
        buf_init(&b, written, sizeof written);
        err e = message_write(messages, &letter, &from, id, 1, &a);
        ASSERT(writer_write(writer, &letter, id, 1, &b).code == e.code);
        ASSERT(!err_is_ok(e) || slice_eq(buf_slice(&a), buf_slice(&b)));
    }
}

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
    write_three(letter);
    return 0;
}
