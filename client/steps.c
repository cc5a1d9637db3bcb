/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that all flows share: start, challenge, proof (spec V1, 2). */
#include "base/secret.h"
#include "client_limits.h"
#include "errors.h"
#include "flow.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What this client can do; redirect is always among it (spec V1, 1.8). */
static const char codes_only[] = "oob redirect";
static const char codes_and_passwords[] = "oob password redirect";

/* Which endpoints a phase speaks to. */
static const struct {
    enum reply_endpoint start; /* no flow starts with MFA or REGISTRATION, which are parts of a sign-in */
    enum reply_endpoint challenge;
    enum reply_endpoint proof;
    const char *code_grant;
} phases[] = {
    [PHASE_SIGNIN] = { REPLY_OF_INITIATE, REPLY_OF_CHALLENGE, REPLY_OF_TOKEN, "oob" },
    [PHASE_SIGNUP] = { REPLY_OF_SIGNUP_START, REPLY_OF_SIGNUP_CHALLENGE, REPLY_OF_SIGNUP_CONTINUE, "oob" },
    [PHASE_RESET] = { REPLY_OF_RESET_START, REPLY_OF_RESET_CHALLENGE, REPLY_OF_RESET_CONTINUE, "oob" },
    [PHASE_MFA] = { REPLY_OF_INITIATE, REPLY_OF_CHALLENGE, REPLY_OF_TOKEN, "mfa_oob" },
    [PHASE_REGISTRATION] = { REPLY_OF_INITIATE, REPLY_OF_REGISTER_CHALLENGE, REPLY_OF_REGISTER_CONTINUE, "oob" },
};

static const char *challenge_types(const struct doorcode_flow *flow)
{
    if (flow->phase == PHASE_REGISTRATION)
        return "oob"; /* here it is the type of the method (spec V1, 3.14) */
    return flow->phase == PHASE_RESET || flow->client->no_password ? codes_only : codes_and_passwords;
}

/* What there are screens for (spec V1, 1.8). */
static const char *capabilities(const struct doorcode_client *client)
{
    if (client->no_mfa)
        return client->no_registration ? "" : "registration_required";
    return client->no_registration ? "mfa_required" : "mfa_required registration_required";
}

enum doorcode_state flow_start(struct doorcode_flow *flow, enum flow_phase phase, const char *username,
                               const struct form_field more[2])
{
    if (flow == NULL)
        return DOORCODE_FAILED;
    flow->phase = phase;
    if (username == NULL || username[0] == '\0' || strlen(username) > CLIENT_USERNAME)
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_USERNAME, "The user name is empty or too long.");
    memcpy(flow->username, username, strlen(username) + 1);
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "username", username },
        { "challenge_type", challenge_types(flow) },
        { "capabilities", capabilities(flow->client) },
        more[0],
        more[1],
    };
    flow_ask(flow, phases[phase].start, fields, COUNT(fields), flow_take);
    return flow_go(flow);
}

static void prove_password(struct doorcode_flow *flow, const char *password)
{
    flow_prove(flow, &(struct flow_proof){ phases[flow->phase].proof, "password", { "password", password } },
               flow_take);
}

/* Where a code is awaited, or a second factor, a password is no challenge (spec V1, 2.6 and 3.2). */
static void refuse_other_challenge(const struct doorcode_flow *flow, struct reply *reply)
{
    bool code_only = flow->phase == PHASE_MFA || flow->state == DOORCODE_CODE_REQUIRED;
    if (code_only && reply->kind == REPLY_PASSWORD)
        reply_refuse(reply, DOORCODE_ERROR_PROTOCOL, "the answer asks for a password in place of a code");
}

static void take_challenge(struct doorcode_flow *flow, struct reply *reply)
{
    refuse_other_challenge(flow, reply);
    bool challenged = reply->kind == REPLY_CODE || reply->kind == REPLY_PREVERIFIED;
    if (challenged && flow->chosen.id[0] != '\0')
        flow->choice = flow->chosen;
    flow_take(flow, reply);
    if (flow->current.kind == REPLY_PASSWORD && flow->password[0] != '\0')
        prove_password(flow, flow->password);
    wipe(flow->password, sizeof(flow->password));
}

