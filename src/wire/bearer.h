/* SPDX-License-Identifier: Apache-2.0 */
/* bearer.h: an access token in a request (RFC 6750, 2.1), and what is said of one that will not do (RFC 6750, 3). Pure, any
 * thread. */
#ifndef DOORCODE_WIRE_BEARER_H
#define DOORCODE_WIRE_BEARER_H

#include "base/buf.h"
#include "wire/error.h"

enum bearer { BEARER_NONE, BEARER_GIVEN, BEARER_BROKEN };

/* The token of an Authorization header, borrowed. NONE: the header is empty or of another scheme. BROKEN: this scheme, but
 * no token68 after it (RFC 7235, 2.1). */
enum bearer bearer_parse(struct slice authorization, struct slice *token);
/* Appends the value of WWW-Authenticate: the scheme with `realm`, and, but for a request that carries no token, which error
 * it is. */
void bearer_challenge(enum error_id id, struct slice realm, struct buf *out);

#endif
