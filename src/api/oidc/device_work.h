/* SPDX-License-Identifier: Apache-2.0 */
/* device_work.h: what a device's two requests carry through their steps: for a code, and for tokens. */
#ifndef DOORCODE_API_OIDC_DEVICE_WORK_H
#define DOORCODE_API_OIDC_DEVICE_WORK_H

#include "api/extensions.h"
#include "api/tokens.h"
#include "flow/device.h"

#define DEVICE_CODE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

struct device_work {
    struct device_code code;
    struct opaque code_text; /* of a new one */
    struct scope_grant scope;
    /* for tokens */
    uint64_t id; /* of the given code */
    uint8_t hash[DEVICE_CODE_HASH];
    struct device_facts facts;
    struct user user;
    struct grant grant;
    struct issued issued;
    struct extension_question issuance;
};

#endif
