/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/register/v1.0/continue: the contact is proved and stored (spec V1, 3.15). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_work(x)->request = native_parse_grant(x, ERROR_GRANT_UNEXPECTED);
    if (exchange_refused(x))
        return OK;
    (void)exchange_require(x, "continuation_token");
    if (native_work(x)->request == REQUEST_REGISTER_CONTINUE_OOB)
        native_parse_code(x);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps register_continue_steps = NATIVE_STEPS(parse);
