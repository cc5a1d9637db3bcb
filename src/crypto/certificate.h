/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.h: certificates of applications, which prove with them who they are (spec OIDC, 4.2). Any thread. */
#ifndef DOORCODE_CRYPTO_CERTIFICATE_H
#define DOORCODE_CRYPTO_CERTIFICATE_H

#include "base/slice.h"

/* Whether the text is one certificate in PEM, and no more, with an RSA key of at least 2048 bits: client assertions are
 * signed with PS256 or RS256. Its dates are not looked at. */
bool certificate_is_usable(struct slice pem);

#endif
