/* SPDX-License-Identifier: Apache-2.0 */
/* reply.h: how an exchange ends on the wire: status, headers, CORS, the error body (spec V1, 1.6, 1.7, 1.9; spec
 * OIDC, 8.1). */
#ifndef DOORCODE_API_REPLY_H
#define DOORCODE_API_REPLY_H

#include "api/exchange.h"

/* 200 with x->body; its Content-Type is JSON unless the reply step set one. */
void reply_body(struct exchange *x);
void reply_refusal(struct exchange *x);
/* 500, or 503 where waiting helps; logged as an error. */
void reply_fault(struct exchange *x, err fault);
/* 204 to a CORS preflight of the endpoint, 405 to another OPTIONS. */
void reply_preflight(struct exchange *x);

#endif
