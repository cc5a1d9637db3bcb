/* SPDX-License-Identifier: Apache-2.0 */
/* Second factors: one that is registered (spec V1, 2.6), or one to be registered (2.7). */
#include "errors.h"
#include "flow.h"

#include <string.h>

static const char not_asked[] = "The flow does not wait for the choice of a method.";

void flow_list_methods(struct doorcode_flow *flow)
{
    bool registers = flow->state == DOORCODE_REGISTRATION_REQUIRED;
    flow_prove(flow, &(struct flow_proof){ .endpoint = registers ? REPLY_OF_REGISTER_INTROSPECT : REPLY_OF_INTROSPECT },
               flow_take);
}

enum doorcode_state doorcode_flow_list_methods(struct doorcode_flow *flow)
{
    enum doorcode_state state = doorcode_flow_state(flow);
    if (state != DOORCODE_MFA_REQUIRED && state != DOORCODE_REGISTRATION_REQUIRED)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, not_asked);
    flow_list_methods(flow);
    return flow_go(flow);
}

/* Whether a method of the phase may be chosen now. */
static bool may_choose(const struct doorcode_flow *flow, enum flow_phase phase)
{
    enum doorcode_state state = doorcode_flow_state(flow);
    bool chooses = state == DOORCODE_MFA_REQUIRED || state == DOORCODE_REGISTRATION_REQUIRED;
    return (chooses || state == DOORCODE_CODE_REQUIRED) && flow->phase == phase;
}

static const struct doorcode_method *find_method(const struct doorcode_flow *flow, const char *id)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(flow, &count);
    for (size_t i = 0; id != NULL && i < count; i++) {
        if (strcmp(methods[i].id, id) == 0)
            return &methods[i];
    }
    return NULL;
}

/* False where the contact is empty or too long. */
static bool make_choice(const struct doorcode_method *method, const char *contact, struct flow_choice *choice)
{
    size_t n = strlen(contact);
    memset(choice, 0, sizeof(*choice));
    memcpy(choice->id, method->id, strlen(method->id)); /* both are at most CLIENT_WORD long */
    memcpy(choice->channel, method->channel, strlen(method->channel));
    if (n == 0 || n > CLIENT_USERNAME)
        return false;
    memcpy(choice->contact, contact, n);
    return true;
}

enum doorcode_state doorcode_flow_choose_method(struct doorcode_flow *flow, const char *id)
{
    if (!may_choose(flow, PHASE_MFA))
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, not_asked);
    struct flow_choice choice;
    const struct doorcode_method *method = find_method(flow, id);
    if (method == NULL)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "There is no method of this id.");
    make_choice(method, "", &choice);
    flow_challenge(flow, &choice);
    return flow_go(flow);
}

enum doorcode_state doorcode_flow_register_method(struct doorcode_flow *flow, const char *id, const char *contact)
{
    if (!may_choose(flow, PHASE_REGISTRATION))
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, not_asked);
    struct flow_choice choice;
    const struct doorcode_method *method = find_method(flow, id);
    if (method == NULL)
        return flow_refuse(flow, DOORCODE_ERROR_USAGE, "There is no method of this id.");
    if (!make_choice(method, contact != NULL ? contact : method->hint, &choice))
        return flow_refuse(flow, DOORCODE_ERROR_INVALID_CONTACT, NULL);
    flow_challenge(flow, &choice);
    return flow_go(flow);
}
