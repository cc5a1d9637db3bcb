/* SPDX-License-Identifier: Apache-2.0 */
/* token_get.h: what a flow of doorcode_token_get is about. */
#ifndef DOORCODE_CLIENT_TOKEN_GET_H
#define DOORCODE_CLIENT_TOKEN_GET_H

#include "flow.h"

struct token_get {
    char user[CLIENT_USERNAME + 1]; /* a name or an id; "": the account used last */
    char scopes[CLIENT_SCOPES];
    bool force;
};

#endif
