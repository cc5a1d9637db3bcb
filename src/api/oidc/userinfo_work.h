/* SPDX-License-Identifier: Apache-2.0 */
/* userinfo_work.h: what a request for the user's own record carries through its steps. */
#ifndef DOORCODE_API_OIDC_USERINFO_WORK_H
#define DOORCODE_API_OIDC_USERINFO_WORK_H

#include "api/exchange.h"
#include "flow/userinfo.h"

struct userinfo_work {
    struct access_token token;
    struct userinfo_facts facts;
    struct user user;
    struct scope_grant scope;
};

#endif
