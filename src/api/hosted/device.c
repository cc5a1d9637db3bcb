/* SPDX-License-Identifier: Apache-2.0 */
/* GET, POST /devicelogin: where a user comes to with the code that her device shows (RFC 8628, 3.3; spec OIDC, 4.1). The
 * code names tenant and application; then it is a sign-in like any other, with the device in the application's place. */
#include "api/endpoints.h"

#include "api/hosted/ticket.h"
#include "api/router.h"
#include "api/throttle.h"
#include "flow/device.h"
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

static void refuse_for_now(struct exchange *x, int64_t seconds)
{
    x->retry_after = seconds;
    exchange_refuse(x, ERROR_THROTTLED, SLICE_EMPTY);
}

/* What nobody can have been given is no guess. */
static err parse(struct exchange *x)
{
    struct hosted_work *work = hosted_work(x);

    if (!user_code_parse(form_get(&x->form, SLICE("user_code")), work->device.user_code)) {
        exchange_refuse(x, ERROR_USER_CODE_WRONG, SLICE_EMPTY);
        return OK;
    }
    int64_t wait = throttle_guess(x->api->throttle, x->call->request.client_address, x->now);
    if (wait > 0)
        refuse_for_now(x, wait);
    return OK;
}

/* The device that waits for this code, with its tenant and application. */
static err find_device(struct exchange *x, bool *found)
{
    struct device_code *device = &hosted_work(x)->device;
    char user_code[USER_CODE_TEXT + 1];

    *found = false;
    slice_to_cstr(slice_of(device->user_code), user_code, sizeof user_code);
    err loaded = store_device_by_user_code(x->api->store, slice_of(user_code), device);
    if (loaded.code == ERR_NOT_FOUND)
        return OK;
    TRY(loaded);
    if (!device_waits(device, x->now))
        return OK;
    x->tenant = directory_tenant_by_id(x->directory, device->tenant_id);
    x->app = directory_application(x->directory, device->tenant_id, device->client_id);
    *found = x->tenant != NULL && x->app != NULL;
    return OK;
}

static err load(struct exchange *x)
{
    bool found;

    TRY(find_device(x, &found));
    if (!found) {
        exchange_refuse(x, ERROR_USER_CODE_WRONG, SLICE_EMPTY);
        EMIT(x->api->events, device_code_wrong, &x->correlation_id,
             field_client_address(slice_of(x->call->request.client_address)));
        return OK;
    }
    throttle_guessed(x->api->throttle, x->call->request.client_address, x->now);
    int64_t wait = throttle_device(x->api->throttle, THROTTLE_ENTRIES_DEVICE, hosted_work(x)->device.id, x->now);
    if (wait > 0)
        refuse_for_now(x, wait);
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
    bool can_try = x->refusal == ERROR_USER_CODE_WRONG || x->refusal == ERROR_THROTTLED;

    return can_try ? reply_form(x) : hosted_refuse(x);
}

const struct exchange_steps device_form_steps = { .parse = parse, .load = load, .reply = reply, .refuse = refuse };
