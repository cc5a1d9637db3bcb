/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in (spec V1, 2.1, 2.2 and 2.10). */
#include "flow.h"

enum doorcode_state doorcode_signin_start(const struct doorcode_client *client, const char *username,
                                          struct doorcode_flow **flow)
{
    static const struct form_field nothing_more[2] = { { "", "" }, { "", "" } };
    *flow = flow_new(client);
    return flow_start(*flow, PHASE_SIGNIN, username, nothing_more);
}

void flow_finish(struct doorcode_flow *flow)
{
    flow_prove(flow, &(struct flow_proof){ .endpoint = REPLY_OF_TOKEN, .grant = "continuation_token" }, flow_take);
}

enum doorcode_state doorcode_flow_signin(struct doorcode_flow *flow)
{
    if (doorcode_flow_state(flow) != DOORCODE_SIGNIN_READY)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow is not ready for sign-in.");
    if (flow->current.continuation_token[0] == '\0')
        return flow_refuse(flow, DOORCODE_ERROR_SIGNIN_REQUIRED, "The server gave nothing to sign in with.");
    flow_finish(flow);
    return flow_go(flow);
}
