/* SPDX-License-Identifier: Apache-2.0 */
/* hmac.h: HMAC-SHA-256 (RFC 2104), for signatures that others verify. Any thread. */
#ifndef DOORCODE_CRYPTO_HMAC_H
#define DOORCODE_CRYPTO_HMAC_H

#include "base/buf.h"
#include "base/err.h"

/* Appends 64 lower-case hex digits. CRYPTO. */
NODISCARD err hmac_sha256_hex(struct slice key, struct slice text, struct buf *out);

#endif
