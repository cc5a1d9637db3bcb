/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include "base/err.h"
#include "client_limits.h"
#include "errors.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS = 24 }; /* no reply keeps more texts than this; each costs a NUL and alignment */

static const char *parse_success(enum reply_endpoint endpoint, const json_t *root, struct reply *out);
static const char *parse_error(const json_t *root, struct reply *out);
static void describe(struct reply *out, const struct http_answer *answer, const char *problem);

static bool take_memory(struct reply *out, size_t body)
{
    size_t size = body + (size_t)TEXTS * 32 + CLIENT_TEXT;
    void *block = malloc(size);
    if (block == NULL)
        return false;
    arena_init(&out->memory, block, size);
    return true;
}

void reply_free(struct reply *reply)
{
    if (reply->memory.block != NULL)
        arena_reset(&reply->memory);
    free(reply->memory.block);
    *reply = (struct reply){ 0 };
}

static const char *copy_word(struct reply *out, const char *text)
{
    size_t n = strlen(text);
    char *copy = arena_take(&out->memory, n + 1);
    if (copy == NULL)
        return "";
    memcpy(copy, text, n);
    json_make_printable(copy);
    return copy;
}

void reply_parse(enum reply_endpoint endpoint, const struct http_answer *answer, const char *correlation_id,
                 struct reply *out)
{
    *out = (struct reply){ .continuation_token = "", .redirect_reason = "" };
    out->error = error_of(answer->status == 0 ? answer->failure : DOORCODE_ERROR_NO_MEMORY);
    if (!take_memory(out, answer->body.n))
        return;
    out->error.http_status = answer->status;
    out->error.retry_after = answer->retry_after;
    out->error.correlation_id = copy_word(out, correlation_id);
    if (answer->status == 0) {
        describe(out, answer, NULL);
        return;
    }
    AUTO(json_close) json_t *root = json_read_object(answer->body);
    const char *problem = root == NULL ? "the answer is not a JSON object" : NULL;
    if (root != NULL && answer->status == 200)
        problem = parse_success(endpoint, root, out);
    else if (root != NULL)
        problem = parse_error(root, out);
    if (problem != NULL)
        describe(out, answer, problem);
}

/* ---- errors ---- */

static void set_kind(struct reply *out, enum doorcode_error_kind kind)
{
    const struct doorcode_error *row = error_static(kind);
    out->kind = REPLY_ERROR;
    out->error.kind = kind;
    out->error.message = row->message;
    out->error.advice = row->advice;
}

/* An answer without usable JSON: the status tells what can be told. */
static void describe(struct reply *out, const struct http_answer *answer, const char *problem)
{
    if (answer->status == 0) {
        out->error.description = copy_word(out, answer->detail);
        return;
    }
    char text[512];
    bool typed = answer->detail[0] != '\0' && strlen(answer->detail) < CLIENT_WORD;
    snprintf(text, sizeof(text), "%s (HTTP %d, %s, %zu bytes)", problem, answer->status,
             typed ? answer->detail : "no content type", answer->body.n);
    out->error.description = copy_word(out, text);
    set_kind(out, answer->status == 200 ? DOORCODE_ERROR_PROTOCOL : error_kind(&out->error));
}

/* "AADSTS50034: …", for bodies without error_codes. */
static int64_t code_in_description(const char *description)
{
    struct slice text = slice_of(description);
    if (!slice_starts(text, SLICE("AADSTS")))
        return 0;
    struct slice rest;
    struct slice digits = slice_cut(slice_from(text, 6), ':', &rest);
    uint64_t code = 0;
    return slice_to_u64(digits, INT32_MAX, &code) ? (int64_t)code : 0;
}

static void parse_codes(const json_t *root, struct doorcode_error *error)
{
    const json_t *code;
    size_t i;
    json_array_foreach(json_object_get(root, "error_codes"), i, code)
    {
        if (json_is_integer(code) && error->code_count < DOORCODE_ERROR_CODES)
            error->codes[error->code_count++] = json_integer_value(code);
    }
    int64_t told = error->code_count == 0 ? code_in_description(error->description) : 0;
    if (told != 0)
        error->codes[error->code_count++] = told;
}

