/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <openssl/evp.h>

err digest_sha256(struct slice text, uint8_t out[DIGEST_SHA256])
{
    ENSURE(EVP_Digest(text.p, text.n, out, NULL, EVP_sha256(), NULL) == 1, CRYPTO);
    return OK;
}
