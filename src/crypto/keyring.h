/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.h: the signing keys in use: an immutable snapshot with opened private keys, shared by reference count.
 * keyring_sign is for any thread: each key holds a prepared context, and a signature copies it, which costs less than
 * 1 µs and leaves nothing behind in a thread when the ring goes. The only maker of JWS: compact, typ JWT, the
 * algorithm fixed by the key, never by a token (RFC 7515, RFC 8725 3.1). */
#ifndef DOORCODE_CRYPTO_KEYRING_H
#define DOORCODE_CRYPTO_KEYRING_H

#include "model/key.h"

#include "base/buf.h"
#include "crypto/vault.h"

struct keyring;

/* Opens the rows with the vault; CRYPTO when one does not open. A ring may hold no key of some algorithm. */
NODISCARD err keyring_new(const struct vault *v, const struct key *rows, size_t n, struct keyring **out);
struct keyring *keyring_hold(struct keyring *ring);
void keyring_release(struct keyring *ring); /* NULL is fine */

/* Appends header.payload.signature with the current key of `alg`; payload is JSON text. NOT_FOUND: no such key.
 * FULL: out has no room. CRYPTO: OpenSSL failed. */
NODISCARD err keyring_sign(const struct keyring *ring, enum signing_alg alg, struct slice payload, struct buf *out);
/* The same for v1.0 tokens: their header has `x5t` too (spec OIDC, 5.1). */
NODISCARD err keyring_sign_v1(const struct keyring *ring, enum signing_alg alg, struct slice payload, struct buf *out);
/* Verifies a compact JWS of our own against the published keys; appends the decoded payload. FORMAT, NOT_FOUND
 * (kid), CRYPTO (signature). */
NODISCARD err keyring_verify(const struct keyring *ring, struct slice jws, struct buf *payload);
/* Appends {"keys":[…]} with all published keys, each with `issuer` (spec OIDC, 1.4):
 * kty use kid x5t n e | crv x y, x5c, alg, issuer. */
NODISCARD err keyring_jwks(const struct keyring *ring, struct slice issuer, struct buf *out);

/* Makes a key pair and its self-signed certificate (5 years, CN=doorcode), private part sealed by the vault; the row's
 * state is next. RSA takes up to a second. */
NODISCARD err key_generate(const struct vault *v, enum signing_alg alg, instant now, struct key *out);

#endif
