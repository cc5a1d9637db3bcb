/* SPDX-License-Identifier: Apache-2.0 */
/* refresh.h: the text of a refresh token: "1." and base64url of its row's id and a random secret. The store keeps a
 * keyed hash of both (spec OIDC, 4.1). Pure but for the randomness; any thread. */
#ifndef DOORCODE_TOKEN_REFRESH_H
#define DOORCODE_TOKEN_REFRESH_H

#include "base/b64.h"
#include "crypto/vault.h"
#include "model/grant.h"

enum { REFRESH_SECRET = 32, REFRESH_TEXT = 2 + B64URL_LENGTH(8 + REFRESH_SECRET) };

struct refresh_text {
    char c[REFRESH_TEXT + 1];
};

void refresh_text_make(const struct vault *v, const struct rng *rng, uint64_t id, struct refresh_text *text,
                       uint8_t hash[REFRESH_HASH]);
/* False: malformed, so never ours. */
bool refresh_text_parse(const struct vault *v, struct slice text, uint64_t *id, uint8_t hash[REFRESH_HASH]);

#endif
