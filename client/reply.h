/* SPDX-License-Identifier: Apache-2.0 */
/* reply.h: the bytes of an answer become one of a few things (spec V1, 1.8, 1.9, 3.1, 3.2, 3.4). Pure but for memory. */
#ifndef DOORCODE_CLIENT_REPLY_H
#define DOORCODE_CLIENT_REPLY_H

#include "base/arena.h"
#include "http.h"

enum reply_endpoint { REPLY_OF_INITIATE, REPLY_OF_CHALLENGE, REPLY_OF_TOKEN };

enum reply_kind {
    REPLY_ERROR,     /* error */
    REPLY_INITIATED, /* continuation_token */
    REPLY_CODE,      /* continuation_token, challenge */
    REPLY_PASSWORD,  /* continuation_token */
    REPLY_REDIRECT,  /* redirect_reason */
    REPLY_TOKENS,    /* tokens, without received_at */
};

struct reply {
    enum reply_kind kind;
    struct arena memory; /* of all texts below; wiped by reply_free */
    const char *continuation_token;
    const char *redirect_reason;
    struct doorcode_challenge challenge;
    struct doorcode_tokens tokens;
    struct doorcode_error error;
};

/* Fills *out, which owns its texts; free it with reply_free. Without memory it is the error NO_MEMORY. */
void reply_parse(enum reply_endpoint endpoint, const struct http_answer *answer, const char *correlation_id,
                 struct reply *out);
void reply_free(struct reply *reply); /* also for a reply of zeros */

#endif
