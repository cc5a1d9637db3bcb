/* SPDX-License-Identifier: Apache-2.0 */
/* continuation_token.h: the sealed text (api/sealed_text.h) of a continuation token. Pure, any thread. */
#ifndef DOORCODE_API_CONTINUATION_TOKEN_H
#define DOORCODE_API_CONTINUATION_TOKEN_H

#include "crypto/vault.h"
#include "flow/continuation.h"

#include "base/arena.h"

/* The token's text in the arena. The same state gives the same text. */
NODISCARD err continuation_seal(const struct vault *vault, const struct continuation *c, struct arena *arena,
                                struct slice *token);
/* FORMAT, CRYPTO: not ours, or not any more; FULL: the arena. Says nothing about whether it is still alive or fits the
 * request. */
NODISCARD err continuation_open(const struct vault *vault, struct slice token, instant now, struct arena *arena,
                                struct continuation *out);

#endif
