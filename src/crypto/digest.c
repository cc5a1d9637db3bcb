/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <sodium.h>

void digest_sha256(struct slice text, uint8_t out[DIGEST_SHA256])
{
    crypto_hash_sha256(out, (const unsigned char *)text.p, text.n);
}

void digest_sha512(struct slice text, uint8_t out[DIGEST_SHA512])
{
    crypto_hash_sha512(out, (const unsigned char *)text.p, text.n);
}
