/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token: the grant type chooses the steps (spec V1, 4.2; spec OIDC, 4.1). */
#include "api/endpoints.h"

/* All others are of native authentication. */
static const struct {
    const char *type;
    const struct exchange_steps *steps;
} grants[] = {
    { "authorization_code", &token_code_steps },   { "refresh_token", &token_refresh_steps },
    { "client_credentials", &token_client_steps }, { DEVICE_CODE_GRANT, &token_device_steps },
    { "device_code", &token_device_steps }, /* what MSAL calls it */
};

static err parse(struct exchange *x)
{
    struct slice grant_type = exchange_require(x, "grant_type");

    if (exchange_refused(x))
        return OK;
    x->steps = &token_native_steps;
    for (size_t i = 0; i < sizeof grants / sizeof grants[0]; i++)
        if (slice_eq(grant_type, slice_of(grants[i].type)))
            x->steps = grants[i].steps;
    return x->steps->parse(x);
}

const struct exchange_steps token_steps = { .parse = parse };
