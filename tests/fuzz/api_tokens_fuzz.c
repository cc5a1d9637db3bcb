/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a continuation token, a refresh token, a signed token: none of them is ours. */
#include "api/continuation_token.h"
#include "crypto/keyring.h"
#include "token/opaque.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct vault *vault;
static struct keyring *ring;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t master[VAULT_MASTER] = { 1 };
    static struct key key;

    (void)argc;
    (void)argv;
    ASSERT(err_is_ok(vault_new(master, &vault)));
    ASSERT(err_is_ok(key_generate(vault, ALG_ES256, 1800000000, &key)));
    key.state = KEY_CURRENT;
    ASSERT(err_is_ok(keyring_new(vault, &key, 1, &ring)));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char payload[65536];
    struct slice text = slice_bytes(data, size);
    static char block[16384];
    struct arena arena;
    struct continuation c;
    struct buf out;
    uint64_t id;
    uint8_t hash[OPAQUE_HASH];

    buf_init(&out, payload, sizeof payload);
    arena_init(&arena, block, sizeof block);
    ASSERT(!err_is_ok(continuation_open(vault, text, 1800000000, &arena, &c)));
    ASSERT(!err_is_ok(keyring_verify(ring, text, &out)));
    if (opaque_parse(vault, OPAQUE_REFRESH, text, &id, hash))
        ASSERT(id > 0 && text.n == OPAQUE_TEXT);
    return 0;
}
