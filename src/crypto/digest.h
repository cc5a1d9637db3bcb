/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h: SHA-256, for what needs no key: hashes of client secrets (spec OIDC, 4.2). Any thread. */
#ifndef DOORCODE_CRYPTO_DIGEST_H
#define DOORCODE_CRYPTO_DIGEST_H

#include "base/err.h"
#include "base/slice.h"

enum { DIGEST_SHA256 = 32 };

/* CRYPTO. */
NODISCARD err digest_sha256(struct slice text, uint8_t out[DIGEST_SHA256]);

#endif
