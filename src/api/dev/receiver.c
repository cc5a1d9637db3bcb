/* SPDX-License-Identifier: Apache-2.0 */
/* POST /dev/hook: an extension that agrees to everything (spec OIDC, 11); GET /dev/hook and /dev/hook/call: what it was
 * sent, for the inbox page and for tests. */
#include "api/endpoints.h"

#include "hook/answer.h"
#include "hook/receiver.h"
#include "wire/json_out.h"

enum { LISTED = 16 };

static const char *const event_names[EXTENSION_EVENTS] = {
    [EXTENSION_ATTRIBUTES_START] = "onAttributeCollectionStart",
    [EXTENSION_ATTRIBUTES_SUBMIT] = "onAttributeCollectionSubmit",
    [EXTENSION_TOKEN_ISSUANCE] = "onTokenIssuanceStart",
    [EXTENSION_OTP_SEND] = "onOtpSend",
    [EXTENSION_SMS_SEND] = "onSmsSend",
};

static err take_call(struct exchange *x)
{
    const struct http_request *request = &x->call->request;
    enum extension_event event;
    err taken = receiver_take(x->api->dev->receiver, x->now, request->authorization, request->body, &event);

    if (!err_is_ok(taken)) {
        exchange_refuse(x, ERROR_REQUEST_MALFORMED, SLICE("send the JSON of an authentication event"));
        return OK;
    }
    hook_answer_default(event, &x->body);
    return OK;
}

static void put_call(struct json *j, const struct received *call)
{
    json_number(j, "id", (int64_t)call->id);
    json_cstr(j, "at", clock_format(call->at).c);
    json_cstr(j, "event", event_names[call->event]);
}

/* A call is too large for the stack. */
static struct received *room_for_call(struct exchange *x)
{
    return arena_take_raw(&x->call->arena, sizeof(struct received));
}

static err reply_list(struct exchange *x)
{
    struct received *call = room_for_call(x);
    struct json j;

    ENSURE(call != NULL, FULL);
    json_start(&j, &x->body);
    json_object(&j, NULL);
    json_array(&j, "calls");
    err found = receiver_find(x->api->dev->receiver, 0, call);
    for (size_t n = 0; err_is_ok(found) && n < LISTED; n++) {
        json_object(&j, NULL);
        put_call(&j, call);
        json_end(&j);
        found = call->id == 1 ? FAIL(NOT_FOUND) : receiver_find(x->api->dev->receiver, call->id - 1, call);
    }
    json_end(&j);
    json_end(&j);
    return OK;
}

static err reply_call(struct exchange *x)
{
    struct received *call = room_for_call(x);
    struct slice wanted = SLICE_EMPTY;
    uint64_t id = 0;
    struct json j;

    ENSURE(call != NULL, FULL);
    if (err_is_ok(form_parse(x->call->request.query, &x->call->arena, &x->form)))
        wanted = form_get(&x->form, SLICE("id"));
    json_start(&j, &x->body);
    json_object(&j, NULL);
    if ((wanted.n > 0 && !slice_to_u64(wanted, INT64_MAX, &id)) ||
        !err_is_ok(receiver_find(x->api->dev->receiver, id, call))) {
        json_cstr(&j, "error", "not_found");
        x->call->reply.status = 404;
    } else {
        put_call(&j, call);
        json_cstr(&j, "authorization", call->authorization);
        json_raw(&j, "body", (struct slice){ call->body, call->body_n });
    }
    json_end(&j);
    return OK;
}

const struct exchange_steps dev_hook_steps = { .reply = take_call };
const struct exchange_steps dev_hook_list_steps = { .reply = reply_list };
const struct exchange_steps dev_hook_call_steps = { .reply = reply_call };
