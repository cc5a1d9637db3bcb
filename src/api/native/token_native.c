/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/token with a grant type of native authentication: a proof is redeemed (spec V1, 3.4). */
#include "api/endpoints.h"

static void parse_proof(struct exchange *x)
{
    switch (native_work(x)->request) {
    case REQUEST_TOKEN_OOB:
    case REQUEST_TOKEN_MFA_OOB:
        native_parse_code(x);
        break;
    case REQUEST_TOKEN_PASSWORD:
        native_parse_password(x, "password");
        break;
    default:
        native_parse_username(x);
    }
}

static err parse(struct exchange *x)
{
    struct native_work *work = native_work(x);

    native_check_application(x, ERROR_SECRET_MISSING);
    work->request = native_parse_grant(x, ERROR_GRANT_TYPE_UNKNOWN);
    if (exchange_refused(x))
        return OK;
    (void)exchange_require(x, "continuation_token");
    parse_proof(x);
    tokens_parse_scope(x, true, &work->scope);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps token_native_steps = NATIVE_STEPS(parse);
