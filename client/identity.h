/* SPDX-License-Identifier: Apache-2.0 */
/* identity.h: whose tokens they are, by what came with them. Nothing is checked here: the id token was. */
#ifndef DOORCODE_CLIENT_IDENTITY_H
#define DOORCODE_CLIENT_IDENTITY_H

#include "client_limits.h"
#include "doorcode/client.h"

#include <stdbool.h>

struct identity {
    char id[CLIENT_ACCOUNT_ID +
            1]; /* "uid.utid" of client_info, else the sub, else the user name; "" where all are missing */
    char username[CLIENT_USERNAME + 1];
    char name[CLIENT_TEXT + 1]; /* this and the next: or "" */
    char tenant_id[CLIENT_WORD + 1];
};

/* `typed` is the name the user gave, or NULL. An id token's preferred_username comes first, unless it is one made of an id
 * (spec OIDC, 13.32). */
void identity_of(const struct doorcode_tokens *tokens, const char *typed, struct identity *out);
/* Renewed tokens are the same user's (OpenID Connect Core, 12.2). Where one side names nobody, nothing can be said. */
bool identity_is_same(const char *former_id_token, const char *id_token);

#endif
