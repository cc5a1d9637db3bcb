/* SPDX-License-Identifier: Apache-2.0 */
/* opaque.h: texts that name a row and prove it: refresh tokens, authorization codes, device codes. A prefix, then base64url
 * of the row's id and a random secret; safe in an address. The store keeps a keyed hash of both, made for the kind: none
 * passes for another (spec OIDC, 2.2 and 4.1). Pure but for the randomness; any thread. */
#ifndef DOORCODE_TOKEN_OPAQUE_H
#define DOORCODE_TOKEN_OPAQUE_H

#include "base/b64.h"
#include "crypto/vault.h"

enum opaque_kind { OPAQUE_REFRESH, OPAQUE_CODE, OPAQUE_DEVICE };

enum { OPAQUE_SECRET = 32, OPAQUE_HASH = VAULT_MAC, OPAQUE_TEXT = 2 + B64URL_LENGTH(8 + OPAQUE_SECRET) };

struct opaque {
    char c[OPAQUE_TEXT + 1]; /* with a NUL */
};

void opaque_make(const struct vault *v, const struct rng *rng, enum opaque_kind kind, uint64_t id, struct opaque *text,
                 uint8_t hash[OPAQUE_HASH]);
/* False: malformed, so never ours. */
bool opaque_parse(const struct vault *v, enum opaque_kind kind, struct slice text, uint64_t *id,
                  uint8_t hash[OPAQUE_HASH]);

#endif
