/* SPDX-License-Identifier: Apache-2.0 */
#include "model/policy.h"

const struct policy policy_default = {
    .code_digits = 8,
    .code_seconds = 600,
    .code_attempts = 5,
    .resend_seconds = 30,
    .sent_limit = 5,
    .sent_window_seconds = 1800,
    .failure_limit = 10,
    .failure_window_seconds = 3600,
    .lock_seconds = 60,
    .lock_seconds_max = 3600,
    .token_seconds = 600,
    .flow_seconds = 3600,
    .repeat_seconds = 10,
    .poll_seconds = 2,
    .id_token_seconds = 3600,
    .access_token_seconds = 0,
    .refresh_token_seconds = 90 * 24 * 3600,
    .requests_per_second_address = 20,
    .requests_per_second_tenant = 200,
    .codes_per_hour_address = 60,
    .codes_per_hour_tenant = 10000,
};
