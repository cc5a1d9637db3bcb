/* SPDX-License-Identifier: Apache-2.0 */
/* received.h: tokens of ours that come back, read: the signature is one of the published keys'. Whether they may be used is for
 * others to say. What a token does not say is nil, empty or 0. Any thread. FORMAT, NOT_FOUND, CRYPTO: not ours, or damaged;
 * FULL: the arena. */
#ifndef DOORCODE_TOKEN_RECEIVED_H
#define DOORCODE_TOKEN_RECEIVED_H

#include "crypto/keyring.h"
#include "model/access_token.h"

/* Texts are in the arena. */
NODISCARD err received_access_token(const struct keyring *ring, struct slice token, struct arena *arena,
                                    struct access_token *out);

/* An id token that an application hands in as a hint (OpenID Connect Core, 3.1.2.1; RP-Initiated Logout, 2). It may have
 * expired. */
struct id_token {
    struct guid tenant_id;
    struct guid client_id; /* that it was given to */
    struct guid user_id;
    struct guid session_id;
};

/* FORMAT also for an access token. */
NODISCARD err received_id_token(const struct keyring *ring, struct slice token, struct arena *arena,
                                struct id_token *out);

#endif
