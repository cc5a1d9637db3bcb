/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h: SHA-2 where a protocol names it (RFC 7636, 4.2; OpenID Connect Core, 3.1.3.6). Cannot fail; any thread. */
#ifndef DOORCODE_CRYPTO_DIGEST_H
#define DOORCODE_CRYPTO_DIGEST_H

#include "base/slice.h"

enum { DIGEST_SHA256 = 32, DIGEST_SHA512 = 64 };

void digest_sha256(struct slice text, uint8_t out[DIGEST_SHA256]);
void digest_sha512(struct slice text, uint8_t out[DIGEST_SHA512]);

#endif
