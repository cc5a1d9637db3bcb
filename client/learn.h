/* SPDX-License-Identifier: Apache-2.0 */
/* learn.h: asking a tenant for its addresses and keys, step by step over a connection that nothing else uses meanwhile. */
#ifndef DOORCODE_CLIENT_LEARN_H
#define DOORCODE_CLIENT_LEARN_H

#include "trust.h"

/* Zeros but for the first three, which are borrowed. */
struct learn {
    const struct doorcode_client *client;
    struct http *http;
    const char *correlation_id;
    bool asking;          /* a request is on its way */
    enum trust_need need; /* which one */
    bool asked_again;     /* for keys, as a token's was not known */
};

enum learn_state { LEARN_WAITS, LEARN_READY, LEARN_FAILED };

/* Does what can be done without waiting, until the client's trust is READY. FAILED: *trouble is the error, which is the
 * caller's to reply_free. */
enum learn_state learn_step(struct learn *learn, struct reply *trouble);
/* The same, and then trust_check into *fault. Where the key is unknown, keys are asked for once more. */
enum learn_state learn_check(struct learn *learn, const struct doorcode_tokens *tokens, const char *nonce,
                             const char *code, enum token_fault *fault, struct reply *trouble);

#endif
