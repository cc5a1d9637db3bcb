/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hosted/stages.h"

static const struct stage stages[STATES] = {
#define STAGE(state, page, next, resend, follows) \
    [STATE_##state] = { PAGE_##page, REQUEST_##next, REQUEST_##resend, REQUEST_##follows },
#include "api/hosted/stages.def"
#undef STAGE
};

/* Pages that forms come from. */
static const char *const names[PAGE_KINDS] = {
    [PAGE_SIGN_IN] = "sign_in",
    [PAGE_SIGN_UP] = "sign_up",
    [PAGE_RESET] = "reset",
    [PAGE_CODE] = "code",
    [PAGE_PASSWORD] = "password",
    [PAGE_NEW_PASSWORD] = "new_password",
    [PAGE_ATTRIBUTES] = "attributes",
    [PAGE_METHODS] = "methods",
    [PAGE_CONTACT] = "contact",
    [PAGE_PICKER] = "picker",
    [PAGE_STAY] = "stay",
    [PAGE_DEVICE_ASK] = "device_ask",
};

const struct stage *stage_of(enum flow_state state)
{
    return &stages[state];
}

enum page_kind stage_first_page(enum flow_state state)
{
    if (state >= STATE_SIGNUP_STARTED && state <= STATE_SIGNUP_DONE)
        return PAGE_SIGN_UP;
    return state >= STATE_RESET_STARTED ? PAGE_RESET : PAGE_SIGN_IN;
}

enum flow_request stage_start(enum page_kind page)
{
    switch (page) {
    case PAGE_SIGN_IN:
        return REQUEST_INITIATE;
    case PAGE_SIGN_UP:
        return REQUEST_SIGNUP_START;
    case PAGE_RESET:
        return REQUEST_RESET_START;
    default:
        return REQUEST_NONE;
    }
}

const char *page_kind_name(enum page_kind page)
{
    return names[page];
}

enum page_kind page_kind_parse(struct slice name)
{
    for (enum page_kind page = 0; page < PAGE_KINDS; page++)
        if (names[page] != NULL && slice_eq(name, slice_of(names[page])))
            return page;
    return PAGE_NONE;
}
