/* SPDX-License-Identifier: Apache-2.0 */
/* A flow at work: what has to be known before its request goes out, the request, and the look at what came; step by step,
 * for an event loop, or waiting here. */
#include "base/secret.h"
#include "flow.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

_Static_assert((int)DOORCODE_FLOW_WAITS >= (int)CLIENT_WAITS, "there is room for all that a flow waits for");

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
    flow->learn = (struct learn){ .client = client, .http = flow->http, .correlation_id = flow->correlation_id.c };
    if (flow->http == NULL) {
        doorcode_flow_free(flow);
        return NULL;
    }
    return flow;
}

void doorcode_flow_free(struct doorcode_flow *flow)
{
    if (flow == NULL)
        return;
    http_close(flow->http); /* first: it borrows the form */
    flow_leave(flow);       /* only now: a refresh token is no longer on its way */
    form_free(&flow->form);
    reply_free(&flow->answer);
    reply_free(&flow->current);
    reply_free(&flow->listed);
    reply_free(&flow->last);
    book_free(&flow->kept);
    free(flow->get);
    wipe(flow, sizeof(*flow));
    free(flow);
}

/* ---- stages ---- */

/* The work is done: what was noted takes the answer, and may set the flow to work again. */
static void settle(struct doorcode_flow *flow)
{
    struct reply reply = flow->answer;
    flow->answer = (struct reply){ 0 };
    flow->stage = FLOW_RESTS;
    flow->has_error = false; /* of a call that was refused meanwhile */
    form_free(&flow->form);  /* that never went out, where there were no keys */
    flow->take(flow, &reply);
    reply_free(&reply);
}

static void send_form(struct doorcode_flow *flow)
{
    char url[CLIENT_URL + 64 + CLIENT_QUERY];
    const struct doorcode_client *client = flow->client;
    snprintf(url, sizeof(url), "%s%s%s%s", client->authority.url, reply_path(flow->endpoint),
             client->query != NULL ? "?" : "", client->query != NULL ? client->query : "");
    flow->stage = FLOW_ASKS;
    http_begin(flow->http, &(struct http_request){ .url = url,
                                                   .form = buf_slice(&flow->form),
                                                   .is_native = true,
                                                   .correlation_id = flow->correlation_id.c });
}

void flow_ask(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
              flow_taker *take)
{
    static const struct http_answer no_memory = { .failure = DOORCODE_ERROR_NO_MEMORY, .detail = "" };
    flow->endpoint = endpoint;
    flow->take = take;
    flow->has_error = false;
    if (!form_make(&flow->form, fields, n)) {
        reply_parse(endpoint, &no_memory, flow->correlation_id.c, &flow->answer);
        settle(flow);
    } else if (endpoint == REPLY_OF_TOKEN && !flow->client->unverified_id_tokens) {
        flow->stage = FLOW_LEARNS;
    } else {
        send_form(flow);
    }
}

void flow_learn(struct doorcode_flow *flow, flow_taker *take)
{
    flow->endpoint = REPLY_OF_KEYS;
    flow->take = take;
    flow->stage = FLOW_LEARNS;
}

/* Each of these gives whether there is more to do without waiting. */

static bool step_rest(struct doorcode_flow *flow)
{
    (void)flow;
    return false;
}

static bool step_learn(struct doorcode_flow *flow)
{
    enum learn_state learnt = learn_step(&flow->learn, &flow->answer);
    if (learnt == LEARN_READY && flow->endpoint != REPLY_OF_KEYS) {
        send_form(flow);
    } else if (learnt != LEARN_WAITS) {
        flow->answer.kind = learnt == LEARN_READY ? REPLY_KEYS : REPLY_ERROR;
        settle(flow);
    }
    return learnt != LEARN_WAITS;
}

static bool step_ask(struct doorcode_flow *flow)
{
    struct http_answer answer;
    if (!http_step(flow->http, &answer))
        return false;
    form_free(&flow->form);
    reply_parse(flow->endpoint, &answer, flow->correlation_id.c, &flow->answer);
    http_forget(flow->http);
    if (flow->answer.kind == REPLY_TOKENS)
        flow->stage = FLOW_CHECKS;
    else
        settle(flow);
    return true;
}

static bool step_check(struct doorcode_flow *flow)
{
    enum token_fault fault = TOKEN_GOOD;
    struct reply trouble;
    enum learn_state learnt = learn_check(&flow->learn, &flow->answer.tokens, NULL, NULL, &fault, &trouble);
    if (learnt == LEARN_WAITS)
        return false;
    if (learnt == LEARN_FAILED) {
        reply_free(&flow->answer);
        flow->answer = trouble;
    } else if (fault != TOKEN_GOOD) {
        reply_refuse_id_token(&flow->answer, fault, clock_now(&flow->client->clock));
    }
    settle(flow);
    return true;
}

static bool (*const steps[FLOW_STAGES])(struct doorcode_flow *flow) = {
    [FLOW_RESTS] = step_rest,   [FLOW_LEARNS] = step_learn,      [FLOW_ASKS] = step_ask,
    [FLOW_CHECKS] = step_check, [FLOW_QUEUES] = flow_step_queue,
};

/* ---- the whole ---- */

enum doorcode_state doorcode_flow_step(struct doorcode_flow *flow)
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    while (steps[flow->stage](flow))
        continue;
    return doorcode_flow_state(flow);
}

size_t doorcode_flow_waits(const struct doorcode_flow *flow, struct pollfd *waits, size_t cap, int *timeout_ms)
{
    *timeout_ms = -1;
    if (doorcode_flow_state(flow) != DOORCODE_WORKING)
        return 0;
    if (flow->stage == FLOW_QUEUES) {
        *timeout_ms = CLIENT_CACHE_PAUSE_MS;
        return 0;
    }
    return http_waits(flow->http, waits, 0, cap, timeout_ms);
}

enum doorcode_state doorcode_flow_run(struct doorcode_flow *flow)
{
    struct pollfd waits[DOORCODE_FLOW_WAITS];
    while (doorcode_flow_step(flow) == DOORCODE_WORKING) {
        int timeout_ms;
        size_t n = doorcode_flow_waits(flow, waits, DOORCODE_FLOW_WAITS, &timeout_ms);
        poll(waits, n, timeout_ms);
    }
    return doorcode_flow_state(flow);
}

enum doorcode_state flow_go(struct doorcode_flow *flow)
{
    bool waits = flow != NULL && !flow->client->nonblocking;
    return waits ? doorcode_flow_run(flow) : doorcode_flow_step(flow);
}
