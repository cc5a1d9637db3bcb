/* SPDX-License-Identifier: Apache-2.0 */
/* A flow's tokens and the client's cache. */
#include "errors.h"
#include "flow.h"

#include <string.h>

/* ---- the cache's turn ---- */

void flow_queue(struct doorcode_flow *flow, flow_enterer *enter)
{
    flow->stage = FLOW_QUEUES;
    flow->enter = enter;
    flow->patience = http_ticks() + CLIENT_CACHE_MS;
}

void flow_leave(struct doorcode_flow *flow)
{
    if (flow->has_cache)
        cache_give(flow->client->cache);
    flow->has_cache = false;
}

bool flow_step_queue(struct doorcode_flow *flow)
{
    struct cache_fault fault;
    enum cache_try tried = cache_try(flow->client->cache, &fault);
    if (tried == CACHE_BUSY && http_ticks() < flow->patience)
        return false;
    if (tried == CACHE_BUSY)
        cache_set_late(&fault);
    flow->has_cache = tried == CACHE_TAKEN;
    flow->stage = FLOW_RESTS;
    flow->enter(flow, tried != CACHE_TAKEN ? &fault : NULL);
    return true;
}

/* ---- keeping ---- */

void flow_tell_unkept(struct doorcode_flow *flow, const struct cache_fault *fault)
{
    memcpy(flow->problem, fault->text, sizeof(flow->problem));
    flow->has_error = true;
    flow->error = error_of(fault->kind);
    if (fault->kind == DOORCODE_ERROR_CACHE)
        flow->error.description = flow->problem;
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
