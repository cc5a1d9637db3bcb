/* SPDX-License-Identifier: Apache-2.0 */
/* states.h: the calls of a flow by the state they are legal in, so that a compiler refuses the others. For each state there is
 * a small value, got by doorcode_as_…(flow, &state), which is 1 where the flow is in that state, and functions that take
 * such a value and nothing else. C and C++; all of it is inline.
 *
 *     struct doorcode_code_required code;
 *     struct doorcode_password_required password;
 *     if (doorcode_as_code_required(flow, &code))
 *         doorcode_code_required_submit(code, ask_for_code(doorcode_code_required_challenge(code)));
 *     else if (doorcode_as_password_required(flow, &password))
 *         doorcode_password_required_submit(password, ask_for_password());
 *
 * A value is good until the flow's next step, and for this flow only; its calls are those of client.h, with the same
 * arguments, results and owners. One that was kept for longer, or not got, has no power: the call is refused as there (error
 * USAGE; FAILED and NULL where there is no flow). */
#ifndef DOORCODE_STATES_H
#define DOORCODE_STATES_H

#include "doorcode/account.h"
#include "doorcode/web.h"

#ifdef __cplusplus
extern "C" {
#endif

/* struct doorcode_NAME and doorcode_as_NAME. */
#define DOORCODE_STATE_TYPE(name, state_)                                                           \
    struct doorcode_##name {                                                                        \
        struct doorcode_flow *flow;                                                                 \
    };                                                                                              \
    static inline int doorcode_as_##name(struct doorcode_flow *flow, struct doorcode_##name *state) \
    {                                                                                               \
        int is_in_it = doorcode_flow_state(flow) == state_;                                         \
        state->flow = is_in_it ? flow : NULL;                                                       \
        return is_in_it;                                                                            \
    }

DOORCODE_STATE_TYPE(code_required, DOORCODE_CODE_REQUIRED)
DOORCODE_STATE_TYPE(password_required, DOORCODE_PASSWORD_REQUIRED)
DOORCODE_STATE_TYPE(attributes_required, DOORCODE_ATTRIBUTES_REQUIRED)
DOORCODE_STATE_TYPE(mfa_required, DOORCODE_MFA_REQUIRED)
DOORCODE_STATE_TYPE(registration_required, DOORCODE_REGISTRATION_REQUIRED)
DOORCODE_STATE_TYPE(reset_pending, DOORCODE_RESET_PENDING)
DOORCODE_STATE_TYPE(signin_ready, DOORCODE_SIGNIN_READY)
DOORCODE_STATE_TYPE(web_fallback, DOORCODE_WEB_FALLBACK)
DOORCODE_STATE_TYPE(completed, DOORCODE_COMPLETED)
DOORCODE_STATE_TYPE(failed, DOORCODE_FAILED) /* also without a flow, for which there was no memory */
DOORCODE_STATE_TYPE(working, DOORCODE_WORKING)
DOORCODE_STATE_TYPE(device_pending, DOORCODE_DEVICE_PENDING)

#undef DOORCODE_STATE_TYPE

/* ---- a code ---- */

static inline const struct doorcode_challenge *doorcode_code_required_challenge(struct doorcode_code_required state)
{
    return doorcode_flow_challenge(state.flow);
}

static inline enum doorcode_state doorcode_code_required_submit(struct doorcode_code_required state, const char *code)
{
    return doorcode_flow_submit_code(state.flow, code);
}

static inline enum doorcode_state doorcode_code_required_resend(struct doorcode_code_required state)
{
    return doorcode_flow_resend_code(state.flow);
}

/* Of a second factor: the methods there are besides. NULL and 0 in other flows, which refuse the next two calls. */
static inline const struct doorcode_method *doorcode_code_required_methods(struct doorcode_code_required state,
                                                                           size_t *count)
{
    return doorcode_flow_methods(state.flow, count);
}

/* In place of the one that was chosen. */
static inline enum doorcode_state doorcode_code_required_choose_other(struct doorcode_code_required state,
                                                                      const char *id)
{
    return doorcode_flow_choose_method(state.flow, id);
}

/* In place of the one that is being registered. */
static inline enum doorcode_state doorcode_code_required_register_other(struct doorcode_code_required state,
                                                                        const char *id, const char *contact)
{
    return doorcode_flow_register_method(state.flow, id, contact);
}

/* ---- a password, attributes ---- */

static inline enum doorcode_state doorcode_password_required_submit(struct doorcode_password_required state,
                                                                    const char *password)
{
    return doorcode_flow_submit_password(state.flow, password);
}

static inline const struct doorcode_attribute *
doorcode_attributes_required_list(struct doorcode_attributes_required state, size_t *count)
{
    return doorcode_flow_attributes(state.flow, count);
}

