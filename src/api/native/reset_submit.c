/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/resetpassword/v1.0/submit: the new password (spec V1, 3.11). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_RESET_SUBMIT;
    native_check_application(x, ERROR_NOT_PUBLIC);
    (void)exchange_require(x, "continuation_token");
    native_parse_new_password(x, "new_password");
    native_parse_step(x);
    return OK;
}

const struct exchange_steps reset_submit_steps = NATIVE_STEPS(parse);
