/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of each endpoint: first byte endpoint, second status. Every text is touched, so that a wrong
 * length is seen; claims are read from what came as tokens. */
#include "client_reply.h"

#include "base/err.h"
#include "client_limits.h"
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
    ASSERT(strlen(reply->challenge.target_label) + strlen(reply->challenge.channel) < 8192);
    ASSERT(reply->challenge.code_length >= 0 && reply->challenge.interval > 0);
}

static void touch_device(const struct reply *reply)
{
    ASSERT(reply->device.user_code[0] != '\0' && strstr(reply->device.verification_uri, "://") != NULL);
    ASSERT(strlen(reply->device.message) < 8192 && reply->device.expires_in > 0 && reply->poll_interval > 0);
}

static void touch_lists(const struct reply *reply)
{
    for (size_t i = 0; i < reply->method_count; i++) {
        const struct doorcode_method *method = &reply->methods[i];
        ASSERT(method->id[0] != '\0' && strlen(method->channel) + strlen(method->hint) < 8192);
    }
    for (size_t i = 0; i < reply->attribute_count; i++) {
        const struct doorcode_attribute *attribute = &reply->attributes[i];
        ASSERT(attribute->name[0] != '\0' && strlen(attribute->type) + strlen(attribute->regex) < 8192);
    }
    for (size_t i = 0; i < reply->error.invalid_attribute_count; i++)
        ASSERT(reply->error.invalid_attributes[i][0] != '\0');
}

/* What the caller of reply_parse relies on for each kind. */
static void touch_reply(const struct reply *reply)
{
    static const bool has_no_token[REPLY_KINDS] = {
        [REPLY_ERROR] = true, [REPLY_REDIRECT] = true, [REPLY_TOKENS] = true, [REPLY_PENDING] = true,
        [REPLY_DONE] = true,  [REPLY_METADATA] = true, [REPLY_KEYS] = true,
    };
    ASSERT(reply->kind < REPLY_KINDS);
    ASSERT(has_no_token[reply->kind] || strlen(reply->continuation_token) > 0);
    ASSERT(reply->kind != REPLY_METHODS || reply->method_count > 0);
    ASSERT(reply->kind != REPLY_ATTRIBUTES || reply->attribute_count > 0);
    ASSERT(reply->kind != REPLY_REDIRECT || strlen(reply->redirect_reason) < 8192);
    ASSERT(reply->kind != REPLY_METADATA || strlen(reply->metadata.issuer) > 0);
    ASSERT(reply->kind != REPLY_KEYS || jwks_count(reply->keys) > 0);
    ASSERT(reply->poll_interval >= 0 && reply->poll_interval <= CLIENT_DEVICE_POLL_MOST);
    ASSERT(reply->kind != REPLY_PENDING || reply->poll_interval <= CLIENT_POLL_MOST);
    if (reply->kind == REPLY_DEVICE)
        touch_device(reply);
    if (reply->kind == REPLY_ERROR)
        touch_error(&reply->error);
    else if (reply->kind == REPLY_TOKENS)
        touch_tokens(&reply->tokens);
    touch_challenge(reply);
    touch_lists(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct http_answer answer = {
        .status = reply_statuses[data[1] % REPLY_STATUSES],
        .body = slice_bytes(data + 2, size - 2),
        .detail = "application/json",
    };
    struct reply reply;
    reply_parse((enum reply_endpoint)(data[0] % REPLY_ENDPOINTS), &answer, "correlation", &reply);
    touch_reply(&reply);
    ASSERT(!reply.memory.full);
    reply_free(&reply);
    return 0;
}
