/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "errors.h"

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

struct doorcode_flow *flow_new(const struct doorcode_client *client)
{
    static const struct rng rng = { .fill = fill_random };
    struct doorcode_flow *flow = calloc(1, sizeof(*flow));
    if (flow == NULL)
        return NULL;
    flow->client = client;
    flow->state = DOORCODE_FAILED;
    flow->correlation_id = client->correlation_id;
    if (flow->correlation_id.c[0] == '\0')
        flow->correlation_id = guid_format(guid_new(&rng));
    flow->http = http_open(client);
    if (flow->http == NULL) {
        doorcode_flow_free(flow);
        return NULL;
    }
    return flow;
}

void flow_call(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
               struct reply *out)
{
    static const char *const paths[] = {
        [REPLY_OF_INITIATE] = "/oauth2/v2.0/initiate",
        [REPLY_OF_CHALLENGE] = "/oauth2/v2.0/challenge",
        [REPLY_OF_TOKEN] = "/oauth2/v2.0/token",
    };
    struct buf body;
    struct http_answer answer = { .failure = DOORCODE_ERROR_NO_MEMORY, .detail = "" };
    if (form_make(&body, fields, n)) {
        answer = http_post(flow->http, paths[endpoint], buf_slice(&body), flow->correlation_id.c);
        form_free(&body);
    }
    reply_parse(endpoint, &answer, flow->correlation_id.c, out);
}

enum doorcode_state flow_take(struct doorcode_flow *flow, struct reply *reply)
{
    reply_free(&flow->last);
    flow->last = *reply;
    *reply = (struct reply){ 0 };
    flow->has_error = flow->last.kind == REPLY_ERROR;
    flow->error = flow->last.error;
    if (flow->last.kind == REPLY_TOKENS) {
        flow->last.tokens.received_at = (int64_t)time(NULL);
        flow->state = DOORCODE_COMPLETED;
    } else if (flow->last.kind == REPLY_REDIRECT) {
        flow->state = DOORCODE_WEB_FALLBACK;
    } else if (flow->last.kind == REPLY_PASSWORD) {
        flow->state = DOORCODE_PASSWORD_REQUIRED;
    } else if (flow->state != DOORCODE_CODE_REQUIRED || !error_goes_on(flow->last.error.kind)) {
        flow->state = DOORCODE_FAILED;
    }
    return flow->state;
}

enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message)
{
    flow->has_error = true;
    flow->error = error_of(kind);
    flow->error.message = message;
    return flow->state;
}

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
    return doorcode_flow_state(flow) == DOORCODE_CODE_REQUIRED ? &flow->challenge.challenge : NULL;
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
    reply_free(&flow->challenge);
    reply_free(&flow->last);
    free(flow);
}
