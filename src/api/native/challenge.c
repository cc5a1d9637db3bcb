/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/challenge: the user's method is begun; a code is sent, the first or another one
 * (spec V1, 3.2). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_method(x);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps challenge_steps = NATIVE_STEPS(parse);
