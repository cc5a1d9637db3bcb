/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

err hmac_sha256_hex(struct slice key, struct slice text, struct buf *out)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    ENSURE(HMAC(EVP_sha256(), key.p, (int)key.n, (const unsigned char *)text.p, text.n, mac, &n) != NULL, CRYPTO);
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%02x", mac[i]);
    return OK;
}
