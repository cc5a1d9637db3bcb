/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/signup/v1.0/challenge: a code to the address, or the password is asked for (spec V1, 3.6). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_SIGNUP_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps signup_challenge_steps = NATIVE_STEPS(parse);
