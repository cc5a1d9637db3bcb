/* SPDX-License-Identifier: Apache-2.0 */
/* key.h: a signing key as it is stored. Its life: published (next) → signing (current) → published only
 * (retired) → removed (spec OIDC, 1.5). */
#ifndef DOORCODE_MODEL_KEY_H
#define DOORCODE_MODEL_KEY_H

#include "base/clock.h"
#include "base/slice.h"

enum signing_alg { ALG_RS256, ALG_ES256, ALG_EDDSA, ALG_COUNT };

/* "RS256", "ES256", "EdDSA". */
const char *signing_alg_name(enum signing_alg alg);
bool signing_alg_parse(struct slice name, enum signing_alg *alg);

enum key_state { KEY_NEXT, KEY_CURRENT, KEY_RETIRED };

const char *key_state_name(enum key_state state); /* "next", "current", "retired" */

enum { KID_TEXT = 27, KEY_SEALED = 2048, KEY_CERTIFICATE = 1024 };

struct key {
    char kid[KID_TEXT + 1]; /* base64url of SHA-1 over the certificate (spec OIDC, 1.4) */
    enum signing_alg alg;
    enum key_state state;
    instant created_at;         /* published since */
    instant signing_since;      /* 0: not yet */
    instant retired_at;         /* 0: not yet */
    uint8_t sealed[KEY_SEALED]; /* PKCS#8 DER, sealed (crypto/vault.h) */
    size_t sealed_n;
    uint8_t certificate[KEY_CERTIFICATE]; /* self-signed X.509, DER */
    size_t certificate_n;
};

#endif
