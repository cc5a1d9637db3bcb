/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/native_out.h"

#include "wire/json_out.h"

void native_continuation(struct slice continuation_token, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_text(&j, "continuation_token", continuation_token);
    json_end(&j);
}

void native_oob(const struct native_challenge *challenge, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_text(&j, "continuation_token", challenge->continuation_token);
    json_cstr(&j, "challenge_type", "oob");
    json_cstr(&j, "binding_method", "prompt");
    json_cstr(&j, "challenge_channel", "email");
    json_text(&j, "challenge_target_label", challenge->target_label);
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
    json_text(&j, "scope", tokens->scope);
    json_number(&j, "expires_in", tokens->expires_in);
    json_number(&j, "ext_expires_in", tokens->expires_in);
    json_text(&j, "access_token", tokens->access_token);
    text_if_any(&j, "refresh_token", tokens->refresh_token);
    text_if_any(&j, "id_token", tokens->id_token);
    text_if_any(&j, "client_info", tokens->client_info);
    json_end(&j);
}
