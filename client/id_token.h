/* SPDX-License-Identifier: Apache-2.0 */
/* id_token.h: whether an id token is what it says, and for us (OpenID Connect Core, 3.1.3.7). Pure. */
#ifndef DOORCODE_CLIENT_ID_TOKEN_H
#define DOORCODE_CLIENT_ID_TOKEN_H

#include "token_check.h"

/* What the token is held against. */
struct id_token_rule {
    const struct jwks *keys;
    const char *issuer;
    const char *client_id;
    const char *nonce;        /* NULL: none was sent, and one in the token says nothing (12.2) */
    const char *access_token; /* that came with it */
    const char *code;         /* that it was got for; NULL: none */
    int64_t now;              /* seconds since 1970 */
};

enum token_fault id_token_check(const char *token, const struct id_token_rule *rule);
/* "the id token is of another issuer". Static. */
const char *id_token_fault_text(enum token_fault fault);

#endif
