/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h: what was granted of what an application asked for (flow/scope.h decides it). Plain values. */
#ifndef DOORCODE_MODEL_SCOPE_H
#define DOORCODE_MODEL_SCOPE_H

#include "base/limits.h"

#include <stdbool.h>

struct scope_grant {
    bool openid;
    bool profile;
    bool email;
    bool offline_access;
    char granted[LIMIT_SCOPE];     /* the reply's `scope`: spelled and ordered as asked, each once */
    char resource[LIMIT_RESOURCE]; /* "" is Graph */
    char scp[LIMIT_SCOPE];         /* the resource's permissions without prefix: the `scp` claim */
};

#endif
