/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/signup/v1.0/start: a sign-up begins (spec V1, 3.5). */
#include "api/endpoints.h"

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_SIGNUP_START;
    native_check_application(x, ERROR_NOT_PUBLIC);
    native_parse_start(x);
    if (form_get(&x->form, SLICE("password")).n > 0)
        native_parse_new_password(x, "password");
    native_parse_attributes(x, form_get(&x->form, SLICE("attributes")));
    return OK;
}

const struct exchange_steps signup_start_steps = NATIVE_STEPS(parse);
