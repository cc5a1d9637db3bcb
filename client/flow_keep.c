/* SPDX-License-Identifier: Apache-2.0 */
/* A flow's tokens and the client's cache. */
#include "flow.h"

/* ---- the cache's turn ---- */

void flow_queue(struct doorcode_flow *flow, flow_enterer *enter)
{
    flow->stage = FLOW_QUEUES;
    flow->enter = enter;
    cache_turn_begin(&flow->turn);
}

void flow_leave(struct doorcode_flow *flow)
{
    cache_turn_end(&flow->turn, flow->client->cache);
}

bool flow_step_queue(struct doorcode_flow *flow)
{
    struct cache_fault fault;
    enum cache_try tried = cache_turn_step(&flow->turn, flow->client->cache, &fault);
    if (tried == CACHE_BUSY)
        return false;
    flow->stage = FLOW_RESTS;
    flow->has_error = false; /* of a call that was refused meanwhile */
    flow->enter(flow, tried == CACHE_TROUBLE ? &fault : NULL);
    return true;
}

/* ---- keeping ---- */

void flow_tell_unkept(struct doorcode_flow *flow, const struct cache_fault *fault)
{
    flow->trouble = *fault;
    flow->has_error = true;
    flow->error = cache_error_of(&flow->trouble);
}

void flow_keep(struct doorcode_flow *flow, const struct keep_facts *facts)
{
    struct cache_fault fault;
    if (!cache_keep(flow->client->cache, flow->client, facts, &flow->last.tokens, &flow->kept, &fault))
        flow_tell_unkept(flow, &fault);
}

const struct doorcode_account *doorcode_flow_account(const struct doorcode_flow *flow)
{
    bool has = doorcode_flow_state(flow) == DOORCODE_COMPLETED && flow->kept.count > 0;
    return has ? &flow->kept.accounts[0].shown : NULL;
}
