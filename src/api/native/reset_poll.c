/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/resetpassword/v1.0/poll_completion: whether the new password is set (spec V1, 3.12). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_RESET_POLL;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps reset_poll_steps = NATIVE_STEPS(parse);
