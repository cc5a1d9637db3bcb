/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h: chance and digests that an authorization request is tied together with (RFC 7636, OpenID Connect Core). */
#ifndef DOORCODE_CLIENT_DIGEST_H
#define DOORCODE_CLIENT_DIGEST_H

#include "base/slice.h"

enum { DIGEST_TEXT = 43 }; /* 32 bytes in base64url */

struct digest_text {
    char c[DIGEST_TEXT + 1];
};

/* 256 bits of the system's chance. False where it has none. */
bool digest_random(struct digest_text *out);
/* SHA-256 in base64url: the S256 challenge of a verifier (RFC 7636, 4.2). False where OpenSSL fails. */
bool digest_sha256(struct slice text, struct digest_text *out);
/* The left half of SHA-256, or of SHA-512 (`wide`, for Ed25519), in base64url: at_hash and c_hash (OpenID Connect Core,
 * 3.1.3.6 and 3.3.2.11). */
bool digest_half(struct slice text, bool wide, struct digest_text *out);

#endif
