/* SPDX-License-Identifier: Apache-2.0 */
/* client_proof.h: client authentication of every endpoint that has it (spec OIDC, 4.2): none, a secret in the body or in an
 * Authorization header, or an assertion signed with the key of a registered certificate. An endpoint
 *   - in PARSE reads the proof (client_proof_read), which refuses one that is not right;
 *   - once it knows what is redeemed, asks whether the platform wants one (client_proof_check);
 *   - in DECIDE, before anything else, writes that an assertion was used (client_proof_write). */
#ifndef DOORCODE_API_OIDC_CLIENT_PROOF_H
#define DOORCODE_API_OIDC_CLIENT_PROOF_H

#include "api/exchange.h"
#include "flow/client.h"

struct client_proof {
    enum client_method method;
    uint8_t used[STORE_ASSERTION_HASH]; /* with CLIENT_ASSERTION: its jti and what it is used for */
    instant used_until;
};

/* PARSE. `what`: the parameter that tells one request of the client from another, "code", "refresh_token", "scope". MSAL
 * uses one assertion for its ten minutes, so it is good once for each: a request sent again is refused, whoever sends it. */
void client_proof_read(struct exchange *x, const char *what, struct client_proof *proof);
/* LOAD or DECIDE: refuses a proof that lacks or should not be there, and a browser's page where none should be. */
void client_proof_check(struct exchange *x, const struct client_proof *proof, enum platform_type platform);
/* DECIDE. Refuses what was used before; the exchange decides again when the store finds that out. */
void client_proof_write(struct exchange *x, const struct client_proof *proof);

#endif
