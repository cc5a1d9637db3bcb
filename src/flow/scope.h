/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h: what an application asks for, held against what it may have (spec V1, 3.4; spec OIDC, 4.6). A scope is an
 * OpenID one, or a permission of one resource: "User.Read" and "https://graph.microsoft.com/User.Read" are Graph's,
 * "api://pets/Pets.Read" is the API's. Pure, any thread. */
#ifndef DOORCODE_FLOW_SCOPE_H
#define DOORCODE_FLOW_SCOPE_H

#include "model/directory.h"
#include "model/scope.h"

enum scope_result {
    SCOPE_OK,
    SCOPE_TOO_LONG,
    SCOPE_MALFORMED,         /* not a scope's characters (RFC 6749, 3.3), or `.default` beside others of its resource */
    SCOPE_UNKNOWN,           /* not among the application's delegated permissions */
    SCOPE_SEVERAL_RESOURCES, /* one token is for one resource */
};

/* Nothing asked for is SCOPE_OK with nothing granted. */
enum scope_result scope_parse(struct slice requested, const struct application *app, struct scope_grant *out);
/* For a refresh: what is asked now, or what was granted where nothing is asked. */
enum scope_result scope_narrow(struct slice requested, struct slice granted, const struct application *app,
                               struct scope_grant *out);

#endif
