/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/shorthash.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SHORTHASH_KEY == crypto_shorthash_KEYBYTES, "SipHash keys have 16 bytes");

uint64_t shorthash(const uint8_t key[SHORTHASH_KEY], struct slice bytes)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t value;

    crypto_shorthash(out, (const unsigned char *)bytes.p, bytes.n, key);
    memcpy(&value, out, sizeof value);
    return value;
}
