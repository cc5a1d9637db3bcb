/* SPDX-License-Identifier: Apache-2.0 */
/* user.h: a user of a tenant. Fixed-size, so that a row can be copied without memory of its own. */
#ifndef DOORCODE_MODEL_USER_H
#define DOORCODE_MODEL_USER_H

#include "base/clock.h"
#include "base/guid.h"
#include "base/limits.h"
#include "model/directory.h"

/* How the user came to exist; it decides the first factor (spec V1, 4.12; spec OIDC, 3.1 and 5.6). */
enum user_origin {
    ORIGIN_EMAIL_OTP,      /* signed up by a user flow with e-mail one-time passcode */
    ORIGIN_EMAIL_PASSWORD, /* signed up by a user flow with e-mail and password */
    ORIGIN_ADMIN,          /* made by an administrator */
    ORIGIN_GRAPH,          /* made through Graph */
    ORIGIN_COUNT
};

/* "email_otp", "email_password", "admin", "graph": the words of the manifests. */
const char *user_origin_name(enum user_origin origin);
bool user_origin_parse(struct slice name, enum user_origin *origin);

enum { USER_NAME_SIZE = 256 + 1, USER_EMAIL_SIZE = LIMIT_EMAIL + 1 };

struct user {
    struct guid id; /* object id, `oid` */
    struct guid tenant_id;
    enum user_origin origin;
    bool enabled;
    char email[USER_EMAIL_SIZE];    /* as given */
    char identity[USER_EMAIL_SIZE]; /* canonical: what users are looked up by (wire/email.h) */
    char display_name[USER_NAME_SIZE];
    char given_name[65];
    char surname[65];
    instant created_at;
    instant sessions_valid_from; /* refresh tokens of grants authenticated before are void */
    enum toggle multi_factor;
    bool password_must_change;               /* spec V1, 3.4 T2 */
    char password_hash[LIMIT_PASSWORD_HASH]; /* PHC string; empty: she has none */
};

#endif
