/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /devicelogin: where a user comes to with the code that her device shows (RFC 8628, 3.3; spec OIDC, 4.1). The
 * code names tenant and application; then it is a sign-in like any other, with the device in the application's place. */
#include "api/endpoints.h"

#include "api/hosted/ticket.h"
#include "api/router.h"
#include "token/user_code.h"

static err reply_form(struct exchange *x)
{
    struct page page = { .kind = PAGE_DEVICE,
                         .action = SLICE(DEVICE_LOGIN_PATH),
                         .problem = x->refusal,
                         .username = form_get(&x->form, SLICE("user_code")) };

    return hosted_render(x, &page);
}

const struct exchange_steps device_page_steps = { .reply = reply_form, .refuse = hosted_refuse };

static err load(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);
    char user_code[USER_CODE_TEXT + 1];

    if (!user_code_parse(form_get(&x->form, SLICE("user_code")), user_code)) {
        exchange_refuse(x, ERROR_USER_CODE_WRONG, SLICE_EMPTY);
        return OK;
    }
    err loaded = store_device_by_user_code(x->api->store, slice_of(user_code), &work->device);
    if (loaded.code != ERR_NOT_FOUND)
        TRY(loaded);
    bool good = err_is_ok(loaded) && work->device.state == DEVICE_PENDING && x->now < work->device.expires_at;
    if (good) {
        x->tenant = directory_tenant_by_id(x->directory, work->device.tenant_id);
        x->app = directory_application(x->directory, work->device.tenant_id, work->device.client_id);
    }
    if (!good || x->tenant == NULL || x->app == NULL)
        exchange_refuse(x, ERROR_USER_CODE_WRONG, SLICE_EMPTY);
    return OK;
}

static err reply(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    work->request = (struct authorization){ .tenant_id = x->tenant->id,
                                            .client_id = x->app->client_id,
                                            .correlation_id = x->correlation_id,
                                            .device_id = work->device.id,
                                            .scope = slice_of(work->device.scope),
                                            .started_at = x->now };
    TRY(flow_cookie_ensure(x, work->request.binding));
    TRY(ticket_seal(x, &work->request, &work->ticket));
    work->page = PAGE_DEVICE_ASK;
    return hosted_reply_page(x);
}

static err refuse(struct exchange *x)
{
    return x->refusal == ERROR_USER_CODE_WRONG ? reply_form(x) : hosted_refuse(x);
}

const struct exchange_steps device_form_steps = { .load = load, .reply = reply, .refuse = refuse };
