/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token: the grant type chooses the steps (spec V1, 4.2; spec OIDC, 4.1). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    struct slice grant_type = exchange_require(x, "grant_type");

    if (exchange_refused(x))
        return OK;
    x->steps = slice_eq(grant_type, SLICE("refresh_token")) ? &token_refresh_steps : &token_native_steps;
    return x->steps->parse(x);
}

const struct exchange_steps token_steps = { .parse = parse };
