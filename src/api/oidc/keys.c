/* SPDX-License-Identifier: Apache-2.0 */
/* GET /{tenant}/discovery/v2.0/keys: the published signing keys (spec OIDC, 1.4). */
#include "api/endpoints.h"

#include "api/tokens.h"

static err reply(struct exchange *x)
{
    struct keyring *ring = api_keyring(x->api);
    err result = keyring_jwks(ring, tokens_issuer(x->api, x->tenant, &x->call->arena), &x->body);

    keyring_release(ring);
    return result;
}

const struct exchange_steps keys_steps = { .reply = reply };
