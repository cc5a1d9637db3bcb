/* SPDX-License-Identifier: Apache-2.0 */
/* sealed_text.h: state that a client carries for us: base64url of epoch ‖ seal. Nothing is stored; the key changes with
 * the epoch (a day), and every node that has the master key opens every text. Pure, any thread. */
#ifndef DOORCODE_API_SEALED_TEXT_H
#define DOORCODE_API_SEALED_TEXT_H

#include "crypto/vault.h"

#include "base/arena.h"
#include "base/clock.h"

/* The text in the arena. The same plain bytes at the same time give the same text. */
NODISCARD err sealed_text_make(const struct vault *vault, enum vault_purpose purpose, instant at, struct slice plain,
                               struct arena *arena, struct slice *text);
/* The plain bytes in the arena. FORMAT, CRYPTO: not ours, or not any more. Says nothing about whether they are still
 * alive or fit the request. */
NODISCARD err sealed_text_open(const struct vault *vault, enum vault_purpose purpose, instant now, struct slice text,
                               struct arena *arena, struct slice *plain);

#endif
