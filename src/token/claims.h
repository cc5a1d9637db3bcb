/* SPDX-License-Identifier: Apache-2.0 */
/* claims.h: what tokens say: id token (spec OIDC, 5.2), access token for Graph or an API (5.3, 5.4), client_info (4.7).
 * Claims are written as JSON and signed by the keyring in the application's algorithm. Any thread. */
#ifndef DOORCODE_TOKEN_CLAIMS_H
#define DOORCODE_TOKEN_CLAIMS_H

#include "crypto/keyring.h"
#include "model/claim.h"
#include "model/grant.h"
#include "model/scope.h"
#include "model/user.h"

/* Graph's application id: the audience when no API is asked for (spec OIDC, 4.6). */
extern const struct slice claims_graph_id;

struct claims_input {
    const struct tenant *tenant;
    const struct application *application;
    const struct user *user;
    struct slice issuer;
    struct guid session_id;
    struct guid trace_id; /* makes `uti` */
    const struct scope_grant *scope;
    const struct application
        *api;                    /* that the access token is for; NULL: Graph, or an API that is not of the directory */
    const char *client_acr;      /* "0", "1", "2": how the client authenticated (spec OIDC, 5.3) */
    struct slice nonce;          /* empty: none */
    struct slice code;           /* given beside the id token: c_hash; empty: none */
    struct slice access_token;   /* given beside it by the authorization endpoint: at_hash; empty: none */
    instant authenticated_at;    /* when the user proved who she is; 0: not known */
    bool auth_time;              /* the id token says so */
    struct slice client_address; /* of the request, for `ipaddr` */
    bool persistent;             /* the session shall last: `signin_state` */
    struct slices client_roles;  /* of the user in the client: the id token's `roles` */
    struct slices api_roles;     /* … in the API: the access token's */
    uint8_t proofs;              /* set of PROVED_… (model/grant.h) */
    struct claim_list extra;     /* of an extension; names of ours are left out */
    instant now;
    uint32_t id_token_seconds;
    uint32_t access_token_seconds;
};

/* One compact JWS in the arena. FULL, CRYPTO, NOT_FOUND (no key of the algorithm). */
NODISCARD err claims_id_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                              struct arena *arena, struct slice *token);
NODISCARD err claims_access_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                                  struct arena *arena, struct slice *token);
/* An access token of the application's own, for a resource: no user, no scopes; `sub` and `oid` are its service principal,
 * `roles` what it was given of the API (spec OIDC, 5.3). Needs tenant, application, issuer, trace_id, scope->resource, api,
 * client_acr, api_roles, now and access_token_seconds of `in`. */
NODISCARD err claims_application_token(const struct claims_input *in, const struct vault *v, const struct keyring *ring,
                                       struct arena *arena, struct slice *token);
/* What userinfo tells of in->user by in->scope (spec OIDC, 6.3): `sub` is that of id tokens of in->application. Needs tenant,
 * application, user and scope of `in`. */
void claims_userinfo(const struct claims_input *in, const struct vault *v, struct buf *out);
/* base64url of {"uid":oid,"utid":tid}. */
void claims_client_info(struct guid oid, struct guid tid, struct buf *out);

#endif
