/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in with a code by e-mail (spec V1, 2.1): initiate, challenge, token. */
#include "base/secret.h"
#include "errors.h"
#include "flow.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the application can do; redirect is always among it (spec V1, 1.8). */
static const char challenge_types[] = "oob redirect";

static void initiate(struct doorcode_flow *flow, const char *username, struct reply *out)
{
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "username", username },
        { "challenge_type", challenge_types },
    };
    flow_call(flow, REPLY_OF_INITIATE, fields, COUNT(fields), out);
}

/* Asks for a code with the token of `before`; a challenge takes the place of the former one. */
static enum doorcode_state challenge(struct doorcode_flow *flow, const struct reply *before)
{
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "continuation_token", before->continuation_token },
        { "challenge_type", challenge_types },
    };
    struct reply reply;
    flow_call(flow, REPLY_OF_CHALLENGE, fields, COUNT(fields), &reply);
    if (reply.kind != REPLY_CODE)
        return flow_take(flow, &reply);
    reply_free(&flow->challenge);
    flow->challenge = reply;
    flow->has_error = false;
    flow->state = DOORCODE_CODE_REQUIRED;
    return flow->state;
}

enum doorcode_state doorcode_signin_start(const struct doorcode_client *client, const char *username,
                                          struct doorcode_flow **flow)
{
    *flow = flow_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    if (username == NULL || username[0] == '\0' || strlen(username) > CLIENT_USERNAME)
        return flow_refuse(*flow, DOORCODE_ERROR_INVALID_USERNAME, "The user name is empty or too long.");
    struct reply initiated;
    initiate(*flow, username, &initiated);
    if (initiated.kind != REPLY_INITIATED)
        return flow_take(*flow, &initiated);
    enum doorcode_state state = challenge(*flow, &initiated);
    reply_free(&initiated);
    return state;
}

static enum doorcode_state refuse_step(struct doorcode_flow *flow)
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow does not wait for a code.");
}

/* The code without blanks; false where it cannot be one. */
static bool clean_code(const char *typed, int expected, char *code, size_t cap)
{
    struct buf out;
    buf_init(&out, code, cap);
    for (; typed != NULL && *typed != '\0'; typed++) {
        if (strchr(" \t\r\n", *typed) == NULL)
            buf_putc(&out, *typed);
    }
    size_t length = out.n;
    buf_putc(&out, '\0');
    return buf_ok(&out) && length > 0 && (expected == 0 || length == (size_t)expected);
}

enum doorcode_state doorcode_signin_submit_code(struct doorcode_flow *flow, const char *code)
{
    if (doorcode_flow_state(flow) != DOORCODE_CODE_REQUIRED)
        return refuse_step(flow);
    char clean[CLIENT_CODE + 1];
    struct reply reply;
    /* Checked here as well (spec V1, 6.9), so that a slip of the finger costs no attempt. */
    if (!clean_code(code, flow->challenge.challenge.code_length, clean, sizeof(clean))) {
        wipe(clean, sizeof(clean));
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_CODE, "The code does not have the announced length.");
    }
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "grant_type", "oob" },
        { "continuation_token", flow->challenge.continuation_token },
        { "oob", clean },
        { "scope", flow->client->scopes },
        { "client_info", "1" },
    };
    flow_call(flow, REPLY_OF_TOKEN, fields, COUNT(fields), &reply);
    wipe(clean, sizeof(clean));
    return flow_take(flow, &reply);
}

enum doorcode_state doorcode_signin_resend_code(struct doorcode_flow *flow)
{
    if (doorcode_flow_state(flow) != DOORCODE_CODE_REQUIRED)
        return refuse_step(flow);
    return challenge(flow, &flow->challenge);
}
