/* SPDX-License-Identifier: Apache-2.0 */
/* pkce.h: Proof Key for Code Exchange (RFC 7636; spec OIDC, 2.5). Pure, any thread. */
#ifndef DOORCODE_FLOW_PKCE_H
#define DOORCODE_FLOW_PKCE_H

#include "base/slice.h"

#include <stdbool.h>

enum { PKCE_MIN = 43, PKCE_MAX = 128 };

/* 43 to 128 unreserved characters: a challenge as well as a verifier (4.1, 4.2). */
bool pkce_is_text(struct slice text);

struct pkce {
    struct slice challenge; /* of the authorization request; empty: none */
    bool is_plain;
    struct slice verifier; /* of the redemption; empty: none */
    struct slice hashed;   /* base64url of its SHA-256 */
};

/* None of both, or a verifier that makes the challenge. A verifier without a challenge means that somebody took the
 * challenge away on its way (RFC 9700, 4.8.2). */
bool pkce_fits(const struct pkce *p);

#endif
