/* SPDX-License-Identifier: Apache-2.0 */
/* userinfo.h: whether an access token opens the user's own record (spec OIDC, 6.3; RFC 6750, 3.1). Pure, any thread. */
#ifndef DOORCODE_FLOW_USERINFO_H
#define DOORCODE_FLOW_USERINFO_H

#include "model/access_token.h"
#include "model/directory.h"
#include "model/scope.h"
#include "model/user.h"
#include "wire/error.h"

struct userinfo_facts {
    const struct access_token *token;      /* its signature is ours */
    const struct tenant *tenant;           /* that it names; NULL: there is none, like the next two */
    const struct application *application; /* of that tenant */
    const struct user *user;
    struct slice issuer; /* of the tenant */
    instant now;
};

/* ERROR_NONE: out->openid, profile and email say what may be told; the rest of it stays empty. */
enum error_id userinfo_decide(const struct userinfo_facts *f, struct scope_grant *out);

#endif
