/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/device.h"

/* What each state is answered with while the code lives. */
static const enum error_id answers[DEVICE_STATES] = {
    [DEVICE_PENDING] = ERROR_DEVICE_PENDING,
    [DEVICE_GRANTED] = ERROR_NONE,
    [DEVICE_DECLINED] = ERROR_DEVICE_REFUSED,
    [DEVICE_USED] = ERROR_DEVICE_CODE_REDEEMED,
};

/* Other applications learn nothing of it. */
static bool is_known(const struct device_facts *f)
{
    return f->code != NULL && f->secret_right && guid_eq(f->code->tenant_id, f->tenant_id) &&
           guid_eq(f->code->client_id, f->client_id);
}

/* Whether the user still stands behind what she allowed. */
static enum error_id standing(const struct device_facts *f)
{
    if (f->user == NULL)
        return ERROR_USER_GONE;
    if (!f->user->enabled)
        return ERROR_USER_DISABLED;
    return f->code->authenticated_at < f->user->sessions_valid_from ? ERROR_REFRESH_REVOKED : ERROR_NONE;
}

enum error_id device_decide(const struct device_facts *f)
{
    if (!is_known(f))
        return ERROR_DEVICE_CODE_WRONG;
    if (f->code->state != DEVICE_USED && f->now >= f->code->expires_at)
        return ERROR_DEVICE_CODE_EXPIRED;
    enum error_id answer = answers[f->code->state];
    return answer == ERROR_NONE ? standing(f) : answer;
}

bool device_waits(const struct device_code *code, instant now)
{
    return code != NULL && code->state == DEVICE_PENDING && now < code->expires_at;
}
