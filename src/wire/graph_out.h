/* SPDX-License-Identifier: Apache-2.0 */
/* graph_out.h: errors as Microsoft Graph tells them (spec OIDC, 10.1): of the endpoints that take an access token. Pure, any
 * thread. */
#ifndef DOORCODE_WIRE_GRAPH_OUT_H
#define DOORCODE_WIRE_GRAPH_OUT_H

#include "wire/error.h"

/* Appends {"error":{"code","message","innerError":{"date","request-id","client-request-id"}}}. An error that is not Graph's
 * own goes by its status. */
void graph_error(enum error_id id, const struct error_facts *facts, struct buf *out);

#endif
