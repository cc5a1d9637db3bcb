/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hosted/ticket.h"

#include "api/hosted/cookies.h"
#include "api/sealed_text.h"
#include "base/secret.h"

err ticket_seal(struct exchange *x, const struct authorization *request, struct slice *text)
{
    struct buf plain;

    buf_init_arena(&plain, &x->call->arena, AUTHORIZATION_MAX);
    TRY(authorization_pack(request, &plain));
    return sealed_text_make(x->api->vault, VAULT_AUTHORIZATION, request->started_at,
                            buf_close_arena(&plain, &x->call->arena), &x->call->arena, text);
}

static bool is_of_this_browser(struct exchange *x, const struct authorization *request)
{
    uint8_t binding[FLOW_BINDING];

    return flow_cookie_read(x, binding) && secret_eq(binding, request->binding, sizeof binding);
}

bool ticket_open(struct exchange *x, struct slice text, struct authorization *request)
{
    struct slice plain;

    return text.n > 0 &&
           err_is_ok(sealed_text_open(x->api->vault, VAULT_AUTHORIZATION, x->now, text, &x->call->arena, &plain)) &&
           err_is_ok(authorization_unpack(plain, request)) && guid_eq(request->tenant_id, x->tenant->id) &&
           x->now < request->started_at + x->api->policy->flow_seconds && is_of_this_browser(x, request);
}
