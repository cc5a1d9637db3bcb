/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h: the signing keys' life carried out: what crypto/rotation.h says is due is done in the store. */
#ifndef DOORCODE_SERVER_KEYS_H
#define DOORCODE_SERVER_KEYS_H

#include "crypto/keyring.h"
#include "crypto/rotation.h"
#include "store/store.h"

enum { KEYS_MAX = 64 };

struct keys_context {
    struct store *store;
    const struct vault *vault;
    const struct rotation_policy *policy;
    struct events *events;
};

/* Makes, promotes and removes keys of one algorithm until nothing is due; `immediately`: rolls once, however young the
 * next key is. *changes counts. Several may do so at once, also in several processes. Blocks for key generation; not for HTTP workers. */
NODISCARD err keys_rotate(const struct keys_context *c, enum signing_alg alg, instant now, bool immediately,
                          size_t *changes);
/* The same for every algorithm, without immediate rolls. */
NODISCARD err keys_maintain(const struct keys_context *c, instant now, size_t *changes);
/* A ring of all stored keys. */
NODISCARD err keys_load(const struct keys_context *c, struct keyring **out);

#endif
