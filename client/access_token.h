/* SPDX-License-Identifier: Apache-2.0 */
/* access_token.h: whether an access token of the tenant is one for this API, and gives what it asks for (spec OIDC, 5.3 and
 * 5.4). Pure but for memory; any thread. */
#ifndef DOORCODE_CLIENT_ACCESS_TOKEN_H
#define DOORCODE_CLIENT_ACCESS_TOKEN_H

#include "token_check.h"

/* What the token is held against. Lists are parted by blanks. */
struct access_token_rule {
    const struct jwks *keys;
    const char *issuer;
    const char *audiences; /* one of them */
    const char *tenant_id; /* NULL: the one that the issuer names */
    const char *version;   /* NULL: any that is known */
    const char *scopes;    /* all of them, where a user is behind it; NULL: none */
    const char *roles;     /* one of them; NULL: none */
    const char
        *application_roles; /* one of them in place of both, where no user is behind it; NULL: there is no other way */
    int64_t now;            /* seconds since 1970 */
};

/* GOOD: *claims is what it says, the caller's to json_close; else NULL. */
enum token_fault access_token_check(const char *token, const struct access_token_rule *rule, json_t **claims);

#endif
