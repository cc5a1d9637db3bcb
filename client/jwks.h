/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.h: the keys that a tenant publishes (RFC 7517), and signatures checked with them. A key is good for the one
 * algorithm of its type, whatever a token says. Never changed after it was made; any thread may check with it. */
#ifndef DOORCODE_CLIENT_JWKS_H
#define DOORCODE_CLIENT_JWKS_H

#include "base/slice.h"

#include <jansson.h>

struct jwks;

enum jws_algorithm { JWS_RS256, JWS_ES256, JWS_EDDSA, JWS_ALGORITHMS };

/* False where the name is none of ours: "none", "HS256", "PS256", … */
bool jws_algorithm_of(struct slice name, enum jws_algorithm *out);

/* The keys that can be used, at most CLIENT_KEYS: for signatures, RSA of 2,048 to 4,096 bits, P-256, Ed25519; the others
 * are left out. NULL without memory. Free it with jwks_free. */
struct jwks *jwks_make(const json_t *root);
/* Each owner has a share, the maker the first; the last one that is given back frees the keys. */
struct jwks *jwks_share(struct jwks *keys);
void jwks_free(struct jwks *keys); /* NULL is fine */
size_t jwks_count(const struct jwks *keys);

enum jwks_answer { JWKS_GOOD, JWKS_UNKNOWN_KEY, JWKS_FORGED };
/* Checks a signature (as in the token, but decoded) with the key of this id. Without an id (empty) it has to be the only
 * key of its algorithm (OpenID Connect Core, 10.1). */
enum jwks_answer jwks_verify(const struct jwks *keys, enum jws_algorithm algorithm, struct slice kid,
                             struct slice signed_part, struct slice signature);

#endif
