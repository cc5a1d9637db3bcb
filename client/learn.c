/* SPDX-License-Identifier: Apache-2.0 */
#include "learn.h"

static void ask(struct learn *learn)
{
    const struct trust_url url = trust_url_of(learn->client, learn->need);
    http_begin(learn->http, &(struct http_request){ .url = url.c, .correlation_id = learn->correlation_id });
    learn->asking = true;
}

enum learn_state learn_step(struct learn *learn, struct reply *trouble)
{
    struct http_answer answer;
    while (learn->asking || (learn->need = trust_needs(learn->client)) != TRUST_READY) {
        if (!learn->asking)
            ask(learn);
        if (!http_step(learn->http, &answer))
            return LEARN_WAITS;
        learn->asking = false;
        if (!trust_take(learn->client, learn->need, &answer, learn->correlation_id, trouble))
            return LEARN_FAILED;
    }
    return LEARN_READY;
}

enum learn_state learn_check(struct learn *learn, const struct doorcode_tokens *tokens, const char *nonce,
                             const char *code, enum token_fault *fault, struct reply *trouble)
{
    for (;;) {
        enum learn_state state = learn->client->unverified_id_tokens ? LEARN_READY : learn_step(learn, trouble);
        if (state != LEARN_READY)
            return state;
        *fault = trust_check(learn->client, tokens, nonce, code);
        if (*fault != TOKEN_UNKNOWN_KEY || learn->asked_again)
            return LEARN_READY;
        learn->asked_again = true;
        trust_forget_keys(learn->client);
    }
}
