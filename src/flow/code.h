/* SPDX-License-Identifier: Apache-2.0 */
/* code.h: whether an authorization code is redeemed, decided (spec OIDC, 4.1; RFC 6749, 4.1.3). Who the client is was found
 * out before (flow/client.h). Pure, any thread. */
#ifndef DOORCODE_FLOW_CODE_H
#define DOORCODE_FLOW_CODE_H

#include "flow/pkce.h"
#include "model/authorization_code.h"
#include "model/user.h"
#include "wire/error.h"

struct code_facts {
    struct guid tenant_id;
    const struct application *application;
    const struct authorization_code *code; /* NULL: there is no such row */
    bool secret_right;                     /* the given secret makes the row's hash */
    const struct user *user;               /* NULL: gone */
    struct slice redirect_uri;             /* of this request; empty: none */
    struct slice verifier;
    struct slice verifier_hashed; /* base64url of its SHA-256 */
    instant now;
};

struct code_outcome {
    enum error_id refusal;
    bool revoke; /* write: the grant that the code began. It was redeemed before, so one of the two is a thief */
};

/* Whether the row is what the text stands for. */
bool code_is_known(const struct code_facts *f);
void code_decide(const struct code_facts *f, struct code_outcome *out);

#endif
