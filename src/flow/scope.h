/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h: what an application asks for, held against what it may have (spec V1, 3.4; spec OIDC, 4.6). A scope is an
 * OpenID one, or a permission of one resource: "User.Read" and "https://graph.microsoft.com/User.Read" are Graph's,
 * "api://pets/Pets.Read" is the API's. Pure, any thread. */
#ifndef DOORCODE_FLOW_SCOPE_H
#define DOORCODE_FLOW_SCOPE_H

#include "model/directory.h"
#include "model/scope.h"
#include "wire/error.h"

enum scope_result {
    SCOPE_OK,
    SCOPE_TOO_LONG,
    SCOPE_MALFORMED,         /* not a scope's characters (RFC 6749, 3.3), or `.default` beside others of its resource */
    SCOPE_UNKNOWN,           /* not among the application's delegated permissions, which an administrator gives */
    SCOPE_SEVERAL_RESOURCES, /* one token is for one resource */
    SCOPE_RESOURCE_UNKNOWN,  /* no API of the tenant has this name */
    SCOPE_VALUE_UNKNOWN,     /* the API has no such scope */
    SCOPE_OWN_NAME,          /* an application that asks for itself says its client id, nothing else */
    SCOPE_RESULTS
};

enum scope_reading {
    SCOPE_ONE,     /* more than one resource is refused */
    SCOPE_FIRST,   /* words of other resources than the first are checked, and left out */
    SCOPE_GRANTED, /* what was granted before: `.default` stands there beside what it became */
};

/* Who asks, and among which APIs. */
struct scope_rules {
    const struct application *app;
    const struct directory *directory; /* NULL: APIs are known by the permissions alone */
};

/* Nothing asked for is SCOPE_OK with nothing granted. */
enum scope_result scope_read(const struct scope_rules *rules, struct slice requested, enum scope_reading how,
                             struct scope_grant *out);

/* Where it was asked: what the wire says differs. */
enum scope_place { SCOPE_AT_AUTHORIZE, SCOPE_AT_CODE, SCOPE_AT_TOKEN, SCOPE_PLACES };

/* ERROR_NONE for SCOPE_OK. */
enum error_id scope_refusal(enum scope_result result, enum scope_place place);

#endif
