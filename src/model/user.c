/* SPDX-License-Identifier: Apache-2.0 */
#include "model/user.h"

static const char *const origins[ORIGIN_COUNT] = {
    [ORIGIN_EMAIL_OTP] = "email_otp",
    [ORIGIN_EMAIL_PASSWORD] = "email_password",
    [ORIGIN_ADMIN] = "admin",
    [ORIGIN_GRAPH] = "graph",
};

const char *user_origin_name(enum user_origin origin)
{
    return origins[origin];
}

bool user_origin_parse(struct slice name, enum user_origin *origin)
{
    for (unsigned i = 0; i < ORIGIN_COUNT; i++) {
        if (slice_eq(slice_of(origins[i]), name)) {
            *origin = (enum user_origin)i;
            return true;
        }
    }
    return false;
}
