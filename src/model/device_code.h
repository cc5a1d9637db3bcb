/* SPDX-License-Identifier: Apache-2.0 */
/* device_code.h: a sign-in on a device without a browser, that waits for its user to come to the page (RFC 8628; spec
 * OIDC, 4.1). */
#ifndef DOORCODE_MODEL_DEVICE_CODE_H
#define DOORCODE_MODEL_DEVICE_CODE_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"

/* How often a device may ask: its `interval` on the wire. */
enum { DEVICE_CODE_HASH = 32, USER_CODE_TEXT = 9, DEVICE_POLL_SECONDS = 5 };

enum device_state { DEVICE_PENDING, DEVICE_GRANTED, DEVICE_DECLINED, DEVICE_USED, DEVICE_STATES };

struct device_code {
    uint64_t id;                        /* time-ordered */
    uint8_t hash[DEVICE_CODE_HASH];     /* of the secret part of the device's code */
    char user_code[USER_CODE_TEXT + 1]; /* what the user types, upper case, without a hyphen; unique while it lives */
    struct guid tenant_id;
    struct guid client_id;
    char scope[LIMIT_SCOPE];
    enum device_state state;
    /* from the user, once granted */
    struct guid user_id;
    struct guid session_id;
    uint8_t proofs;
    instant authenticated_at;
    instant issued_at;
    instant expires_at;
};

#endif
