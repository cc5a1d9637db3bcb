/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/signup/v1.0/continue: a code, a password or attributes are handed in (spec V1, 3.7). */
#include "api/endpoints.h"

static void parse_proof(struct exchange *x)
{
    switch (native_work(x)->request) {
    case REQUEST_SIGNUP_CONTINUE_OOB:
        native_parse_code(x);
        break;
    case REQUEST_SIGNUP_CONTINUE_PASSWORD:
        native_parse_new_password(x, "password");
        break;
    default:
        (void)exchange_require(x, "attributes");
        native_parse_attributes(x, form_get(&x->form, SLICE("attributes")));
    }
}

static err parse(struct exchange *x)
{
    struct native_work *work = native_work(x);

    native_check_application(x, ERROR_NOT_PUBLIC);
    work->request = native_parse_grant(x, ERROR_GRANT_UNEXPECTED);
    if (exchange_refused(x))
        return OK;
    (void)exchange_require(x, "continuation_token");
    parse_proof(x);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps signup_continue_steps = NATIVE_STEPS(parse);
