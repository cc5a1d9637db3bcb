/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/resetpassword/v1.0/challenge: a code is sent (spec V1, 3.9). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_RESET_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps reset_challenge_steps = NATIVE_STEPS(parse);
