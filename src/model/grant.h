/* SPDX-License-Identifier: Apache-2.0 */
/* grant.h: what one sign-in granted, and the refresh tokens that descend from it (a family).
 * Ids are time-ordered 63-bit numbers made by us (store_next_id). */
#ifndef DOORCODE_MODEL_GRANT_H
#define DOORCODE_MODEL_GRANT_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"

enum { REFRESH_HASH = 32 };

/* What was proved on the way to a token. */
enum {
    PROVED_PASSWORD = 1,
    PROVED_CODE = 2,    /* of the first factor */
    PROVED_FACTOR = 4,  /* a registered second factor */
    PROVED_ADDRESS = 8, /* the user's e-mail address, in a sign-up a moment ago */
};

struct grant {
    uint64_t id;
    struct guid tenant_id;
    struct guid client_id;
    struct guid user_id;
    struct guid session_id; /* `sid` of the tokens */
    instant authenticated_at;
    char scope[LIMIT_SCOPE]; /* what was granted, NUL-terminated */
    instant revoked_at;      /* 0: good */
    uint8_t proofs;          /* set of PROVED_…: `amr` */
    uint8_t platform;        /* enum platform_type of the redirect URI; public client where there was none */
    instant ends_at;         /* no refresh token outlives it: spa, 24 hours (spec OIDC, 4.1); 0: no end */
    instant serves_until;    /* when its last refresh token expires: store_expire removes it then */
};

struct refresh_token {
    uint64_t id;
    uint64_t grant_id;
    uint8_t hash[REFRESH_HASH]; /* of the secret part; the secret is nowhere */
    instant issued_at;
    instant expires_at;
    instant used_at; /* 0: never redeemed */
};

#endif
