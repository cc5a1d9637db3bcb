/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/introspect: the second factors that the user has (spec V1, 3.3). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_INTROSPECT;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps introspect_steps = NATIVE_STEPS(parse);
