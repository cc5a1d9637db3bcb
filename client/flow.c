/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "errors.h"

/* ---- from one state to the next ---- */

static void next_challenge(struct doorcode_flow *flow)
{
    flow_challenge(flow, NULL);
}

static void prove_preverified(struct doorcode_flow *flow)
{
    flow_prove(flow, &(struct flow_proof){ .endpoint = REPLY_OF_REGISTER_CONTINUE, .grant = "continuation_token" },
               flow_take);
}

static void begin_mfa(struct doorcode_flow *flow)
{
    reply_free(&flow->listed);
    flow->phase = PHASE_MFA;
    flow_list_methods(flow);
}

static void begin_registration(struct doorcode_flow *flow)
{
    reply_free(&flow->listed);
    flow->phase = PHASE_REGISTRATION;
    flow_list_methods(flow);
}

/* What a reply on the way leads to: a state, and the call that follows without the caller. The state is also where the
 * flow stays if that call fails and may be made again. Replies that are not here end the flow or are errors.
 *
 * No server can keep this going: an endpoint has its own kinds of replies only (reply_parse), a challenge and a list lead to
 * no further call, and each other one leads nearer to those. A proven contact has the longest way: register/challenge,
 * register/continue, token, introspect. */
static const struct move {
    bool is_on_the_way;
    enum doorcode_state state;
    void (*then)(struct doorcode_flow *flow);
} moves[REPLY_KINDS] = {
    [REPLY_STARTED] = { true, DOORCODE_FAILED, next_challenge },
    [REPLY_CODE] = { true, DOORCODE_CODE_REQUIRED, NULL },
    [REPLY_PASSWORD] = { true, DOORCODE_PASSWORD_REQUIRED, NULL },
    [REPLY_PREVERIFIED] = { true, DOORCODE_REGISTRATION_REQUIRED, prove_preverified },
    [REPLY_CREDENTIAL] = { true, DOORCODE_PASSWORD_REQUIRED, next_challenge },
    [REPLY_UNVERIFIED] = { true, DOORCODE_CODE_REQUIRED, next_challenge },
    [REPLY_ATTRIBUTES] = { true, DOORCODE_ATTRIBUTES_REQUIRED, NULL },
    [REPLY_MFA] = { true, DOORCODE_MFA_REQUIRED, begin_mfa },
    [REPLY_REGISTRATION] = { true, DOORCODE_REGISTRATION_REQUIRED, begin_registration },
    [REPLY_VERIFIED] = { true, DOORCODE_PASSWORD_REQUIRED, NULL },
    [REPLY_PENDING] = { true, DOORCODE_RESET_PENDING, NULL },
    [REPLY_REGISTERED] = { true, DOORCODE_SIGNIN_READY, flow_finish },
    [REPLY_DEVICE] = { true, DOORCODE_DEVICE_PENDING, NULL },
    [REPLY_DONE] = { true, DOORCODE_SIGNIN_READY, NULL },
};

static void adopt(struct doorcode_flow *flow, struct reply *reply)
{
    struct reply *place = flow->current.kind == REPLY_METHODS ? &flow->listed : &flow->current;
    reply_free(place);
    if (place == &flow->listed)
        flow->listed = flow->current;
    flow->current = *reply;
    *reply = (struct reply){ 0 };
}

static bool waits_for_caller(enum doorcode_state state)
{
    return state != DOORCODE_WEB_FALLBACK && state != DOORCODE_COMPLETED && state != DOORCODE_FAILED &&
           state != DOORCODE_WORKING;
}

/* The cache is taken, or `trouble` says why not. */
static void keep_new(struct doorcode_flow *flow, const struct cache_fault *trouble)
{
    const struct keep_facts facts = { .username = flow->username, .scopes = flow->client->scopes };
    if (trouble != NULL)
        flow_tell_unkept(flow, trouble);
    else
        flow_keep(flow, &facts);
    flow_leave(flow);
}

static void take_last(struct doorcode_flow *flow, struct reply *reply)
{
    reply_free(&flow->last);
    flow->last = *reply;
    *reply = (struct reply){ 0 };
    flow->has_error = flow->last.kind == REPLY_ERROR;
    flow->error = flow->last.error;
    if (flow->last.kind == REPLY_TOKENS) {
        reply_free(&flow->current); /* nobody goes on from there */
        reply_free(&flow->listed);
        flow->last.tokens.received_at = clock_now(&flow->client->clock);
        flow->state = DOORCODE_COMPLETED;
        if (flow->client->cache != NULL && flow->get == NULL)
            flow_queue(flow, keep_new);
    } else if (flow->last.kind == REPLY_REDIRECT) {
        flow->state = DOORCODE_WEB_FALLBACK;
    } else if (!waits_for_caller(flow->state) || !error_goes_on(flow->last.error.kind)) {
        flow->state = DOORCODE_FAILED;
    }
}

