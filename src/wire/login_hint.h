/* SPDX-License-Identifier: Apache-2.0 */
/* login_hint.h: which account an application means. It says an address, or gives back the claim `login_hint` of an id token
 * (spec OIDC, 2.1 and 6.1), which tells nobody the address: "O." and the user's id, encoded. Pure, any thread. */
#ifndef DOORCODE_WIRE_LOGIN_HINT_H
#define DOORCODE_WIRE_LOGIN_HINT_H

#include "base/buf.h"
#include "base/guid.h"

enum { LOGIN_HINT_TEXT = 24 };

/* Appends the claim. */
void login_hint_put(struct guid user, struct buf *out);
/* False: it is none, so it may be an address. */
bool login_hint_parse(struct slice text, struct guid *user);

#endif
