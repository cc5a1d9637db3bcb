/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in with a browser of another device (RFC 8628; spec OIDC, 4.1): a code to type there, and asking until that is done. */
#include "errors.h"
#include "flow.h"

/* A code that nobody waits for any longer is not asked for again, whatever the server goes on to say. */
static void take_code(struct doorcode_flow *flow, struct reply *reply)
{
    flow_take(flow, reply);
    if (flow->state == DOORCODE_DEVICE_PENDING)
        flow->device_until = http_ticks() + (int64_t)flow->current.device.expires_in * 1000;
}

enum doorcode_state doorcode_device_start(const struct doorcode_client *client, struct doorcode_flow **flow)
{
    const struct form_field fields[] = {
        { "client_id", client->client_id.c },
        { "scope", client->scopes },
    };
    *flow = flow_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    (*flow)->phase = PHASE_DEVICE;
    flow_ask(*flow, REPLY_OF_DEVICE, fields, sizeof(fields) / sizeof(fields[0]), take_code);
    return flow_go(*flow);
}

static bool says(const struct reply *reply, const char *error)
{
    return reply->kind == REPLY_ERROR && slice_eq_nocase(slice_of(reply->error.error), slice_of(error));
}

/* How long to wait after this answer (RFC 8628, 3.5). */
static int64_t interval_after(const struct reply *reply, int64_t interval)
{
    if (says(reply, "slow_down"))
        interval += CLIENT_DEVICE_POLL;
    else if (reply->kind == REPLY_ERROR && reply->error.kind == DOORCODE_ERROR_TIMEOUT)
        interval *= 2;
    if (reply->error.retry_after > interval)
        interval = reply->error.retry_after;
    return interval < CLIENT_DEVICE_POLL_MOST ? interval : CLIENT_DEVICE_POLL_MOST;
}

/* Every other error of the endpoint ends it (3.5); where a server or a network has failed, it may be asked again. */
static bool is_refusal(const struct reply *reply)
{
    const struct doorcode_error *error = &reply->error;
    return reply->kind == REPLY_ERROR && error->http_status / 100 == 4 && error->kind != DOORCODE_ERROR_THROTTLED;
}

static void take_poll(struct doorcode_flow *flow, struct reply *reply)
{
    flow->current.poll_interval = (int)interval_after(reply, flow->current.poll_interval);
    if (says(reply, "authorization_pending") || says(reply, "slow_down"))
        return;
    /* Here it is the user's word, unless a number tells more; elsewhere it is the tenant's. */
    if (says(reply, "access_denied") && reply->error.code_count == 0)
        reply_refuse(reply, DOORCODE_ERROR_CANCELLED, reply->error.description);
    bool refused = is_refusal(reply);
    flow_take(flow, reply);
    if (refused)
        flow->state = DOORCODE_FAILED;
}

enum doorcode_state doorcode_device_poll(struct doorcode_flow *flow)
{
    if (doorcode_flow_state(flow) != DOORCODE_DEVICE_PENDING)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow does not wait for a sign-in on another device.");
    if (http_ticks() >= flow->device_until) {
        flow->state = DOORCODE_FAILED;
        return flow_refuse(flow, DOORCODE_ERROR_EXPIRED, NULL);
    }
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "grant_type", "urn:ietf:params:oauth:grant-type:device_code" },
        { "device_code", flow->current.continuation_token },
        { "client_info", "1" },
        { "claims", flow->client->claims != NULL ? flow->client->claims : "" },
    };
    flow_ask(flow, REPLY_OF_TOKEN, fields, sizeof(fields) / sizeof(fields[0]), take_poll);
    return flow_go(flow);
}

const struct doorcode_device *doorcode_flow_device(const struct doorcode_flow *flow)
{
    return doorcode_flow_state(flow) == DOORCODE_DEVICE_PENDING ? &flow->current.device : NULL;
}
