/* SPDX-License-Identifier: Apache-2.0 */
/* ecdsa_raw.h: signatures of P-256 as JOSE writes them, r and s with 32 bytes each (RFC 7518, 3.4), and as OpenSSL does, in
 * DER. Any thread. */
#ifndef DOORCODE_CRYPTO_ECDSA_RAW_H
#define DOORCODE_CRYPTO_ECDSA_RAW_H

#include "base/err.h"
#include "base/slice.h"

enum { ECDSA_COORDINATE = 32, ECDSA_RAW = 2 * ECDSA_COORDINATE, ECDSA_DER = 80 };

/* In place; *n becomes ECDSA_RAW. CRYPTO. */
NODISCARD err ecdsa_from_der(unsigned char *signature, size_t *n);
/* `raw` may lie where `der` does. CRYPTO: not ECDSA_RAW bytes. NO_MEMORY. */
NODISCARD err ecdsa_to_der(struct slice raw, unsigned char der[ECDSA_DER], size_t *n);

#endif
