/* SPDX-License-Identifier: Apache-2.0 */
/* access_token.h: what an access token of ours says that our own endpoints go by (spec OIDC, 5.4 and 6.3). */
#ifndef DOORCODE_MODEL_ACCESS_TOKEN_H
#define DOORCODE_MODEL_ACCESS_TOKEN_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/slice.h"

#include <stdbool.h>

struct access_token {
    bool for_graph; /* its audience is Graph, as ourselves */
    struct guid tenant_id;
    struct guid client_id; /* of the application it was given to; nil: none, so it is no access token of a user */
    struct guid user_id;
    struct slice issuer;
    struct slice scp; /* blank-separated */
    instant not_before;
    instant expires_at;
};

#endif
