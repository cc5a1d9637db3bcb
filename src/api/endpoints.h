/* SPDX-License-Identifier: Apache-2.0 */
/* endpoints.h: the steps of every endpoint, one file each; the router's table names them. */
#ifndef DOORCODE_API_ENDPOINTS_H
#define DOORCODE_API_ENDPOINTS_H

#include "api/hosted/logout_work.h"
#include "api/native/native_work.h"
#include "api/oidc/client_work.h"
#include "api/oidc/code_work.h"
#include "api/oidc/device_work.h"
#include "api/oidc/refresh_work.h"
#include "api/oidc/userinfo_work.h"

/* The grant type decides which of them it is. */
union token_work {
    struct native_work native;
    struct refresh_work refresh;
    struct code_work code;
    struct client_work client;
    struct device_work device;
};

enum {
    NATIVE_WORK = sizeof(struct native_work),
    HOSTED_WORK = sizeof(struct hosted_work),
    LOGOUT_WORK = sizeof(struct logout_work),
    DEVICE_WORK = sizeof(struct device_work),
    USERINFO_WORK = sizeof(struct userinfo_work),
    TOKEN_WORK = sizeof(union token_work)
};

/* native/ */
extern const struct exchange_steps initiate_steps, challenge_steps, introspect_steps, token_native_steps,
    signup_start_steps, signup_challenge_steps, signup_continue_steps, reset_start_steps, reset_challenge_steps,
    reset_continue_steps, reset_submit_steps, reset_poll_steps, register_introspect_steps, register_challenge_steps,
    register_continue_steps;
/* hosted/ */
extern const struct exchange_steps authorize_steps, interact_steps, logout_steps, device_page_steps, device_form_steps,
    asset_steps, branding_css_steps;
/* oidc/ */
extern const struct exchange_steps token_steps, token_code_steps, token_refresh_steps, token_device_steps,
    token_client_steps, device_code_steps, discovery_steps, instance_steps, keys_steps, userinfo_steps,
    error_help_steps;
/* ops/ */
extern const struct exchange_steps healthz_steps, readyz_steps, metrics_steps;
/* dev/ */
extern const struct exchange_steps dev_page_steps, dev_static_steps, dev_inbox_steps, dev_inbox_latest_steps,
    dev_inbox_message_steps, dev_inbox_clear_steps, dev_reset_steps, dev_clock_steps, dev_clock_move_steps,
    dev_directory_steps, dev_hook_steps, dev_hook_list_steps, dev_hook_call_steps;

#endif
