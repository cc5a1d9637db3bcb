/* SPDX-License-Identifier: Apache-2.0 */
#include "token/refresh.h"

#include "base/secret.h"

enum { ID = 8, RAW = ID + REFRESH_SECRET };

static void hash_of(const struct vault *v, const uint8_t raw[RAW], uint8_t hash[REFRESH_HASH])
{
    const struct slice parts[] = { slice_bytes(raw, RAW) };

    vault_mac(v, VAULT_REFRESH, parts, 1, hash);
}

void refresh_text_make(const struct vault *v, const struct rng *rng, uint64_t id, struct refresh_text *text,
                       uint8_t hash[REFRESH_HASH])
{
    uint8_t raw[RAW];
    struct buf out;

    for (int i = 0; i < ID; i++)
        raw[i] = (uint8_t)(id >> (56 - 8 * i));
    rng_fill(rng, raw + ID, REFRESH_SECRET);
    hash_of(v, raw, hash);
    buf_init(&out, text->c, REFRESH_TEXT);
    buf_puts(&out, "1.");
    b64url_put(&out, raw, sizeof raw);
    text->c[out.n] = '\0';
    wipe(raw, sizeof raw);
}

bool refresh_text_parse(const struct vault *v, struct slice text, uint64_t *id, uint8_t hash[REFRESH_HASH])
{
    uint8_t raw[RAW];
    size_t n;

    if (!slice_starts(text, SLICE("1.")) || !b64url_decode(slice_from(text, 2), raw, sizeof raw, &n) || n != RAW)
        return false;
    *id = 0;
    for (int i = 0; i < ID; i++)
        *id = *id << 8 | raw[i];
    hash_of(v, raw, hash);
    wipe(raw, sizeof raw);
    return *id > 0 && *id <= INT64_MAX;
}
