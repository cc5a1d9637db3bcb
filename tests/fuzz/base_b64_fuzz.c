/* SPDX-License-Identifier: Apache-2.0 */
/* A text that decodes is the one text of its bytes; bytes survive both alphabets. */
#include "base/b64.h"
#include "base/err.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096 };

static unsigned char bytes[MOST];
static char text[2 * MOST];

static void decode_then_encode(struct slice given)
{
    struct buf out;
    size_t n;

    if (!b64url_decode(given, bytes, sizeof bytes, &n))
        return;
    ASSERT(n <= given.n);
    buf_init(&out, text, sizeof text);
    b64url_put(&out, bytes, n);
    ASSERT(slice_eq(buf_slice(&out), given));
}

static void encode_then_decode(struct slice given)
{
    struct buf out;
    size_t n;

    buf_init(&out, text, sizeof text);
    b64url_put(&out, given.p, given.n);
    ASSERT(out.n == B64URL_LENGTH(given.n));
    ASSERT(b64url_decode(buf_slice(&out), bytes, sizeof bytes, &n));
    ASSERT(slice_eq(slice_bytes(bytes, n), given));
    buf_init(&out, text, sizeof text);
    b64_put(&out, given.p, given.n);
    ASSERT(out.n == (given.n + 2) / 3 * 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST)
        return 0;
    decode_then_encode(slice_bytes(data, size));
    encode_then_decode(slice_bytes(data, size));
    return 0;
}
