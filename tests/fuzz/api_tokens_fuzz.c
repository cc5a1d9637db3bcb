/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a continuation token, a refresh token, a code of a browser or a device, a signed token: none of them is ours. */
#include "api/continuation_token.h"
#include "crypto/keyring.h"
#include "token/opaque.h"
#include "token/received.h"
#include "token/user_code.h"

#include <string.h>

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
    struct access_token claims;
    struct id_token hint;
    struct buf out;
    char typed[USER_CODE_TEXT + 1];
    uint64_t id;
    uint8_t hash[OPAQUE_HASH];

    buf_init(&out, payload, sizeof payload);
    arena_init(&arena, block, sizeof block);
    ASSERT(!err_is_ok(continuation_open(vault, text, 1800000000, &arena, &c)));
    ASSERT(!err_is_ok(keyring_verify(ring, text, &out)));
    ASSERT(!err_is_ok(received_access_token(ring, text, &arena, &claims)));
    ASSERT(!err_is_ok(received_id_token(ring, text, &arena, &hint)));
    for (enum opaque_kind kind = OPAQUE_REFRESH; kind <= OPAQUE_DEVICE; kind++)
        if (opaque_parse(vault, kind, text, &id, hash))
            ASSERT(id > 0 && text.n == OPAQUE_TEXT);
    if (user_code_parse(text, typed))
        ASSERT(strlen(typed) == USER_CODE_TEXT);
    return 0;
}
