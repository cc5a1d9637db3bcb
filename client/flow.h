/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h: one sign-in or refresh on its way. */
#ifndef DOORCODE_CLIENT_FLOW_H
#define DOORCODE_CLIENT_FLOW_H

#include "client_internal.h"
#include "form.h"
#include "reply.h"

struct doorcode_flow {
    const struct doorcode_client *client;
    struct http *http;
    struct guid_text correlation_id;
    enum doorcode_state state;
    bool has_error;
    struct reply challenge; /* the newest challenge: its continuation token goes into the next call */
    struct reply last;      /* last answer that was no challenge: error, tokens or redirect */
    struct doorcode_error error;
};

/* NULL without memory. */
struct doorcode_flow *flow_new(const struct doorcode_client *client);
/* POSTs the fields to the endpoint; the answer is the caller's to reply_free. */
void flow_call(struct doorcode_flow *flow, enum reply_endpoint endpoint, const struct form_field *fields, size_t n,
               struct reply *out);
/* Takes `reply` as the answer of the last step and goes to the state it means: tokens, redirect or error. An error
 * leaves a flow that waits for a code where it is, if its kind goes on. */
enum doorcode_state flow_take(struct doorcode_flow *flow, struct reply *reply);
/* An error of ours, found before anything was sent. */
enum doorcode_state flow_refuse(struct doorcode_flow *flow, enum doorcode_error_kind kind, const char *message);

#endif
