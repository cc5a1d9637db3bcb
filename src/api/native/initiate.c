/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/initiate: a sign-in begins (spec V1, 3.1). Writes nothing. */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_INITIATE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_start(x);
    return OK;
}

const struct exchange_steps initiate_steps = NATIVE_STEPS(parse);
