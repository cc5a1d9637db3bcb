/* SPDX-License-Identifier: Apache-2.0 */
/* ticket.h: an authorization request on its way through the pages: sealed, and bound to the browser it began in. A form
 * without the ticket of its own browser's flow cookie is refused, which is what stands against cross-site requests
 * (spec OIDC, 2.6 and 3.2). Any thread. */
#ifndef DOORCODE_API_HOSTED_TICKET_H
#define DOORCODE_API_HOSTED_TICKET_H

#include "api/exchange.h"
#include "flow/authorization.h"

/* The ticket's text in the arena. */
NODISCARD err ticket_seal(struct exchange *x, const struct authorization *request, struct slice *text);
/* False: not ours, too old, of another tenant or another browser. The request borrows from the arena. */
bool ticket_open(struct exchange *x, struct slice text, struct authorization *request);

#endif
