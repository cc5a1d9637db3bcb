/* SPDX-License-Identifier: Apache-2.0 */
/* device.h: what a device gets that asks for its tokens (RFC 8628, 3.5; spec OIDC, 4.1). Pure, any thread. */
#ifndef DOORCODE_FLOW_DEVICE_H
#define DOORCODE_FLOW_DEVICE_H

#include "model/device_code.h"
#include "model/user.h"
#include "wire/error.h"

struct device_facts {
    struct guid tenant_id; /* of the request, like the next */
    struct guid client_id;
    const struct device_code *code; /* NULL: there is no such row */
    const struct user *user;        /* who let it go on; NULL: nobody yet, or gone */
    bool secret_right;              /* the given secret makes the row's hash */
    instant now;
};

/* ERROR_NONE: the code is redeemed, and so becomes used. */
enum error_id device_decide(const struct device_facts *f);
/* Whether a user can still say what shall become of it. `code`: NULL where there is none. */
bool device_waits(const struct device_code *code, instant now);

#endif
