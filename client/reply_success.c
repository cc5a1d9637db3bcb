/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of HTTP 200, one function per shape. Each gives NULL, or what is wrong with the body. */
#include "base/slice.h"
#include "client_limits.h"
#include "reply_parts.h"

static const char no_token[] = "the answer has no continuation_token of at most 16 KiB";

static bool word_is(const char *word, const char *expected)
{
    return slice_eq_nocase(slice_of(word), slice_of(expected));
}

static const char *word_of(const json_t *root, const char *name, struct reply *out)
{
    return json_copy_shown(root, name, &out->memory, CLIENT_WORD);
}

/* A body that is all told by its continuation token. */
static const char *expect_token(struct reply *out, enum reply_kind kind)
{
    if (out->continuation_token[0] == '\0')
        return no_token;
    out->kind = kind;
    return NULL;
}

static const char *parse_started(const json_t *root, struct reply *out)
{
    (void)root;
    return expect_token(out, REPLY_STARTED);
}

static const char *parse_verified(const json_t *root, struct reply *out)
{
    (void)root;
    return expect_token(out, REPLY_VERIFIED);
}

static const char *parse_registered(const json_t *root, struct reply *out)
{
    (void)root;
    return expect_token(out, REPLY_REGISTERED);
}

/* Without a token the user is signed up all the same, but cannot go on to sign-in (spec V1, 3.7). */
static const char *parse_done(const json_t *root, struct reply *out)
{
    (void)root;
    out->kind = REPLY_DONE;
    return NULL;
}

static const char *parse_code(const json_t *root, struct reply *out)
{
    if (!word_is(word_of(root, "challenge_type", out), "oob"))
        return "the answer's challenge_type is not one of those expected here";
    const char *binding = word_of(root, "binding_method", out);
    if (binding[0] != '\0' && !word_is(binding, "prompt"))
        return "the answer's binding_method is not prompt"; /* spec V1, 4.3: fail politely */
    const char *label = json_copy_shown(root, "challenge_target_label", &out->memory, CLIENT_TEXT);
    if (label[0] == '\0') /* its name in registration (spec V1, 3.14) */
        label = json_copy_shown(root, "challenge_target", &out->memory, CLIENT_TEXT);
    int interval = (int)json_whole_number(root, "interval", CLIENT_RETRY_AFTER);
    out->challenge.target_label = label;
    out->challenge.channel = word_of(root, "challenge_channel", out);
    out->challenge.code_length = (int)json_whole_number(root, "code_length", CLIENT_CODE);
    out->challenge.interval = interval > 0 ? interval : CLIENT_INTERVAL;
    return expect_token(out, REPLY_CODE);
}

static const char *parse_challenge(const json_t *root, struct reply *out)
{
    if (word_is(word_of(root, "challenge_type", out), "password"))
        return expect_token(out, REPLY_PASSWORD);
    return parse_code(root, out);
}

static const char *parse_register_challenge(const json_t *root, struct reply *out)
{
    if (word_is(word_of(root, "challenge_type", out), "preverified"))
        return expect_token(out, REPLY_PREVERIFIED);
    return parse_code(root, out);
}

static const char *parse_methods(const json_t *root, struct reply *out)
{
    reply_take_methods(root, out);
    if (out->method_count == 0)
        return "the answer names no method that takes a code";
    return expect_token(out, REPLY_METHODS);
}

static const char *parse_submitted(const json_t *root, struct reply *out)
{
    int64_t interval = json_whole_number(root, "poll_interval", CLIENT_POLL_MOST);
    out->poll_interval = interval > 0 ? (int)interval : CLIENT_POLL;
    return expect_token(out, REPLY_PENDING);
}

static const char *parse_poll(const json_t *root, struct reply *out)
{
    const char *status = word_of(root, "status", out);
    if (word_is(status, "succeeded"))
        out->kind = REPLY_DONE;
    else if (word_is(status, "in_progress") || word_is(status, "not_started")) /* spec V1, 6.7 */
        out->kind = REPLY_PENDING;
    else if (word_is(status, "failed"))
        reply_set_error(out, DOORCODE_ERROR_RESET_FAILED);
    else
        return "the answer's status is none of succeeded, failed, in_progress, not_started";
    return NULL;
}

