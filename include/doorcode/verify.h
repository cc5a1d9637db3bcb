/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h: checking access tokens in a backend: whether one is of the tenant, for this API, and gives what is asked for.
 *
 * A client is made as for signing in, with the tenant as authority and the API's own client id. It learns the tenant's
 * addresses and keys by itself, keeps them, and can be used by all threads of the backend at once.
 *
 *     struct doorcode_verify_rule rule;
 *     doorcode_verify_rule_init(&rule);
 *     rule.audience = "a3e584b7-f692-45ad-9284-de91a6bfc3e9 api://pets";
 *     rule.scopes = "Pets.Read";
 *     struct doorcode_claims *claims;
 *     const struct doorcode_error *error = doorcode_token_verify_waiting(client, bearer, &rule, &claims);
 *     if (error == NULL)
 *         answer_with_pets_of(doorcode_claims_text(claims, "oid"));
 *     else if (error->kind == DOORCODE_ERROR_INVALID_TOKEN)
 *         answer_401(error->description);                    // WWW-Authenticate: Bearer error="invalid_token"
 *     else if (error->kind == DOORCODE_ERROR_INSUFFICIENT_SCOPE)
 *         answer_403(error->description);                    // … error="insufficient_scope"
 *     else
 *         answer_503();                                      // the tenant's keys cannot be had
 *     doorcode_claims_free(claims);
 *
 * Or an event loop calls doorcode_token_verify(), which never waits, and where it says KEYS_NEEDED runs the flow of
 * doorcode_keys_start() and calls it again.
 *
 * Checked are the signature with the tenant's published keys (RS256, ES256, EdDSA; nothing else, whatever the token says),
 * issuer, audience, times (clocks may differ by five minutes), `tid`, `ver`, that it is an access token and not another
 * one that the same keys have signed, and last scopes and roles. A token is at most 16 KiB long. Tokens for Microsoft Graph
 * are Graph's to check: they are for another audience. At Entra let the API get tokens of version 2
 * (requestedAccessTokenVersion): those of version 1 have another issuer there than the one the tenant's metadata name. Whoever calls with an access token has no way to make the library
 * ask the tenant more than once a minute. */
#ifndef DOORCODE_VERIFY_H
#define DOORCODE_VERIFY_H

#include "doorcode/client.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a token has to be. Lists are parted by blanks; names are compared as they are, with their case. All are borrowed for
 * the call. */
struct doorcode_verify_rule {
    const char *audience;  /* one of them has to be `aud`: client id and application id URI of the API; NULL: the
                                    * client's own id */
    const char *tenant_id; /* `tid`; NULL: the tenant that the issuer names */
    const char *version;   /* `ver`, "1.0" or "2.0"; NULL: either */
    const char *scopes;    /* `scp` has to hold all of them; NULL: none */
    const char *roles;     /* `roles` has to hold one of them; NULL: none */
    const char
        *application_roles; /* a token that an application got in its own name (it has no `scp`) is good with one of
                                    * these in `roles`, instead of the two above; NULL: there is no such way */
    void *reserved[4];      /* NULL */
};

static inline void doorcode_verify_rule_init(struct doorcode_verify_rule *rule)
{
    memset(rule, 0, sizeof(*rule));
}

/* Checks a token with what is known; never waits, from any thread. NULL and *claims (the caller's to
 * doorcode_claims_free), or the error, which is static, and *claims = NULL:
 *   INVALID_TOKEN       what RFC 6750, 3.1 calls invalid_token: answer 401; `description` says why
 *   INSUFFICIENT_SCOPE  answer 403; `description` says what is missing
 *   KEYS_NEEDED         the tenant's keys are not known or an hour old, or this one is not among them and a minute is over
 *                       since they were asked for: ask with doorcode_keys_start(), then check again
 *   others              they were asked for a moment ago, in vain: answer 503
 *   USAGE               the rule is NULL
 * A NULL token is an INVALID_TOKEN. */
const struct doorcode_error *doorcode_token_verify(const struct doorcode_client *client, const char *token,
                                                   const struct doorcode_verify_rule *rule,
                                                   struct doorcode_claims **claims);
/* The same, but asks for the keys where they are needed and waits here, as long as the client's time-outs let it; other
 * threads that need them wait for the same answer. Where they cannot be had, those that were known before still do, for a
 * day. */
const struct doorcode_error *doorcode_token_verify_waiting(const struct doorcode_client *client, const char *token,
                                                           const struct doorcode_verify_rule *rule,
                                                           struct doorcode_claims **claims);
/* For event loops: gets the tenant's keys, unless they were got or asked for within a minute. COMPLETED (there are keys, but
 * no tokens), FAILED, or, with options.nonblocking, WORKING first. *flow is always set, except to NULL without memory. */
enum doorcode_state doorcode_keys_start(const struct doorcode_client *client, struct doorcode_flow **flow);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
