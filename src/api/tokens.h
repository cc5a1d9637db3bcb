/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.h: what a successful token request gives, whatever its grant type: grant and refresh token as writes, then
 * access and id token signed after the commit, then the body (spec V1, 3.4; spec OIDC, 4.4). */
#ifndef DOORCODE_API_TOKENS_H
#define DOORCODE_API_TOKENS_H

#include "api/exchange.h"

#include "flow/client.h"
#include "flow/scope.h"
#include "model/claim.h"
#include "token/opaque.h"

enum { ISSUE_ACCESS_TOKEN = 1, ISSUE_ID_TOKEN = 2 };

struct issued {
    const struct scope_grant *scope; /* borrowed from the endpoint's work, like the next */
    const struct user *user;
    struct guid session_id;
    uint8_t proofs; /* set of PROVED_… */
    instant authenticated_at;
    enum client_method method;    /* how the client authenticated */
    struct claim_list extra;      /* of an extension */
    struct slice nonce;           /* of the id token; empty: none */
    bool auth_time;               /* it says when the user proved who she is */
    bool persistent;              /* the session shall last */
    struct slice code;            /* given beside the id token by the authorization endpoint */
    bool bound;                   /* the id token has the access token's hash, too */
    instant ends_at;              /* no refresh token outlives it; 0: no end */
    struct refresh_token refresh; /* the row of the new refresh token; id 0: none */
    struct opaque refresh_text;
    struct slice access_token;
    struct slice id_token;
    uint32_t expires_in;
};

/* PARSE: `scope` against the application's permissions; absent is a missing parameter if `needed`. For requests of native
 * authentication and of devices, which tell one error of it. */
void tokens_parse_scope(struct exchange *x, bool needed, struct scope_grant *scope);
/* DECIDE of a redemption: `scope` of this request, else `before`, which was granted (SCOPE_GRANTED) or only asked for
 * (SCOPE_FIRST). Records the refusal that is due at `place`. */
void tokens_redeem_scope(struct exchange *x, struct slice before, enum scope_reading how, enum scope_place place,
                         struct scope_grant *scope);
/* DECIDE: the family of refresh tokens that a sign-in begins, if offline_access was granted: `grant` has its platform, and
 * its id if that was chosen before; all else is filled in from `issued`. */
err tokens_begin_family(struct exchange *x, struct issued *issued, struct grant *grant);
/* DECIDE: one more refresh token of the family `grant_id`. */
void tokens_go_on_family(struct exchange *x, struct issued *issued, uint64_t grant_id);
/* ISSUE: signs an access token, and an id token where openid was granted. */
err tokens_sign(struct exchange *x, struct issued *issued);
/* ISSUE: signs those of the set of ISSUE_…. */
err tokens_sign_some(struct exchange *x, struct issued *issued, unsigned which);
/* REPLY */
err tokens_reply(struct exchange *x, const struct issued *issued);
/* What tells a client whose tokens they are (spec OIDC, 4.7), in the arena. */
struct slice tokens_client_info(struct exchange *x, struct guid user);
/* The tenant's issuer (spec OIDC, 1.3), in the arena. */
struct slice tokens_issuer(const struct api *api, const struct tenant *tenant, struct arena *arena);

#endif