void flow_challenge(struct doorcode_flow *flow, const struct flow_choice *choice)
{
    static const struct flow_choice none;
    bool registers = flow->phase == PHASE_REGISTRATION;
    flow->chosen = choice != NULL ? *choice : none;
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "continuation_token", flow->current.continuation_token },
        { "challenge_type", challenge_types(flow) },
        { "id", registers ? "" : flow->chosen.id },
        { "challenge_channel", registers ? flow->chosen.channel : "" },
        { "challenge_target", registers ? flow->chosen.contact : "" },
    };
    flow_ask(flow, phases[flow->phase].challenge, fields, COUNT(fields), take_challenge);
}

void flow_prove(struct doorcode_flow *flow, const struct flow_proof *proof, flow_taker *take)
{
    bool gets_tokens = proof->endpoint == REPLY_OF_TOKEN;
    bool ends_flow = gets_tokens && (flow->phase == PHASE_SIGNUP || flow->phase == PHASE_RESET);
    const struct form_field fields[] = {
        { "client_id", flow->client->client_id.c },
        { "grant_type", proof->grant != NULL ? proof->grant : "" },
        { "continuation_token", flow->current.continuation_token },
        proof->proof.name != NULL ? proof->proof : (struct form_field){ "", "" },
        { "username", ends_flow ? flow->username : "" }, /* spec V1, 2.10 */
        { "scope", gets_tokens ? flow->client->scopes : "" },
        { "client_info", gets_tokens ? "1" : "" },
        { "claims", gets_tokens && flow->client->claims != NULL ? flow->client->claims : "" },
    };
    flow_ask(flow, proof->endpoint, fields, COUNT(fields), take);
}

/* ---- codes ---- */

static enum doorcode_state refuse_code(struct doorcode_flow *flow)
{
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

enum doorcode_state doorcode_flow_submit_code(struct doorcode_flow *flow, const char *code)
{
    if (doorcode_flow_state(flow) != DOORCODE_CODE_REQUIRED)
        return refuse_code(flow);
    char clean[CLIENT_CODE + 1];
    /* Checked here as well (spec V1, 6.9), so that a slip of the finger costs no attempt. */
    bool good = clean_code(code, flow->current.challenge.code_length, clean, sizeof(clean));
    if (good)
        flow_prove(flow,
                   &(struct flow_proof){ phases[flow->phase].proof, phases[flow->phase].code_grant, { "oob", clean } },
                   flow_take);
    wipe(clean, sizeof(clean));
    if (!good)
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_CODE, "The code does not have the announced length.");
    return flow_go(flow);
}

enum doorcode_state doorcode_flow_resend_code(struct doorcode_flow *flow)
{
    if (doorcode_flow_state(flow) != DOORCODE_CODE_REQUIRED)
        return refuse_code(flow);
    bool is_second = flow->phase == PHASE_MFA || flow->phase == PHASE_REGISTRATION;
    flow_challenge(flow, is_second ? &flow->choice : NULL);
    return flow_go(flow);
}

/* ---- passwords ---- */

bool flow_password_fits(const char *password)
{
    return password != NULL && password[0] != '\0' && strlen(password) <= CLIENT_PASSWORD;
}

static enum doorcode_state refuse_password(struct doorcode_flow *flow, const char *password)
{
    if (flow->phase == PHASE_SIGNIN)
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_PASSWORD, "The password is empty or too long.");
    bool empty = password == NULL || password[0] == '\0';
    return flow_refuse(flow, empty ? DOORCODE_ERROR_PASSWORD_TOO_SHORT : DOORCODE_ERROR_PASSWORD_TOO_LONG, NULL);
}

enum doorcode_state doorcode_flow_submit_password(struct doorcode_flow *flow, const char *password)
{
    if (doorcode_flow_state(flow) != DOORCODE_PASSWORD_REQUIRED)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow does not wait for a password.");
    if (!flow_password_fits(password))
        return refuse_password(flow, password);
    if (flow->phase == PHASE_RESET) {
        flow_prove(flow, &(struct flow_proof){ REPLY_OF_RESET_SUBMIT, NULL, { "new_password", password } }, flow_take);
    } else if (flow->current.kind == REPLY_CREDENTIAL) {
        /* The challenge that belongs to this token failed before, and is asked for again (spec V1, 2.4). */
        memcpy(flow->password, password, strlen(password) + 1);
        flow_challenge(flow, NULL);
    } else {
        prove_password(flow, password);
    }
    return flow_go(flow);
}
