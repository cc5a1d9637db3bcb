/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-up (spec V1, 2.3–2.5): what is given at its start, and attributes later. */
#include "base/secret.h"
#include "client_limits.h"
#include "flow.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char bad_values[] = "An attribute has no name or no value, is not UTF-8, or all of them are too long.";

/* One JSON object with string values (spec V1, 4.13), "" for none; facts_free it. NULL where it cannot be made. */
static char *facts_make(const struct doorcode_value *values, size_t count)
{
    json_t *root = json_object();
    bool good = root != NULL;
    for (size_t i = 0; good && i < count; i++)
        good = values[i].name != NULL && values[i].name[0] != '\0' && values[i].value != NULL &&
               json_object_set_new(root, values[i].name, json_string(values[i].value)) == 0;
    char *facts = NULL;
    if (good)
        facts = count > 0 ? json_dumps(root, JSON_COMPACT) : strdup("");
    json_decref(root);
    if (facts == NULL || strlen(facts) <= CLIENT_FACTS)
        return facts;
    free(facts);
    return NULL;
}

static void facts_free(char *facts)
{
    wipe(facts, strlen(facts));
    free(facts);
}

enum doorcode_state doorcode_signup_start(const struct doorcode_client *client, const char *username,
                                          const char *password, const struct doorcode_value *attributes, size_t count,
                                          struct doorcode_flow **flow)
{
    *flow = flow_new(client);
    if (*flow == NULL)
        return DOORCODE_FAILED;
    if (password != NULL && !flow_password_fits(password))
        return flow_refuse(
            *flow, password[0] == '\0' ? DOORCODE_ERROR_PASSWORD_TOO_SHORT : DOORCODE_ERROR_PASSWORD_TOO_LONG, NULL);
    char *facts = facts_make(attributes, count);
    if (facts == NULL)
        return flow_refuse(*flow, DOORCODE_ERROR_INVALID_ATTRIBUTES, bad_values);
    const struct form_field more[2] = {
        { "password", password != NULL ? password : "" },
        { "attributes", facts },
    };
    enum doorcode_state state = flow_start(*flow, PHASE_SIGNUP, username, more);
    facts_free(facts);
    return state;
}

enum doorcode_state doorcode_flow_submit_attributes(struct doorcode_flow *flow, const struct doorcode_value *attributes,
                                                    size_t count)
{
    if (doorcode_flow_state(flow) != DOORCODE_ATTRIBUTES_REQUIRED)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The flow does not wait for attributes.");
    char *facts = count > 0 ? facts_make(attributes, count) : NULL;
    if (facts == NULL)
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_ATTRIBUTES, bad_values);
    flow_prove(flow, &(struct flow_proof){ REPLY_OF_SIGNUP_CONTINUE, "attributes", { "attributes", facts } },
               flow_take);
    facts_free(facts);
    return flow_go(flow);
}
