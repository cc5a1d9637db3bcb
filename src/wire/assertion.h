/* SPDX-License-Identifier: Apache-2.0 */
/* assertion.h: what a client assertion says of itself: a compact JWS whose claims are those of RFC 7523 (spec OIDC, 4.2).
 * Nothing in it is true before its signature is verified (crypto/certificate.h). Pure. */
#ifndef DOORCODE_WIRE_ASSERTION_H
#define DOORCODE_WIRE_ASSERTION_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

enum { ASSERTION_AUDIENCES = 4, ASSERTION_SIGNATURE = 1024 };

/* Which certificate it names: SHA-1 and SHA-256 of it, base64url, with or without padding. */
struct assertion_key {
    struct slice kid;
    struct slice x5t;
    struct slice x5t_s256;
};

struct assertion {
    struct slice alg;
    struct assertion_key key;
    struct slice issuer;
    struct slice subject;
    struct slice id; /* jti */
    struct slice audiences[ASSERTION_AUDIENCES];
    size_t audience_count;
    instant issued_at; /* 0: not said */
    instant not_before;
    instant expires_at;
    struct slice signed_part;
    struct slice signature;
};

/* Into the arena, or borrowed from `jws`. FORMAT: no compact JWS of two JSON objects, a member of the wrong type, an
 * audience too many, a header that must be understood (RFC 7515, 4.1.11). FULL. */
NODISCARD err assertion_parse(struct slice jws, struct arena *arena, struct assertion *out);

#endif
