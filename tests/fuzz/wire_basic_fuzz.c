/* SPDX-License-Identifier: Apache-2.0 */
/* Any Authorization header, and any bytes in one of the scheme Basic: what is read is what was put in. */
#include "wire/basic.h"

#include "base/b64.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCRATCH = 16384, MOST = 1400 };

static void parse(struct slice header, struct slice plain)
{
    static char space[SCRATCH];
    struct arena arena;
    struct basic got;

    arena_init(&arena, space, sizeof space);
    if (!err_is_ok(basic_parse(header, &arena, &got)))
        return;
    ASSERT(memchr(got.id.p, '\0', got.id.n) == NULL || got.id.n == 0);
    ASSERT(got.secret.n <= got.secret_raw.n);
    ASSERT(plain.p == NULL || slice_ends(plain, got.secret_raw));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char header[8 + MOST * 4 / 3 + 8];
    struct buf text;

    parse(slice_bytes(data, size), (struct slice){ NULL, 0 });
    if (size > MOST)
        return 0;
    buf_init(&text, header, sizeof header);
    buf_puts(&text, "Basic ");
    b64_put(&text, data, size);
    ASSERT(buf_ok(&text));
    parse(buf_slice(&text), slice_bytes(data, size));
    return 0;
}
