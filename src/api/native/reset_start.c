/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/resetpassword/v1.0/start: a password reset begins (spec V1, 3.8). Writes nothing. */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_RESET_START;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_start(x);
    return OK;
}

const struct exchange_steps reset_start_steps = NATIVE_STEPS(parse);
