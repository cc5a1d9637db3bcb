/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sealed_text.h"

#include "base/b64.h"

enum { EPOCH_SECONDS = 86400, EPOCH_BYTES = 4 };

static uint32_t epoch_of(instant at)
{
    return (uint32_t)(at / EPOCH_SECONDS);
}

err sealed_text_make(const struct vault *vault, enum vault_purpose purpose, instant at, struct slice plain,
                     struct arena *arena, struct slice *out)
{
    uint32_t epoch = epoch_of(at);
    struct buf raw, text;

    buf_init_arena(&raw, arena, EPOCH_BYTES + plain.n + VAULT_OVERHEAD);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(&raw, (char)(uint8_t)(epoch >> shift));
    TRY(vault_seal(vault, purpose, epoch, SLICE_EMPTY, plain, &raw));
    buf_init_arena(&text, arena, B64URL_LENGTH(raw.n));
    b64url_put(&text, raw.p, raw.n);
    ENSURE(buf_ok(&raw) && buf_ok(&text), FULL);
    *out = buf_slice(&text);
    return OK;
}

err sealed_text_open(const struct vault *vault, enum vault_purpose purpose, instant now, struct slice text,
                     struct arena *arena, struct slice *plain)
{
    uint8_t *raw = arena_take_raw(arena, text.n + 1);
    char *bytes = arena_take_raw(arena, text.n + 1);
    size_t n;

    ENSURE(raw != NULL && bytes != NULL, FULL);
    ENSURE(b64url_decode(text, raw, text.n, &n) && n > EPOCH_BYTES, FORMAT);
    uint32_t epoch = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
    /* They live an hour at most, and clocks of nodes differ: yesterday's, today's and tomorrow's keys are worth
     * deriving. */
    uint32_t today = epoch_of(now);
    ENSURE(epoch <= today + 1 && epoch + 1 >= today, FORMAT);
    TRY(vault_open(vault, purpose, epoch, SLICE_EMPTY, slice_bytes(raw + EPOCH_BYTES, n - EPOCH_BYTES), bytes, text.n,
                   &plain->n));
    plain->p = bytes;
    return OK;
}
