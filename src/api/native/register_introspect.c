/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/register/v1.0/introspect: what may be registered as a second factor (spec V1, 3.13). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_REGISTER_INTROSPECT;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps register_introspect_steps = NATIVE_STEPS(parse);
