/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.h: what a successful token request gives, whatever its grant type: grant and refresh token as writes, then
 * access and id token signed after the commit, then the body (spec V1, 3.4; spec OIDC, 4.4). */
#ifndef DOORCODE_API_TOKENS_H
#define DOORCODE_API_TOKENS_H

#include "api/exchange.h"

#include "flow/scope.h"
#include "model/claim.h"
#include "token/opaque.h"

struct issued {
    const struct scope_grant *scope; /* borrowed from the endpoint's work, like the next */
    const struct user *user;
    struct guid session_id;
    uint8_t proofs;               /* set of PROVED_… */
    struct claim_list extra;      /* of an extension */
    struct refresh_token refresh; /* the row of the new refresh token; id 0: none */
    struct opaque refresh_text;
    struct slice access_token;
    struct slice id_token;
    uint32_t expires_in;
};

/* PARSE: `scope` against the application's permissions; absent is a missing parameter if `needed`. */
void tokens_parse_scope(struct exchange *x, bool needed, struct scope_grant *scope);
/* DECIDE: the write of a new refresh token in the family `grant_id`, if offline_access was granted. */
err tokens_add_refresh(struct exchange *x, struct issued *issued, uint64_t grant_id);
/* ISSUE: signs. */
err tokens_sign(struct exchange *x, struct issued *issued);
/* REPLY */
err tokens_reply(struct exchange *x, const struct issued *issued);
/* The tenant's issuer (spec OIDC, 1.3), in the arena. */
struct slice tokens_issuer(const struct api *api, const struct tenant *tenant, struct arena *arena);

#endif
