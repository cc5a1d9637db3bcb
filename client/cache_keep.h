/* SPDX-License-Identifier: Apache-2.0 */
/* cache_keep.h: tokens just won become an account of a cache, which the caller has taken (cache.h). */
#ifndef DOORCODE_CLIENT_CACHE_KEEP_H
#define DOORCODE_CLIENT_CACHE_KEEP_H

#include "cache.h"
#include "client_internal.h"

struct keep_facts {
    const char *username; /* that was typed, or NULL */
    const char *id;       /* of the account that was renewed; NULL: a sign-in, and by the tokens */
    const char *scopes;   /* asked for, which is what was granted where the server does not tell (RFC 6749, 5.1) */
};

/* Keeps them, and `account` (or NULL) becomes a book of this account, which is the caller's. False with `fault`. */
bool cache_keep(struct doorcode_cache *cache, const struct doorcode_client *client, const struct keep_facts *facts,
                const struct doorcode_tokens *tokens, struct book *account, struct cache_fault *fault);

#endif