static const char *parse_error(const json_t *root, struct reply *out)
{
    struct doorcode_error *error = &out->error;
    error->error = json_copy_shown(root, "error", &out->memory, CLIENT_WORD);
    error->suberror = json_copy_shown(root, "suberror", &out->memory, CLIENT_WORD);
    error->description = json_copy_shown(root, "error_description", &out->memory, CLIENT_TEXT);
    error->trace_id = json_copy_shown(root, "trace_id", &out->memory, CLIENT_WORD);
    const char *correlation_id = json_copy_shown(root, "correlation_id", &out->memory, CLIENT_WORD);
    if (correlation_id[0] != '\0')
        error->correlation_id = correlation_id;
    parse_codes(root, error);
    set_kind(out, error_kind(error));
    return error->error[0] == '\0' && error->description[0] == '\0' ? "the answer names no error" : NULL;
}

/* ---- successes: NULL, or what is wrong with them ---- */

static bool word_is(const char *word, const char *expected)
{
    return slice_eq_nocase(slice_of(word), slice_of(expected));
}

static const char *parse_tokens(const json_t *root, struct reply *out)
{
    struct doorcode_tokens *tokens = &out->tokens;
    tokens->access_token = json_copy_text(root, "access_token", &out->memory, CLIENT_TOKEN);
    tokens->id_token = json_copy_text(root, "id_token", &out->memory, CLIENT_TOKEN);
    tokens->refresh_token = json_copy_text(root, "refresh_token", &out->memory, CLIENT_TOKEN);
    tokens->scope = json_copy_shown(root, "scope", &out->memory, CLIENT_TEXT);
    tokens->client_info = json_copy_text(root, "client_info", &out->memory, CLIENT_TOKEN);
    tokens->expires_in = json_whole_number(root, "expires_in", INT32_MAX);
    if (tokens->access_token[0] == '\0')
        return "the answer has no access_token of at most 16 KiB";
    if (!word_is(json_copy_shown(root, "token_type", &out->memory, CLIENT_WORD), "Bearer"))
        return "the answer's token_type is not Bearer";
    out->kind = REPLY_TOKENS;
    return NULL;
}

static const char *parse_challenge(const json_t *root, const char *type, struct reply *out)
{
    if (out->continuation_token[0] == '\0')
        return "the answer has no continuation_token of at most 16 KiB";
    if (word_is(type, "password")) {
        out->kind = REPLY_PASSWORD;
        return NULL;
    }
    if (!word_is(type, "oob"))
        return "the answer's challenge_type is none of oob, password, redirect";
    const char *binding = json_copy_shown(root, "binding_method", &out->memory, CLIENT_WORD);
    if (binding[0] != '\0' && !word_is(binding, "prompt"))
        return "the answer's binding_method is not prompt"; /* spec V1, 4.3: fail politely */
    out->challenge.target_label = json_copy_shown(root, "challenge_target_label", &out->memory, CLIENT_TEXT);
    out->challenge.channel = json_copy_shown(root, "challenge_channel", &out->memory, CLIENT_WORD);
    out->challenge.code_length = (int)json_whole_number(root, "code_length", CLIENT_CODE);
    out->challenge.interval = (int)json_whole_number(root, "interval", CLIENT_RETRY_AFTER);
    out->kind = REPLY_CODE;
    return NULL;
}

static const char *parse_success(enum reply_endpoint endpoint, const json_t *root, struct reply *out)
{
    const char *type = json_copy_shown(root, "challenge_type", &out->memory, CLIENT_WORD);
    out->continuation_token = json_copy_text(root, "continuation_token", &out->memory, CLIENT_TOKEN);
    if (word_is(type, "redirect")) {
        out->redirect_reason = json_copy_shown(root, "redirect_reason", &out->memory, CLIENT_TEXT);
        out->kind = REPLY_REDIRECT;
        return NULL;
    }
    if (endpoint == REPLY_OF_TOKEN)
        return parse_tokens(root, out);
    if (endpoint == REPLY_OF_CHALLENGE)
        return parse_challenge(root, type, out);
    if (out->continuation_token[0] == '\0')
        return "the answer has no continuation_token of at most 16 KiB";
    out->kind = REPLY_INITIATED;
    return NULL;
}
