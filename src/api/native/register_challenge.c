/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/register/v1.0/challenge: a code to the contact that is to be registered (spec V1, 3.14). */
#include "api/endpoints.h"

static void parse_type(struct exchange *x)
{
    struct slice type = exchange_require(x, "challenge_type");

    if (!exchange_refused(x) && !slice_eq(type, SLICE("oob")))
        exchange_refuse(x, ERROR_METHOD_TYPE_UNKNOWN, SLICE_EMPTY);
}

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_REGISTER_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    (void)exchange_require(x, "continuation_token");
    parse_type(x);
    native_parse_contact(x, form_get(&x->form, SLICE("challenge_channel")),
                         form_get(&x->form, SLICE("challenge_target")));
    native_parse_step(x);
    return OK;
}

const struct exchange_steps register_challenge_steps = NATIVE_STEPS(parse);
