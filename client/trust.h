/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h: what a client has learnt about its tenant: addresses and keys (spec OIDC, 1.2–1.5), kept for an hour; and
 * whether an id token fits them. Shared by all flows of a client, under a lock; any thread. */
#ifndef DOORCODE_CLIENT_TRUST_H
#define DOORCODE_CLIENT_TRUST_H

#include "client_internal.h"
#include "id_token.h"
#include "reply.h"

struct trust *trust_new(void); /* NULL without memory */
void trust_free(struct trust *trust);

/* What is to be asked for next. */
enum trust_need { TRUST_READY, TRUST_METADATA, TRUST_KEYS };
enum trust_need trust_needs(const struct doorcode_client *client);
/* Where it is asked for. */
struct trust_url {
    char c[CLIENT_URL + 64];
};
struct trust_url trust_url_of(const struct doorcode_client *client, enum trust_need need);
/* Reads the answer and keeps what it says. False: `out` is the error, which is the caller's to reply_free. */
bool trust_take(const struct doorcode_client *client, enum trust_need need, const struct http_answer *answer,
                const char *correlation_id, struct reply *out);
/* So that the keys are asked for again. */
void trust_forget_keys(const struct doorcode_client *client);

/* A copy of what is known, READY. */
struct trust_addresses {
    char issuer[CLIENT_URL];
    char authorization_endpoint[CLIENT_URL];
    char token_endpoint[CLIENT_URL];
    bool names_issuer;
};
void trust_addresses_of(const struct doorcode_client *client, struct trust_addresses *out);

/* The id token that came with these tokens; GOOD where there is none, or it is not to be looked at. `nonce` and `code`
 * as in id_token.h. After UNKNOWN_KEY the keys may be asked for anew, once. */
enum id_token_fault trust_check(const struct doorcode_client *client, const struct doorcode_tokens *tokens,
                                const char *nonce, const char *code);

#endif
