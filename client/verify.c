/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens, checked for a backend (spec OIDC, 5.3 and 5.4; RFC 6750, 3.1). */
#include "doorcode/verify.h"

#include "access_token.h"
#include "errors.h"
#include "flow.h"
#include "jwt.h"
#include "trust.h"

static const struct doorcode_error refusals[TOKEN_FAULTS] = {
#define TOKEN_FAULT(kind_, name_, text_)                                                  \
    [TOKEN_##name_] =                                                                     \
        ERROR_DESCRIBED(DOORCODE_ERROR_##kind_, "The access token is not good for this.", \
                        "Get a new access token for this API, with what it asks for.", "the access token " text_),
#include "token_faults.def"
#undef TOKEN_FAULT
};

static struct access_token_rule rule_of(const struct doorcode_client *client, const struct doorcode_verify_rule *rule,
                                        const struct trust_view *known)
{
    return (struct access_token_rule){
        .keys = known->keys,
        .issuer = known->issuer,
        .audiences = rule->audience != NULL ? rule->audience : client->client_id.c,
        .tenant_id = rule->tenant_id,
        .version = rule->version,
        .scopes = rule->scopes,
        .roles = rule->roles,
        .application_roles = rule->application_roles,
        .now = clock_now(&client->clock),
    };
}

static const struct doorcode_error *check(const struct doorcode_client *client, const char *token,
                                          const struct doorcode_verify_rule *rule, const struct trust_view *known,
                                          struct doorcode_claims **claims)
{
    json_t *root;
    const struct access_token_rule full = rule_of(client, rule, known);
    if (!known->fresh && known->may_ask)
        return error_static(DOORCODE_ERROR_KEYS_NEEDED);
    if (known->keys == NULL)
        return error_static(known->failure);
    enum token_fault fault = access_token_check(token, &full, &root);
    if (fault == TOKEN_UNKNOWN_KEY && known->may_ask)
        return error_static(DOORCODE_ERROR_KEYS_NEEDED);
    if (fault != TOKEN_GOOD)
        return &refusals[fault];
    *claims = claims_take(root);
    return *claims != NULL ? NULL : error_static(DOORCODE_ERROR_NO_MEMORY);
}

const struct doorcode_error *doorcode_token_verify(const struct doorcode_client *client, const char *token,
                                                   const struct doorcode_verify_rule *rule,
                                                   struct doorcode_claims **claims)
{
    struct trust_view known;
    *claims = NULL;
    if (rule == NULL)
        return error_static(DOORCODE_ERROR_USAGE);
    trust_look(client, &known);
    const struct doorcode_error *error = check(client, token, rule, &known, claims);
    jwks_free(known.keys);
    return error;
}

/* ---- with a look at the tenant ---- */

static void take_keys(struct doorcode_flow *flow, struct reply *reply)
{
    if (reply->kind == REPLY_KEYS) {
        flow->state = DOORCODE_COMPLETED;
        return;
    }
    trust_note_failure(flow->client, reply->error.kind);
    flow_take(flow, reply);
}

enum doorcode_state doorcode_keys_start(const struct doorcode_client *client, struct doorcode_flow **flow)
{
    struct trust_view known;
    *flow = flow_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    trust_look(client, &known);
    jwks_free(known.keys);
    if (trust_begin_ask(client))
        flow_learn(*flow, take_keys);
    else if (known.keys != NULL)
        (*flow)->state = DOORCODE_COMPLETED;
    else
        return flow_refuse(*flow, known.failure, NULL);
    return flow_go(*flow);
}

static void ask_and_wait(const struct doorcode_client *client)
{
    struct doorcode_flow *flow;
    trust_enter(client);
    doorcode_keys_start(client, &flow);
    doorcode_flow_run(flow);
    doorcode_flow_free(flow);
    trust_leave(client);
}

const struct doorcode_error *doorcode_token_verify_waiting(const struct doorcode_client *client, const char *token,
                                                           const struct doorcode_verify_rule *rule,
                                                           struct doorcode_claims **claims)
{
    const struct doorcode_error *error = doorcode_token_verify(client, token, rule, claims);
    if (error == NULL || error->kind != DOORCODE_ERROR_KEYS_NEEDED)
        return error;
    ask_and_wait(client);
    return doorcode_token_verify(client, token, rule, claims);
}
