/* SPDX-License-Identifier: Apache-2.0 */
/* client_work.h: what an application's request in its own name carries through its steps. */
#ifndef DOORCODE_API_OIDC_CLIENT_WORK_H
#define DOORCODE_API_OIDC_CLIENT_WORK_H

#include "api/oidc/client_proof.h"
#include "flow/app_access.h"
#include "model/scope.h"

struct client_work {
    struct client_proof proof;
    struct app_access access;
    struct scope_grant scope; /* its resource alone */
    struct slice access_token;
    uint32_t expires_in;
};

#endif
