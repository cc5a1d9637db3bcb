/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of each endpoint: first byte endpoint, second status. Every text is touched, so that a wrong
 * length is seen; claims are read from what came as tokens. */
#include "base/err.h"
#include "reply.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch_error(const struct doorcode_error *error)
{
    ASSERT(strlen(error->message) > 0 && strlen(error->advice) > 0);
    ASSERT(error->code_count <= DOORCODE_ERROR_CODES);
    for (const char *c = error->description; *c != '\0'; c++)
        ASSERT((unsigned char)*c >= 0x20 && *c != 0x7f);
    ASSERT(strlen(error->error) + strlen(error->suberror) + strlen(error->trace_id) < 1024);
}

static void touch_tokens(const struct doorcode_tokens *tokens)
{
    ASSERT(strlen(tokens->access_token) > 0 && tokens->expires_in >= 0);
    ASSERT(strlen(tokens->refresh_token) + strlen(tokens->scope) + strlen(tokens->client_info) < 65536);
    struct doorcode_claims *claims = doorcode_claims_decode(tokens->id_token);
    for (size_t i = 0; claims != NULL && i < doorcode_claims_count(claims); i++)
        ASSERT(doorcode_claims_text(claims, doorcode_claims_name(claims, i)) != NULL);
    doorcode_claims_free(claims);
}

static void touch_challenge(const struct reply *reply)
{
    ASSERT(strlen(reply->continuation_token) > 0);
    ASSERT(strlen(reply->challenge.target_label) + strlen(reply->challenge.channel) < 8192);
    ASSERT(reply->challenge.code_length >= 0 && reply->challenge.interval >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 400, 404, 429, 500, 204 };
    if (size < 2)
        return 0;
    struct http_answer answer = {
        .status = statuses[data[1] % (sizeof statuses / sizeof statuses[0])],
        .body = slice_bytes(data + 2, size - 2),
        .detail = "application/json",
    };
    struct reply reply;
    reply_parse((enum reply_endpoint)(data[0] % 3), &answer, "correlation", &reply);
    if (reply.kind == REPLY_ERROR)
        touch_error(&reply.error);
    else if (reply.kind == REPLY_TOKENS)
        touch_tokens(&reply.tokens);
    else if (reply.kind == REPLY_CODE)
        touch_challenge(&reply);
    ASSERT(!reply.memory.full);
    reply_free(&reply);
    return 0;
}
