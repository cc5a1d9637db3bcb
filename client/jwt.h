/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.h: the claims of a token for reading; no signature is checked here. */
#ifndef DOORCODE_CLIENT_JWT_H
#define DOORCODE_CLIENT_JWT_H

#include "doorcode/client.h"
#include "json.h"

/* Takes the object, NULL too. NULL without memory, or with more claims than a token has. */
struct doorcode_claims *claims_take(json_t *root);

#endif
