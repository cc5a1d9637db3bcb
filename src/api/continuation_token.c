/* SPDX-License-Identifier: Apache-2.0 */
#include "api/continuation_token.h"

#include "base/b64.h"

enum { EPOCH_SECONDS = 86400, EPOCH_BYTES = 4, RAW_MAX = EPOCH_BYTES + CONTINUATION_MAX + VAULT_OVERHEAD };

static uint32_t epoch_of(instant at)
{
    return (uint32_t)(at / EPOCH_SECONDS);
}

err continuation_seal(const struct vault *vault, const struct continuation *c, struct arena *arena, struct slice *token)
{
    char plain_bytes[CONTINUATION_MAX];
    char raw_bytes[RAW_MAX];
    uint32_t epoch = epoch_of(c->issued_at);
    struct buf plain, raw, text;

    buf_init(&plain, plain_bytes, sizeof plain_bytes);
    TRY(continuation_pack(c, &plain));
    buf_init(&raw, raw_bytes, sizeof raw_bytes);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(&raw, (char)(uint8_t)(epoch >> shift));
    TRY(vault_seal(vault, VAULT_CONTINUATION, epoch, SLICE_EMPTY, buf_slice(&plain), &raw));
    buf_init_arena(&text, arena, B64URL_LENGTH(raw.n));
    b64url_put(&text, raw.p, raw.n);
    ENSURE(buf_ok(&raw) && buf_ok(&text), FULL);
    *token = buf_slice(&text);
    return OK;
}

err continuation_open(const struct vault *vault, struct slice token, instant now, struct continuation *out)
{
    uint8_t raw[RAW_MAX];
    char plain[CONTINUATION_MAX];
    size_t n;

    ENSURE(token.n <= LIMIT_CONTINUATION_TOKEN && b64url_decode(token, raw, sizeof raw, &n) && n > EPOCH_BYTES, FORMAT);
    uint32_t epoch = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
    /* Tokens live an hour at most, and clocks of nodes differ: yesterday's, today's and tomorrow's keys are worth
     * deriving. */
    uint32_t today = epoch_of(now);
    ENSURE(epoch <= today + 1 && epoch + 1 >= today, FORMAT);
    size_t plain_n;
    TRY(vault_open(vault, VAULT_CONTINUATION, epoch, SLICE_EMPTY, slice_bytes(raw + EPOCH_BYTES, n - EPOCH_BYTES),
                   plain, sizeof plain, &plain_n));
    return continuation_unpack(slice_bytes(plain, plain_n), out);
}
