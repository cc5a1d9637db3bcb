/* SPDX-License-Identifier: Apache-2.0 */
/* jws.h: one signing key, opened, and what it makes: compact JWS (RFC 7515) and its JWK (RFC 7517, 7518, 8037).
 * A key is immutable once open; signing copies a prepared context, so any thread may sign. */
#ifndef DOORCODE_CRYPTO_JWS_H
#define DOORCODE_CRYPTO_JWS_H

#include "model/key.h"

#include "base/buf.h"
#include "crypto/vault.h"

struct jws_key;

/* What the header says besides typ and alg: the key id; in v1.0 tokens the certificate too (spec OIDC, 5.1). */
enum jws_header { JWS_KID, JWS_X5T_KID, JWS_HEADERS };

/* Opens the private part with the vault. CRYPTO, NO_MEMORY. */
NODISCARD err jws_key_open(const struct vault *v, const struct key *row, struct jws_key **out);
void jws_key_free(struct jws_key *k); /* NULL is fine */
/* Whether it is the current key of that algorithm. */
bool jws_key_signs(const struct jws_key *k, enum signing_alg alg);
/* Appends header.payload.signature. FULL, CRYPTO, NO_MEMORY. */
NODISCARD err jws_sign(const struct jws_key *k, enum jws_header header, struct slice payload, struct buf *out);
/* NOT_FOUND: the header is neither of this key's, to the letter. FORMAT, CRYPTO: forged or damaged. */
NODISCARD err jws_verify(const struct jws_key *k, struct slice jws, struct buf *payload);
/* Appends the JWK; `issuer` is UTF-8 and becomes a JSON string. CRYPTO. */
NODISCARD err jws_key_publish(const struct jws_key *k, struct slice issuer, struct buf *out);

#endif
