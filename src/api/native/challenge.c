/* SPDX-License-Identifier: Apache-2.0 */
/* POST /{tenant}/oauth2/v2.0/challenge: the user's method is begun; a code is sent, the first or another one
 * (spec V1, 3.2). */
#include "api/endpoints.h"

/* `id` names a second factor; what is no id names none. */
static void parse_method(struct exchange *x)
{
    struct flow_facts *facts = &native_work(x)->facts;
    struct slice id = form_get(&x->form, SLICE("id"));

    facts->method_given = id.n > 0;
    if (!guid_parse(id, &facts->method))
        facts->method = GUID_NIL;
}

static err parse(struct exchange *x)
{
    native_work(x)->request = REQUEST_CHALLENGE;
    native_check_application(x, ERROR_NOT_PUBLIC);
    parse_method(x);
    native_parse_step(x);
    return OK;
}

const struct exchange_steps challenge_steps = NATIVE_STEPS(parse);