static inline enum doorcode_state doorcode_attributes_required_submit(struct doorcode_attributes_required state,
                                                                      const struct doorcode_value *attributes,
                                                                      size_t count)
{
    return doorcode_flow_submit_attributes(state.flow, attributes, count);
}

/* ---- second factors ---- */

static inline const struct doorcode_method *doorcode_mfa_required_methods(struct doorcode_mfa_required state,
                                                                          size_t *count)
{
    return doorcode_flow_methods(state.flow, count);
}

static inline enum doorcode_state doorcode_mfa_required_choose(struct doorcode_mfa_required state, const char *id)
{
    return doorcode_flow_choose_method(state.flow, id);
}

static inline enum doorcode_state doorcode_mfa_required_list_again(struct doorcode_mfa_required state)
{
    return doorcode_flow_list_methods(state.flow);
}

static inline const struct doorcode_method *
doorcode_registration_required_methods(struct doorcode_registration_required state, size_t *count)
{
    return doorcode_flow_methods(state.flow, count);
}

static inline enum doorcode_state doorcode_registration_required_register(struct doorcode_registration_required state,
                                                                          const char *id, const char *contact)
{
    return doorcode_flow_register_method(state.flow, id, contact);
}

static inline enum doorcode_state doorcode_registration_required_list_again(struct doorcode_registration_required state)
{
    return doorcode_flow_list_methods(state.flow);
}

/* ---- sign-up and reset ---- */

/* Seconds to wait before doorcode_reset_pending_poll. */
static inline int doorcode_reset_pending_interval(struct doorcode_reset_pending state)
{
    return doorcode_flow_poll_interval(state.flow);
}

static inline enum doorcode_state doorcode_reset_pending_poll(struct doorcode_reset_pending state)
{
    return doorcode_reset_poll(state.flow);
}

/* ---- a sign-in on another device ---- */

static inline const struct doorcode_device *doorcode_device_pending_device(struct doorcode_device_pending state)
{
    return doorcode_flow_device(state.flow);
}

static inline int doorcode_device_pending_interval(struct doorcode_device_pending state)
{
    return doorcode_flow_poll_interval(state.flow);
}

static inline enum doorcode_state doorcode_device_pending_poll(struct doorcode_device_pending state)
{
    return doorcode_device_poll(state.flow);
}

static inline enum doorcode_state doorcode_signin_ready_signin(struct doorcode_signin_ready state)
{
    return doorcode_flow_signin(state.flow);
}

/* ---- ends ---- */

static inline const char *doorcode_web_fallback_reason(struct doorcode_web_fallback state)
{
    return doorcode_flow_redirect_reason(state.flow);
}

/* Begins the web sign-in with the flow's client. `options` as in doorcode_web_start; where they name no login_hint, it is the
 * flow's user. Without a flow *web is NULL and the state FAILED. */
static inline enum doorcode_web_state doorcode_web_fallback_start(struct doorcode_web_fallback state,
                                                                  const struct doorcode_web_options *options,
                                                                  struct doorcode_web **web)
{
    struct doorcode_web_options chosen;
    const char *username = doorcode_flow_username(state.flow);
    *web = NULL;
    if (username == NULL)
        return DOORCODE_WEB_FAILED;
    doorcode_web_options_init(&chosen);
    if (options != NULL)
        chosen = *options;
    /* A hint and the choice among all accounts contradict each other. */
    if (chosen.login_hint == NULL && (chosen.prompt == NULL || strcmp(chosen.prompt, "select_account") != 0))
        chosen.login_hint = username;
    return doorcode_web_start(doorcode_flow_client(state.flow), &chosen, web);
}

static inline const struct doorcode_tokens *doorcode_completed_tokens(struct doorcode_completed state)
{
    return doorcode_flow_tokens(state.flow);
}
/* As doorcode_flow_account: NULL without a cache, or where the tokens could not be kept. */
static inline const struct doorcode_account *doorcode_completed_account(struct doorcode_completed state)
{
    return doorcode_flow_account(state.flow);
}

static inline const struct doorcode_error *doorcode_failed_error(struct doorcode_failed state)
{
    return doorcode_flow_error(state.flow);
}

/* ---- in an event loop ---- */

static inline size_t doorcode_working_waits(struct doorcode_working state, struct pollfd *waits, size_t cap,
                                            int *timeout_ms)
{
    return doorcode_flow_waits(state.flow, waits, cap, timeout_ms);
}

static inline enum doorcode_state doorcode_working_step(struct doorcode_working state)
{
    return doorcode_flow_step(state.flow);
}

static inline enum doorcode_state doorcode_working_run(struct doorcode_working state)
{
    return doorcode_flow_run(state.flow);
}

#ifdef __cplusplus
}
#endif

#endif
