/* SPDX-License-Identifier: Apache-2.0 */
/* Reset of a password (spec V1, 2.8). */
#include "errors.h"
#include "flow.h"

enum doorcode_state doorcode_reset_start(const struct doorcode_client *client, const char *username,
                                         struct doorcode_flow **flow)
{
    static const struct form_field nothing_more[2] = { { "", "" }, { "", "" } };
    *flow = flow_new(client);
    return flow_start(*flow, PHASE_RESET, username, nothing_more);
}

/* After a refusal that comes late another password may be given: with the token of a failed reset (spec V1, 6.8), or
 * with the one that was polled with (1.10). */
static void take_refusal(struct doorcode_flow *flow, struct reply *reply)
{
    bool again = reply->kind == REPLY_ERROR && reply->error.kind == DOORCODE_ERROR_RESET_FAILED &&
                 reply->continuation_token[0] != '\0';
    bool refused = reply->kind == REPLY_ERROR && error_is_of_password(reply->error.kind);
    flow_take(flow, reply);
    if (again) { /* the token lives on in `last`: swap the two, so that the next step sends it */
        struct reply former = flow->current;
        flow->current = flow->last;
        flow->last = former;
    }
    if (again || refused)
        flow->state = DOORCODE_PASSWORD_REQUIRED;
}

/* All polls carry the same token (spec V1, 1.10), so nothing of an answer is kept that only says to wait. */
static void take_poll(struct doorcode_flow *flow, struct reply *reply)
{
    if (reply->kind != REPLY_PENDING)
        take_refusal(flow, reply);
}

enum doorcode_state doorcode_reset_poll(struct doorcode_flow *flow)
{
    static const struct flow_proof nothing = { .endpoint = REPLY_OF_RESET_POLL };
    if (doorcode_flow_state(flow) != DOORCODE_RESET_PENDING)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow does not wait for a new password to be kept.");
    flow_prove(flow, &nothing, take_poll);
    return flow_go(flow);
}
