/* SPDX-License-Identifier: Apache-2.0 */
/* app_access.h: what an application may do in its own name, without a user (spec OIDC, 4.1, client_credentials): the roles of
 * one API that its operator gave it. Pure, any thread. */
#ifndef DOORCODE_FLOW_APP_ACCESS_H
#define DOORCODE_FLOW_APP_ACCESS_H

#include "base/limits.h"
#include "model/directory.h"
#include "wire/error.h"

struct app_access {
    const struct application *api; /* NULL: Graph */
    struct slice resource;         /* the API, as the client names it; of the request */
    struct slice roles[LIMIT_ROLES];
    size_t role_count;
};

/* `scope` is "{resource}/.default" and nothing else. An API that gave no roles still gets the token (spec OIDC, 4.1). */
enum error_id app_access_decide(const struct directory *directory, const struct application *app, struct slice scope,
                                struct app_access *out);

#endif
