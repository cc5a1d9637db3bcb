/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.h: a certificate that an application registered, and the signatures that its key makes (spec OIDC, 4.2; RFC
 * 7515, RFC 7518). Only the key and the times count: who registered it vouches for it, no chain is followed. Opening takes
 * some 50 µs. Any thread. */
#ifndef DOORCODE_CRYPTO_CERTIFICATE_H
#define DOORCODE_CRYPTO_CERTIFICATE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"

struct certificate;

/* From PEM. FORMAT: it is none, or its key is neither RSA of 2048 bits and more nor of P-256. NO_MEMORY. */
NODISCARD err certificate_open(struct slice pem, struct certificate **out);
void certificate_free(struct certificate *c); /* NULL is fine */
/* Whether it is the one that a JOSE header names: by `x5t` (SHA-1) or `x5t#S256`, base64url. */
bool certificate_has_x5t(const struct certificate *c, struct slice x5t);
bool certificate_has_x5t_s256(const struct certificate *c, struct slice x5t);
bool certificate_is_valid(const struct certificate *c, instant now);
/* `alg`: RS256, PS256 (RSA) or ES256 (P-256). CRYPTO: forged, damaged, or not an algorithm of this key. */
NODISCARD err certificate_verify(const struct certificate *c, struct slice alg, struct slice text,
                                 struct slice signature);

#endif
