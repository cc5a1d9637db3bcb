/* SPDX-License-Identifier: Apache-2.0 */
#include "token/opaque.h"

#include "base/secret.h"

enum { ID = 8, RAW = ID + OPAQUE_SECRET, PREFIX = 2 };

static const struct {
    const char *prefix;
    enum vault_purpose purpose;
} kinds[] = {
    [OPAQUE_REFRESH] = { "1.", VAULT_REFRESH },
    [OPAQUE_CODE] = { "0.", VAULT_CODE_SECRET },
    [OPAQUE_DEVICE] = { "2.", VAULT_DEVICE },
};

static void hash_of(const struct vault *v, enum opaque_kind kind, const uint8_t raw[RAW], uint8_t hash[OPAQUE_HASH])
{
    const struct slice parts[] = { slice_bytes(raw, RAW) };

    vault_mac(v, kinds[kind].purpose, parts, 1, hash);
}

void opaque_make(const struct vault *v, const struct rng *rng, enum opaque_kind kind, uint64_t id, struct opaque *text,
                 uint8_t hash[OPAQUE_HASH])
{
    uint8_t raw[RAW];
    struct buf out;

    for (int i = 0; i < ID; i++)
        raw[i] = (uint8_t)(id >> (56 - 8 * i));
    rng_fill(rng, raw + ID, OPAQUE_SECRET);
    hash_of(v, kind, raw, hash);
    buf_init(&out, text->c, OPAQUE_TEXT);
    buf_puts(&out, kinds[kind].prefix);
    b64url_put(&out, raw, sizeof raw);
    text->c[out.n] = '\0';
    wipe(raw, sizeof raw);
}

bool opaque_parse(const struct vault *v, enum opaque_kind kind, struct slice text, uint64_t *id,
                  uint8_t hash[OPAQUE_HASH])
{
    uint8_t raw[RAW];
    size_t n;

    if (!slice_starts(text, slice_of(kinds[kind].prefix)) ||
        !b64url_decode(slice_from(text, PREFIX), raw, sizeof raw, &n) || n != RAW)
        return false;
    *id = 0;
    for (int i = 0; i < ID; i++)
        *id = *id << 8 | raw[i];
    hash_of(v, kind, raw, hash);
    wipe(raw, sizeof raw);
    return *id > 0 && *id <= INT64_MAX;
}
