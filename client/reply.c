/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as a whole, and the bodies of errors. */
#include "reply.h"

#include "base/err.h"
#include "base/secret.h"
#include "client_limits.h"
#include "errors.h"
#include "reply_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXTS = 24, /* no reply keeps more texts than this outside of lists; each costs a NUL and alignment */
    OURS = 1024 /* of texts that do not come from the body */
};

static const char *parse_error(enum reply_endpoint endpoint, const json_t *root, struct reply *out);
static void describe(struct reply *out, const struct http_answer *answer, const char *problem);

/* Entries of lists that a body may have: a comma for each, but the first. */
static size_t entries_of(struct slice body)
{
    size_t n = 1;
    for (size_t i = 0; i < body.n && n < CLIENT_ATTRIBUTES; i++)
        n += body.p[i] == ',';
    return n;
}

/* A text in a list, of n bytes, is at least n + 8 bytes of the body and takes less than n + 17 here: twice the body holds all
 * texts. Each entry has its struct besides. */
static bool take_memory(struct reply *out, struct slice body)
{
    size_t size = 2 * body.n + (size_t)TEXTS * 32 + entries_of(body) * REPLY_ENTRY + OURS;
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
    jwks_free(reply->keys);
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

/* Of a copy without the tokens, which are in `out` then. NULL also without memory. A byte order mark, as gateways add it, is
 * passed over (RFC 8259, 8.1). */
static json_t *read_object(struct slice body, struct reply *out)
{
    if (slice_starts(body, SLICE("\xEF\xBB\xBF")))
        body = slice_from(body, 3);
    char *copy = body.n > 0 ? malloc(body.n) : NULL;
    if (copy == NULL)
        return NULL;
    memcpy(copy, body.p, body.n);
    json_secrets_take(copy, body.n, &out->memory, &out->secrets);
    json_t *root = json_read_object((struct slice){ copy, body.n });
    wipe(copy, body.n);
    free(copy);
    return root;
}

void reply_parse(enum reply_endpoint endpoint, const struct http_answer *answer, const char *correlation_id,
                 struct reply *out)
{
    *out = (struct reply){ .continuation_token = "", .redirect_reason = "" };
    out->challenge = (struct doorcode_challenge){ .target_label = "", .channel = "", .interval = CLIENT_INTERVAL };
    out->error = error_of(answer->status == 0 ? answer->failure : DOORCODE_ERROR_NO_MEMORY);
    if (!take_memory(out, answer->body))
        return;
    out->error.http_status = answer->status;
    out->error.retry_after = answer->retry_after;
    out->error.correlation_id = copy_word(out, correlation_id);
    if (answer->status == 0) {
        describe(out, answer, NULL);
        return;
    }
    AUTO(json_close) json_t *root = read_object(answer->body, out);
    const char *problem = root == NULL ? "the answer is not a JSON object" : NULL;
    if (root != NULL && answer->status == 200)
        problem = reply_parse_success(endpoint, root, out);
    else if (root != NULL)
        problem = parse_error(endpoint, root, out);
    if (problem != NULL)
        describe(out, answer, problem);
}

/* ---- errors ---- */

void reply_set_error(struct reply *out, enum doorcode_error_kind kind)
{
    const struct doorcode_error *row = error_static(kind);
    out->kind = REPLY_ERROR;
    out->error.kind = kind;
    out->error.message = row->message;
    out->error.advice = row->advice;
}

void reply_refuse(struct reply *reply, enum doorcode_error_kind kind, const char *description)
{
    reply_set_error(reply, kind);
    reply->error.description = description;
}

/* As people would say it; two clocks that are less than CLIENT_SKEW apart never come here. */
static const char *say_ahead(struct reply *reply, int64_t ahead)
{
    char text[128];
    int64_t minutes = (ahead > 0 ? ahead : -ahead) / 60;
    bool in_hours = minutes >= 120;
    snprintf(text, sizeof(text), "by its times, the server's clock is about %" PRId64 " %s %s this machine's",
             in_hours ? minutes / 60 : minutes, in_hours ? "hours" : "minutes", ahead > 0 ? "ahead of" : "behind");
    return copy_word(reply, text);
}

void reply_refuse_id_token(struct reply *reply, enum token_fault fault, int64_t now)
{
    int64_t ahead = token_ahead(reply->tokens.id_token, now - CLIENT_BACKDATED);
    bool is_clock = (fault == TOKEN_EARLY && ahead > CLIENT_SKEW) || (fault == TOKEN_EXPIRED && ahead < -CLIENT_SKEW);
    reply_refuse(reply, DOORCODE_ERROR_INVALID_TOKEN, id_token_fault_text(fault));
    if (!is_clock)
        return;
    reply->error.description = say_ahead(reply, ahead);
    reply->error.advice = "Set the clock that is wrong; that of a development server may have been moved.";
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
    reply_set_error(out, answer->status == 200 ? DOORCODE_ERROR_PROTOCOL : error_kind(&out->error));
}

static void parse_codes(const json_t *root, struct doorcode_error *error)
{
    const json_t *code;
    size_t i;
    json_array_foreach(json_object_get(root, "error_codes"), i, code)
    {
        int64_t number = json_whole_value(code, INT32_MAX);
        if (number != 0 && error->code_count < DOORCODE_ERROR_CODES)
            error->codes[error->code_count++] = number;
    }
    error_take_code_of_description(error);
}

/* An error that is a step of the flow (spec V1, 3.4 and 3.7). */
struct interrupt {
    enum reply_endpoint endpoint;
    const char *error;
    const char *suberror;
    enum reply_kind kind;
};

static const struct interrupt interrupts[] = {
    { REPLY_OF_TOKEN, "invalid_grant", "mfa_required", REPLY_MFA },
    { REPLY_OF_TOKEN, "invalid_grant", "registration_required", REPLY_REGISTRATION },
    { REPLY_OF_SIGNUP_CONTINUE, "credential_required", "", REPLY_CREDENTIAL },
    { REPLY_OF_SIGNUP_CONTINUE, "verification_required", "", REPLY_UNVERIFIED },
    { REPLY_OF_SIGNUP_CONTINUE, "attributes_required", "", REPLY_ATTRIBUTES },
};

static bool is_interrupt(const struct interrupt *row, enum reply_endpoint endpoint, const struct doorcode_error *error)
{
    bool same_suberror =
        row->suberror[0] == '\0' || slice_eq_nocase(slice_of(row->suberror), slice_of(error->suberror));
    return row->endpoint == endpoint && slice_eq_nocase(slice_of(row->error), slice_of(error->error)) && same_suberror;
}

/* REPLY_ERROR where the error is none, or lacks what is needed to go on. */
static enum reply_kind interrupt_kind(enum reply_endpoint endpoint, const struct reply *out)
{
    if (out->continuation_token[0] == '\0')
        return REPLY_ERROR;
    for (size_t i = 0; i < sizeof(interrupts) / sizeof(interrupts[0]); i++) {
        if (is_interrupt(&interrupts[i], endpoint, &out->error))
            return interrupts[i].kind;
    }
    return REPLY_ERROR;
}

static enum doorcode_error_kind kind_here(enum reply_endpoint endpoint, const struct doorcode_error *error)
{
    enum doorcode_error_kind kind = error_kind(error);
    /* 70000 speaks of a refresh token at the token endpoint only; elsewhere the grant type did not fit. */
    bool is_grant = kind == DOORCODE_ERROR_SIGNIN_REQUIRED && endpoint != REPLY_OF_TOKEN;
    return is_grant ? DOORCODE_ERROR_INVALID_GRANT : kind;
}

static const char *parse_error(enum reply_endpoint endpoint, const json_t *root, struct reply *out)
{
    struct doorcode_error *error = &out->error;
    error->error = json_copy_shown(root, "error", &out->memory, CLIENT_WORD);
    error->suberror = json_copy_shown(root, "suberror", &out->memory, CLIENT_WORD);
    error->description = json_copy_shown(root, "error_description", &out->memory, CLIENT_TEXT);
    error->trace_id = json_copy_shown(root, "trace_id", &out->memory, CLIENT_WORD);
    error->timestamp = json_copy_shown(root, "timestamp", &out->memory, CLIENT_WORD);
    const char *correlation_id = json_copy_shown(root, "correlation_id", &out->memory, CLIENT_WORD);
    if (correlation_id[0] != '\0')
        error->correlation_id = correlation_id;
    parse_codes(root, error);
    reply_take_invalid_attributes(root, out);
    reply_set_error(out, kind_here(endpoint, error));
    if (error->error[0] == '\0' && error->description[0] == '\0')
        return "the answer names no error";
    out->continuation_token = json_secrets_text(&out->secrets, root, "continuation_token", &out->memory, CLIENT_TOKEN);
    out->kind = interrupt_kind(endpoint, out);
    if (out->kind != REPLY_ATTRIBUTES)
        return NULL;
    reply_take_attributes(root, out);
    if (out->attribute_count == 0)
        reply_set_error(out, DOORCODE_ERROR_PROTOCOL);
    return NULL;
}
