/* SPDX-License-Identifier: Apache-2.0 */
/* access_token.h: an access token of ours that comes back, read. Any thread. */
#ifndef DOORCODE_TOKEN_ACCESS_TOKEN_H
#define DOORCODE_TOKEN_ACCESS_TOKEN_H

#include "crypto/keyring.h"
#include "model/access_token.h"

/* Verifies the signature with the published keys, then reads the claims; what is not there is nil, empty or 0. Texts are in
 * the arena. Whether it may be used is for flow/userinfo.h to say. FORMAT, NOT_FOUND, CRYPTO: not ours, or damaged; FULL. */
NODISCARD err access_token_read(const struct keyring *ring, struct slice token, struct arena *arena,
                                struct access_token *out);

#endif
