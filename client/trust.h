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
    char end_session_endpoint[CLIENT_URL]; /* or "" */
    bool names_issuer;
};
void trust_addresses_of(const struct doorcode_client *client, struct trust_addresses *out);

/* The id token that came with these tokens; GOOD where there is none, or it is not to be looked at. `nonce` and `code`
 * as in id_token.h. After UNKNOWN_KEY the keys may be asked for anew, once. */
enum token_fault trust_check(const struct doorcode_client *client, const struct doorcode_tokens *tokens,
                             const char *nonce, const char *code);

/* Access tokens come from strangers, who must not be able to make us ask the server: the keys are asked for on their account
 * where they are older than an hour or one is not among them, and at most once a minute (CLIENT_KEYS_PAUSE); where nothing
 * is known, CLIENT_KEYS_RETRY seconds after it went wrong. */
struct trust_view {
    struct jwks *keys; /* a share, the caller's to jwks_free; NULL: none were learnt within a day */
    char issuer[CLIENT_URL];
    bool fresh;                       /* an hour is not over */
    bool may_ask;                     /* it is not too soon to ask for them (again) */
    enum doorcode_error_kind failure; /* of the last attempt, where there are no keys and it is too soon */
};
void trust_look(const struct doorcode_client *client, struct trust_view *out);
/* Before asking on a stranger's account: true where it may be done now. The keys are forgotten then as by trust_forget_keys;
 * where there are some, it is noted that they are asked for, and meanwhile they do. */
bool trust_begin_ask(const struct doorcode_client *client);
/* How it ended, where it failed. */
void trust_note_failure(const struct doorcode_client *client, enum doorcode_error_kind failure);
/* Threads that wait for an answer here: one asks, the others have it once they enter. */
void trust_enter(const struct doorcode_client *client);
void trust_leave(const struct doorcode_client *client);

#endif