static bool is_web(const char *url)
{
    return slice_starts(slice_of(url), SLICE("https://")) || slice_starts(slice_of(url), SLICE("http://"));
}

/* Seconds from 1 to `most`. */
static int seconds_of(const json_t *root, const char *name, int most, int usual)
{
    int64_t told = json_whole_number(root, name, INT32_MAX);
    if (told == 0)
        return usual;
    return told < most ? (int)told : most;
}

static const char *parse_device(const json_t *root, struct reply *out)
{
    struct doorcode_device *device = &out->device;
    out->continuation_token = json_secrets_text(&out->secrets, root, "device_code", &out->memory, CLIENT_TOKEN);
    device->user_code = word_of(root, "user_code", out);
    device->verification_uri = json_copy_shown(root, "verification_uri", &out->memory, CLIENT_URL);
    device->message = json_copy_shown(root, "message", &out->memory, CLIENT_TEXT);
    device->expires_in = seconds_of(root, "expires_in", CLIENT_RETRY_AFTER, CLIENT_DEVICE_SECONDS);
    out->poll_interval = seconds_of(root, "interval", CLIENT_DEVICE_POLL_MOST, CLIENT_DEVICE_POLL);
    if (out->continuation_token[0] == '\0' || device->user_code[0] == '\0' || !is_web(device->verification_uri))
        return "the answer does not name device_code, user_code and an address as verification_uri";
    out->kind = REPLY_DEVICE;
    return NULL;
}

static const char *parse_tokens(const json_t *root, struct reply *out)
{
    struct doorcode_tokens *tokens = &out->tokens;
    tokens->access_token = json_secrets_text(&out->secrets, root, "access_token", &out->memory, CLIENT_TOKEN);
    tokens->id_token = json_secrets_text(&out->secrets, root, "id_token", &out->memory, CLIENT_TOKEN);
    tokens->refresh_token = json_secrets_text(&out->secrets, root, "refresh_token", &out->memory, CLIENT_TOKEN);
    tokens->scope = json_copy_shown(root, "scope", &out->memory, CLIENT_TEXT);
    tokens->client_info = json_secrets_text(&out->secrets, root, "client_info", &out->memory, CLIENT_TOKEN);
    tokens->expires_in = json_whole_number(root, "expires_in", INT32_MAX);
    tokens->ext_expires_in = json_whole_number(root, "ext_expires_in", INT32_MAX);
    tokens->refresh_in = json_whole_number(root, "refresh_in", INT32_MAX);
    if (tokens->access_token[0] == '\0')
        return "the answer has no access_token of at most 16 KiB";
    if (!word_is(word_of(root, "token_type", out), "Bearer"))
        return "the answer's token_type is not Bearer";
    out->kind = REPLY_TOKENS;
    return NULL;
}

static const struct {
    const char *path;
    const char *(*parse)(const json_t *root, struct reply *out);
} endpoints[] = {
#define ENDPOINT(name, path, parse) [REPLY_OF_##name] = { path, parse },
#include "endpoints.def"
#undef ENDPOINT
};

const char *reply_path(enum reply_endpoint endpoint)
{
    return endpoints[endpoint].path;
}

const char *reply_parse_success(enum reply_endpoint endpoint, const json_t *root, struct reply *out)
{
    const char *type = word_of(root, "challenge_type", out);
    out->continuation_token = json_secrets_text(&out->secrets, root, "continuation_token", &out->memory, CLIENT_TOKEN);
    if (!word_is(type, "redirect")) /* which may come from every endpoint (spec V1, 1.8) */
        return endpoints[endpoint].parse(root, out);
    out->redirect_reason = json_copy_shown(root, "redirect_reason", &out->memory, CLIENT_TEXT);
    out->kind = REPLY_REDIRECT;
    return NULL;
}
