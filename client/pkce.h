/* SPDX-License-Identifier: Apache-2.0 */
/* pkce.h: chance and digests that an authorization request is tied together with (RFC 7636, OpenID Connect Core). */
#ifndef DOORCODE_CLIENT_PKCE_H
#define DOORCODE_CLIENT_PKCE_H

#include "base/slice.h"

enum { PKCE_TEXT = 43 }; /* 32 bytes in base64url */

struct pkce_text {
    char c[PKCE_TEXT + 1];
};

/* 256 bits of the system's chance. False where it has none. */
bool pkce_random(struct pkce_text *out);
/* SHA-256 in base64url: the S256 challenge of a verifier (RFC 7636, 4.2). False where OpenSSL fails. */
bool pkce_challenge(struct slice text, struct pkce_text *out);
/* The left half of SHA-256, or of SHA-512 (`wide`, for Ed25519), in base64url: at_hash and c_hash (OpenID Connect Core,
 * 3.1.3.6 and 3.3.2.11). */
bool pkce_half_hash(struct slice text, bool wide, struct pkce_text *out);

#endif
