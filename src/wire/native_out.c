/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/native_out.h"

#include "wire/json_out.h"

/* Every body but those of redirect and tokens begins with the token. */
static void begin(struct json *j, struct slice continuation_token, struct buf *out)
{
    json_start(j, out);
    json_object(j, NULL);
    json_text(j, "continuation_token", continuation_token);
}

void native_continuation(struct slice continuation_token, int64_t expires_in, struct buf *out)
{
    struct json j;

    begin(&j, continuation_token, out);
    if (expires_in > 0)
        json_number(&j, "expires_in", expires_in);
    json_end(&j);
}

void native_challenge_type(struct slice continuation_token, struct slice challenge_type, struct buf *out)
{
    struct json j;

    begin(&j, continuation_token, out);
    json_text(&j, "challenge_type", challenge_type);
    json_end(&j);
}

void native_submitted(struct slice continuation_token, uint32_t poll_interval, struct buf *out)
{
    struct json j;

    begin(&j, continuation_token, out);
    json_number(&j, "poll_interval", poll_interval);
    json_end(&j);
}

void native_succeeded(struct slice continuation_token, struct buf *out)
{
    struct json j;

    begin(&j, continuation_token, out);
    json_cstr(&j, "status", "succeeded");
    json_end(&j);
}

void native_methods(struct slice continuation_token, const struct native_method *methods, size_t n, struct buf *out)
{
    struct json j;

    begin(&j, continuation_token, out);
    json_array(&j, "methods");
    for (size_t i = 0; i < n; i++) {
        json_object(&j, NULL);
        json_text(&j, "id", methods[i].id);
        json_cstr(&j, "challenge_type", "oob");
        json_text(&j, "challenge_channel", methods[i].channel);
        json_text(&j, "login_hint", methods[i].login_hint);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
}

void native_oob(const struct native_challenge *challenge, struct buf *out)
{
    struct json j;

    begin(&j, challenge->continuation_token, out);
    json_cstr(&j, "challenge_type", "oob");
    json_cstr(&j, "binding_method", "prompt");
    json_text(&j, "challenge_channel", challenge->channel);
    if (challenge->target_label.n > 0)
        json_text(&j, "challenge_target_label", challenge->target_label);
    else
        json_text(&j, "challenge_target", challenge->target);
    json_number(&j, "code_length", challenge->code_length);
    json_number(&j, "interval", challenge->interval);
    json_end(&j);
}

void native_redirect(struct slice reason, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_cstr(&j, "challenge_type", "redirect");
    json_text(&j, "redirect_reason", reason);
    json_end(&j);
}

static void text_if_any(struct json *j, const char *key, struct slice value)
{
    if (value.n > 0)
        json_text(j, key, value);
}

void native_tokens(const struct native_tokens *tokens, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_cstr(&j, "token_type", "Bearer");
    text_if_any(&j, "scope", tokens->scope);
    json_number(&j, "expires_in", tokens->expires_in);
    json_number(&j, "ext_expires_in", tokens->expires_in);
    json_text(&j, "access_token", tokens->access_token);
    text_if_any(&j, "refresh_token", tokens->refresh_token);
    if (tokens->refresh_token.n > 0 && tokens->refresh_expires_in > 0)
        json_number(&j, "refresh_token_expires_in", tokens->refresh_expires_in);
    text_if_any(&j, "id_token", tokens->id_token);
    text_if_any(&j, "client_info", tokens->client_info);
    json_end(&j);
}
