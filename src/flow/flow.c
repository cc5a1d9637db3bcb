/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include "flow/decisions.h"

#include <string.h>

struct cell {
    decide_fn *decide;
    const char *name;
};

#define CELL(state, request, decision) [STATE_##state][REQUEST_##request] = { decision, #decision },
static const struct cell table[STATES][REQUESTS] = {
#include "flow/cells.def"
};
#undef CELL

static const struct {
    const char *endpoint;
    const char *grant;
    enum error_id unfit;
    enum error_id stranger;
} requests[REQUESTS] = {
#define REQUEST_ROW(name, endpoint, grant, unfit, stranger) { endpoint, grant, ERROR_##unfit, ERROR_##stranger },
#include "flow/requests.def"
#undef REQUEST_ROW
};

static const struct {
    const char *name;
    const char *meaning;
} states[STATES] = {
#define STATE_ROW(name, meaning) { #name, meaning },
#include "flow/states.def"
#undef STATE_ROW
};

const char *flow_state_name(enum flow_state state)
{
    return states[state].name;
}

const char *flow_state_meaning(enum flow_state state)
{
    return states[state].meaning;
}

const char *flow_request_endpoint(enum flow_request request)
{
    return requests[request].endpoint;
}

const char *flow_request_grant(enum flow_request request)
{
    return requests[request].grant;
}

enum error_id flow_unfit(enum flow_request request)
{
    return requests[request].unfit;
}

enum error_id flow_stranger(enum flow_request request)
{
    return requests[request].stranger;
}

const char *flow_cell(enum flow_state state, enum flow_request request)
{
    const char *name = table[state][request].name;

    return name == NULL ? "" : name;
}

/* At this stage another grant of a `continue` endpoint was expected (spec V1, 3.7: 70000, not a bad token). */
static bool another_grant_fits(enum flow_state state, enum flow_request request)
{
    const char *endpoint = requests[request].endpoint;

    for (enum flow_request r = 0; r < REQUESTS; r++)
        if (strcmp(requests[r].endpoint, endpoint) == 0 && table[state][r].decide != NULL)
            return strstr(endpoint, "/continue") != NULL;
    return false;
}

void flow_decide(enum flow_request request, const struct flow_facts *f, struct outcome *out)
{
    enum flow_state state = f->at == NULL ? STATE_NONE : f->at->state;
    const struct cell *cell = &table[state][request];

    memset(out, 0, sizeof *out);
    if (f->at != NULL && continuation_expired(f->at, f->policy, f->now)) /* before the stage: spec V1, 3.0 */
        refuse(out, ERROR_CONTINUATION_EXPIRED);
    else if (cell->decide == NULL)
        refuse(out, another_grant_fits(state, request) ? ERROR_GRANT_UNEXPECTED : requests[request].unfit);
    else
        cell->decide(f, out);
    if (out->refusal == ERROR_CONTINUATION_INVALID)
        out->refusal = requests[request].unfit;
}

static bool is_second_factor(const struct continuation *at)
{
    return at != NULL &&
           (at->state == STATE_MFA_REQUIRED || at->state == STATE_MFA_METHODS || at->state == STATE_MFA_CODE_SENT);
}

enum subject_of flow_subject(enum flow_request request, const struct continuation *at)
{
    switch (request) {
    case REQUEST_CHALLENGE:
        return is_second_factor(at) ? SUBJECT_METHOD : SUBJECT_TOKEN;
    case REQUEST_SIGNUP_START:
        return SUBJECT_ADDRESS;
    case REQUEST_RESET_START:
        return SUBJECT_RESET;
    case REQUEST_REGISTER_CHALLENGE:
        return SUBJECT_CONTACT;
    default:
        return SUBJECT_TOKEN;
    }
}

bool flow_redeems_factor(enum flow_request request, const struct continuation *at)
{
    return (request == REQUEST_TOKEN_MFA_OOB || request == REQUEST_TOKEN_OOB) && at != NULL &&
           at->state == STATE_MFA_CODE_SENT;
}
