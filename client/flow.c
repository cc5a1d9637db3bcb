/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "base/secret.h"
#include "errors.h"
#include "trust.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static void fill_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    /* Up to 256 bytes come whole once the system's generator runs; a correlation id needs no more than being new. */
    if (getrandom(out, n, 0) != (ssize_t)n)
        clock_gettime(CLOCK_REALTIME, out);
}

struct guid_text flow_correlation_id(const struct doorcode_client *client)
{
    static const struct rng rng = { .fill = fill_random };
    return client->correlation_id.c[0] != '\0' ? client->correlation_id : guid_format(guid_new(&rng));
}

struct doorcode_flow *flow_new(const struct doorcode_client *client)
{
    struct doorcode_flow *flow = calloc(1, sizeof(*flow));
    if (flow == NULL)
        return NULL;
    flow->client = client;
    flow->state = DOORCODE_FAILED;
    flow->correlation_id = flow_correlation_id(client);
    flow->http = http_open(client);
    if (flow->http == NULL) {
        doorcode_flow_free(flow);
        return NULL;
    }
    return flow;
}

/* The keys come first: a code or a refresh token is not spent on tokens that could not be checked. */
static bool may_send(struct doorcode_flow *flow, enum reply_endpoint endpoint, struct reply *out)
{
    bool checks = endpoint == REPLY_OF_TOKEN && !flow->client->unverified_id_tokens;
    return !checks || trust_prepare(flow->client, flow->http, flow->correlation_id.c, out);
}

void flow_call(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
               struct reply *out)
{
    char url[CLIENT_URL + 64];
    struct buf body;
    struct http_answer answer = { .failure = DOORCODE_ERROR_NO_MEMORY, .detail = "" };
    if (!may_send(flow, endpoint, out))
        return;
    snprintf(url, sizeof(url), "%s%s", flow->client->authority.url, reply_path(endpoint));
    if (form_make(&body, fields, n)) {
        answer = http_call(
            flow->http,
            &(struct http_request){ .url = url, .form = buf_slice(&body), .correlation_id = flow->correlation_id.c });
        form_free(&body);
    }
    reply_parse(endpoint, &answer, flow->correlation_id.c, out);
    if (out->kind == REPLY_TOKENS)
        trust_judge(flow->client, flow->http, out);
}

/* ---- from one state to the next ---- */

static enum doorcode_state next_challenge(struct doorcode_flow *flow)
{
    return flow_challenge(flow, NULL);
}

static enum doorcode_state prove_preverified(struct doorcode_flow *flow)
{
    return flow_prove(flow,
                      &(struct flow_proof){ .endpoint = REPLY_OF_REGISTER_CONTINUE, .grant = "continuation_token" });
}

static enum doorcode_state begin_mfa(struct doorcode_flow *flow)
{
    reply_free(&flow->listed);
    flow->phase = PHASE_MFA;
    return doorcode_flow_list_methods(flow);
}

static enum doorcode_state begin_registration(struct doorcode_flow *flow)
{
    reply_free(&flow->listed);
    flow->phase = PHASE_REGISTRATION;
    return doorcode_flow_list_methods(flow);
}

/* What a reply on the way leads to: a state, and the call that follows without the caller. The state is also where the
 * flow stays if that call fails and may be made again. Replies that are not here end the flow or are errors. */
static const struct move {
    bool is_on_the_way;
    enum doorcode_state state;
    enum doorcode_state (*then)(struct doorcode_flow *flow);
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
    [REPLY_REGISTERED] = { true, DOORCODE_SIGNIN_READY, doorcode_flow_signin },
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
    flow->has_error = false;
}

static bool waits_for_caller(enum doorcode_state state)
{
    return state != DOORCODE_WEB_FALLBACK && state != DOORCODE_COMPLETED && state != DOORCODE_FAILED;
}

static void keep_new(struct doorcode_flow *flow)
{
    struct doorcode_cache *cache = flow->client->cache;
    struct cache_fault fault;
    if (cache == NULL || flow->get != NULL)
        return;
    if (!cache_take(cache, &fault)) {
        flow_tell_unkept(flow, &fault);
        return;
    }
    flow_keep(flow, &(struct keep_facts){ .username = flow->username, .scopes = flow->client->scopes });
    cache_give(cache);
}

static enum doorcode_state take_last(struct doorcode_flow *flow, struct reply *reply)
{
    reply_free(&flow->last);
    flow->last = *reply;
    *reply = (struct reply){ 0 };
    flow->has_error = flow->last.kind == REPLY_ERROR;
    flow->error = flow->last.error;
    if (flow->last.kind == REPLY_TOKENS) {
        flow->last.tokens.received_at = (int64_t)time(NULL);
        flow->state = DOORCODE_COMPLETED;
        keep_new(flow);
    } else if (flow->last.kind == REPLY_REDIRECT) {
        flow->state = DOORCODE_WEB_FALLBACK;
    } else if (!waits_for_caller(flow->state) || !error_goes_on(flow->last.error.kind)) {
        flow->state = DOORCODE_FAILED;
    }
    return flow->state;
}

enum doorcode_state flow_take(struct doorcode_flow *flow, struct reply *reply)
{
    if (reply->kind == REPLY_METHODS) {
        adopt(flow, reply);
        return flow->state;
    }
    const struct move *move = &moves[reply->kind];
    if (!move->is_on_the_way)
        return take_last(flow, reply);
    adopt(flow, reply);
    flow->state = move->state;
    return move->then != NULL ? move->then(flow) : flow->state;
}

enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message)
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    flow->has_error = true;
    flow->error = error_of(kind);
    if (message != NULL)
        flow->error.message = message;
    return flow->state;
}

/* ---- what the caller sees ---- */

enum doorcode_state doorcode_flow_state(const struct doorcode_flow *flow)
{
    return flow != NULL ? flow->state : DOORCODE_FAILED;
}

const struct doorcode_error *doorcode_flow_error(const struct doorcode_flow *flow)
{
    if (flow == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    return flow->has_error ? &flow->error : NULL;
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
    return doorcode_flow_state(flow) == DOORCODE_RESET_PENDING ? flow->current.poll_interval : 0;
}

const char *doorcode_flow_redirect_reason(const struct doorcode_flow *flow)
{
    return doorcode_flow_state(flow) == DOORCODE_WEB_FALLBACK ? flow->last.redirect_reason : NULL;
}

const struct doorcode_tokens *doorcode_flow_tokens(const struct doorcode_flow *flow)
{
    return doorcode_flow_state(flow) == DOORCODE_COMPLETED ? &flow->last.tokens : NULL;
}

void doorcode_flow_free(struct doorcode_flow *flow)
{
    if (flow == NULL)
        return;
    http_close(flow->http);
    reply_free(&flow->current);
    reply_free(&flow->listed);
    reply_free(&flow->last);
    book_free(&flow->kept);
    free(flow->get);
    wipe(&flow->choice, sizeof(flow->choice));
    free(flow);
}