/* A refresh is between programs, and on another device the user is done: what asks for the user ends it. */
static void refuse_interaction(struct reply *reply)
{
    if (reply->kind == REPLY_REDIRECT)
        reply_refuse(reply, DOORCODE_ERROR_INTERACTION_REQUIRED, reply->redirect_reason);
    if (reply->kind == REPLY_MFA || reply->kind == REPLY_REGISTRATION)
        reply->kind = REPLY_ERROR; /* which it tells as well */
}

/* Openid is in every scope, so that who signed in is told (OpenID Connect Core, 3.1.3.3); a refresh may leave it out (12.2). */
static void refuse_unknown_user(const struct doorcode_flow *flow, struct reply *reply)
{
    bool unknown = reply->kind == REPLY_TOKENS && reply->tokens.id_token[0] == '\0';
    if (unknown && !flow->client->unverified_id_tokens)
        reply_refuse(reply, DOORCODE_ERROR_INVALID_TOKEN, "the answer has no id token");
}

void flow_take(struct doorcode_flow *flow, struct reply *reply)
{
    if (flow->phase == PHASE_REFRESH || flow->phase == PHASE_DEVICE)
        refuse_interaction(reply);
    if (flow->phase != PHASE_REFRESH)
        refuse_unknown_user(flow, reply);
    const struct move *move = &moves[reply->kind];
    if (reply->kind == REPLY_METHODS) {
        adopt(flow, reply);
    } else if (!move->is_on_the_way) {
        take_last(flow, reply);
    } else {
        adopt(flow, reply);
        flow->state = move->state;
        if (move->then != NULL)
            move->then(flow);
    }
}

enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message)
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    bool works = flow->stage != FLOW_RESTS;
    flow->has_error = true;
    flow->error = error_of(works ? DOORCODE_ERROR_USAGE : kind);
    if (works || message != NULL)
        flow->error.message = works ? "The flow waits for the server's answer to the last step." : message;
    return doorcode_flow_state(flow);
}

/* ---- what the caller sees ---- */

enum doorcode_state doorcode_flow_state(const struct doorcode_flow *flow)
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    return flow->stage == FLOW_RESTS ? flow->state : DOORCODE_WORKING;
}

const struct doorcode_client *doorcode_flow_client(const struct doorcode_flow *flow)
{
    return flow != NULL ? flow->client : NULL;
}

const char *doorcode_flow_username(const struct doorcode_flow *flow)
{
    return flow != NULL ? flow->username : NULL;
}

const struct doorcode_error *doorcode_flow_error(const struct doorcode_flow *flow)
{
    if (flow == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    return flow->has_error ? &flow->error : NULL;
}

const char *doorcode_flow_correlation_id(const struct doorcode_flow *flow)
{
    return flow != NULL ? flow->correlation_id.c : "";
}

const struct doorcode_challenge *doorcode_flow_challenge(const struct doorcode_flow *flow)
{
    return doorcode_flow_state(flow) == DOORCODE_CODE_REQUIRED ? &flow->current.challenge : NULL;
}

const struct doorcode_attribute *doorcode_flow_attributes(const struct doorcode_flow *flow, size_t *count)
{
    bool asked = doorcode_flow_state(flow) == DOORCODE_ATTRIBUTES_REQUIRED;
    *count = asked ? flow->current.attribute_count : 0;
    return asked ? flow->current.attributes : NULL;
}

const struct doorcode_method *doorcode_flow_methods(const struct doorcode_flow *flow, size_t *count)
{
    *count = 0;
    if (!waits_for_caller(doorcode_flow_state(flow)) || flow->state == DOORCODE_SIGNIN_READY)
        return NULL;
    const struct reply *list = flow->current.kind == REPLY_METHODS ? &flow->current : &flow->listed;
    *count = list->method_count;
    return list->methods;
}

int doorcode_flow_poll_interval(const struct doorcode_flow *flow)
{
    enum doorcode_state state = doorcode_flow_state(flow);
    bool polls = state == DOORCODE_RESET_PENDING || state == DOORCODE_DEVICE_PENDING;
    return polls ? flow->current.poll_interval : 0;
}

const char *doorcode_flow_redirect_reason(const struct doorcode_flow *flow)
{
    return doorcode_flow_state(flow) == DOORCODE_WEB_FALLBACK ? flow->last.redirect_reason : NULL;
}

const struct doorcode_tokens *doorcode_flow_tokens(const struct doorcode_flow *flow)
{
    bool any = doorcode_flow_state(flow) == DOORCODE_COMPLETED && flow->last.kind == REPLY_TOKENS;
    return any ? &flow->last.tokens : NULL;
}
