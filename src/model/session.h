/* SPDX-License-Identifier: Apache-2.0 */
/* session.h: a user signed in in a browser: what single sign-on goes by (spec OIDC, 2.6). The browser holds id and secret
 * in its cookie; one browser can hold several sessions, one for each account. */
#ifndef DOORCODE_MODEL_SESSION_H
#define DOORCODE_MODEL_SESSION_H

#include "base/clock.h"
#include "base/guid.h"

enum { SESSION_SECRET = 32, SESSION_HASH = 32 };

struct session {
    struct guid id; /* `sid` of tokens */
    struct guid tenant_id;
    struct guid user_id;
    uint8_t hash[SESSION_HASH]; /* keyed hash of the cookie's secret; the secret is nowhere */
    instant created_at;
    instant authenticated_at; /* when the user last proved who she is */
    instant seen_at;          /* last use, to some minutes */
    instant ended_at;         /* 0: alive */
    bool persistent;          /* "stay signed in" */
    uint8_t proofs;           /* set of PROVED_… (model/grant.h) */
};

#endif
