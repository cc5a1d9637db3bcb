/* SPDX-License-Identifier: Apache-2.0 */
/* A flow that waits for its caller, as a text, and back: what it is, its newest answer, and the methods listed before. */
#include "base/secret.h"
#include "errors.h"
#include "flow.h"
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char first_line[] = "doorcode flow 1\n";
static const char last_line[] = "end\n";

/* Names of numbers; NULL: not to be found in a text. */
static const char *const state_names[] = {
    [DOORCODE_CODE_REQUIRED] = "code_required",
    [DOORCODE_PASSWORD_REQUIRED] = "password_required",
    [DOORCODE_ATTRIBUTES_REQUIRED] = "attributes_required",
    [DOORCODE_MFA_REQUIRED] = "mfa_required",
    [DOORCODE_REGISTRATION_REQUIRED] = "registration_required",
    [DOORCODE_RESET_PENDING] = "reset_pending",
    [DOORCODE_SIGNIN_READY] = "signin_ready",
};

static const char *const phase_names[] = {
    [PHASE_SIGNIN] = "signin",
    [PHASE_SIGNUP] = "signup",
    [PHASE_RESET] = "reset",
    [PHASE_MFA] = "mfa",
    [PHASE_REGISTRATION] = "registration",
};

static const char *const kind_names[REPLY_KINDS] = {
    [REPLY_ERROR] = "error", /* a token is left of a failed reset; and the list that was never there */
    [REPLY_CODE] = "code",
    [REPLY_PASSWORD] = "password",
    [REPLY_PREVERIFIED] = "preverified",
    [REPLY_CREDENTIAL] = "credential",
    [REPLY_UNVERIFIED] = "unverified",
    [REPLY_ATTRIBUTES] = "attributes",
    [REPLY_MFA] = "mfa",
    [REPLY_REGISTRATION] = "registration",
    [REPLY_METHODS] = "methods",
    [REPLY_VERIFIED] = "verified",
    [REPLY_PENDING] = "pending",
    [REPLY_REGISTERED] = "registered",
    [REPLY_DONE] = "done",
};

static const struct line_rule authority_rule = { "authority", CLIENT_URL, true };
static const struct line_rule client_id_rule = { "client_id", GUID_TEXT, true };
static const struct line_rule correlation_rule = { "correlation_id", GUID_TEXT, true };
static const struct line_rule username_rule = { "username", CLIENT_USERNAME, true };
static const struct line_rule choice_id_rule = { "choice_id", CLIENT_WORD, false };
static const struct line_rule choice_channel_rule = { "choice_channel", CLIENT_WORD, false };
static const struct line_rule choice_contact_rule = { "choice_contact", CLIENT_USERNAME, false };
static const struct line_rule token_rule = { "continuation_token", CLIENT_TOKEN, false };
static const struct line_rule label_rule = { "target_label", CLIENT_TEXT, false };
static const struct line_rule channel_rule = { "channel", CLIENT_WORD, false };
static const struct line_rule method_rules[] = { { "method_id", CLIENT_WORD, true },
                                                 { "method_channel", CLIENT_WORD, false },
                                                 { "method_hint", CLIENT_TEXT, false } };
static const struct line_rule attribute_rules[] = { { "attribute_name", CLIENT_NAME, true },
                                                    { "attribute_type", CLIENT_WORD, false },
                                                    { "attribute_regex", CLIENT_TEXT, false } };

/* ---- writing ---- */

/* Past the end nothing is written, but counted. */
struct writer {
    struct buf out;
    size_t size;
    bool good; /* all values can be read again */
};

static void put(struct writer *writer, const struct line_rule *rule, const char *value)
{
    writer->good = writer->good && line_fits(rule, slice_of(value));
    writer->size += strlen(rule->name) + strlen(value) + 2;
    line_put(&writer->out, rule->name, value);
}

static void put_number(struct writer *writer, const char *name, int64_t value)
{
    char digits[24];
    const struct line_rule rule = { name, sizeof(digits), true };
    snprintf(digits, sizeof(digits), "%lld", (long long)value);
    put(writer, &rule, digits);
}

/* A line of its own. */
static void put_text(struct writer *writer, const char *text)
{
    writer->size += strlen(text);
    buf_puts(&writer->out, text);
}

static void put_reply(struct writer *writer, const struct reply *reply)
{
    const struct line_rule kind = { "kind", CLIENT_WORD, true };
    put(writer, &kind, kind_names[reply->kind]);
    put(writer, &token_rule, reply->continuation_token != NULL ? reply->continuation_token : "");
    put(writer, &label_rule, reply->challenge.target_label != NULL ? reply->challenge.target_label : "");
    put(writer, &channel_rule, reply->challenge.channel != NULL ? reply->challenge.channel : "");
    put_number(writer, "code_length", reply->challenge.code_length);
    put_number(writer, "interval", reply->challenge.interval);
    put_number(writer, "poll_interval", reply->poll_interval);
    put_number(writer, "methods", (int64_t)reply->method_count);
    for (size_t i = 0; i < reply->method_count; i++) {
        put(writer, &method_rules[0], reply->methods[i].id);
        put(writer, &method_rules[1], reply->methods[i].channel);
        put(writer, &method_rules[2], reply->methods[i].hint);
    }
    put_number(writer, "attributes", (int64_t)reply->attribute_count);
    for (size_t i = 0; i < reply->attribute_count; i++) {
        put(writer, &attribute_rules[0], reply->attributes[i].name);
        put(writer, &attribute_rules[1], reply->attributes[i].type);
        put(writer, &attribute_rules[2], reply->attributes[i].regex);
        put_number(writer, "attribute_required", reply->attributes[i].required);
    }
}

static void put_flow(struct writer *writer, const struct doorcode_flow *flow)
{
    const struct line_rule phase = { "phase", CLIENT_WORD, true };
    const struct line_rule state = { "state", CLIENT_WORD, true };
    put_text(writer, first_line);
    put(writer, &authority_rule, flow->client->authority.url);
    put(writer, &client_id_rule, flow->client->client_id.c);
    put(writer, &correlation_rule, flow->correlation_id.c);
    put(writer, &username_rule, flow->username);
    put(writer, &phase, phase_names[flow->phase]);
    put(writer, &state, state_names[flow->state]);
    put(writer, &choice_id_rule, flow->choice.id);
    put(writer, &choice_channel_rule, flow->choice.channel);
    put(writer, &choice_contact_rule, flow->choice.contact);
    put_reply(writer, &flow->current);
    put_reply(writer, &flow->listed);
    put_text(writer, last_line);
}

static bool can_be_saved(const struct doorcode_flow *flow)
{
    enum doorcode_state state = doorcode_flow_state(flow);
    return (size_t)state < COUNT(state_names) && state_names[state] != NULL;
}

size_t doorcode_flow_save(const struct doorcode_flow *flow, char *text, size_t size)
{
    struct writer writer = { .good = true };
    if (!can_be_saved(flow))
        return 0;
    buf_init(&writer.out, text, size);
    put_flow(&writer, flow);
    buf_putc(&writer.out, '\0');
    if (!buf_ok(&writer.out) && size > 0)
        wipe(text, size); /* no half of a token */
    return writer.good ? writer.size + 1 : 0;
}

/* ---- reading ---- */

/* Takes a line with one of the names; its number is *value. */
static bool take_name(struct lines *lines, const char *name, const char *const *names, size_t count, int *value)
{
    const struct line_rule rule = { name, CLIENT_WORD, true };
    const char *text;
    if (!lines_value(lines, &rule, &text))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && strcmp(names[i], text) == 0) {
            *value = (int)i;
            return true;
        }
    }
    return false;
}

static bool take_int(struct lines *lines, const char *name, int max, int *value)
{
    int64_t number;
    if (!lines_number(lines, name, max, &number))
        return false;
    *value = (int)number;
    return true;
}

/* A text that is kept elsewhere, in room for the rule's bytes and a NUL. */
static bool take_copy(struct lines *lines, const struct line_rule *rule, char *out)
{
    const char *text;
    if (!lines_value(lines, rule, &text))
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool take_methods(struct lines *lines, struct reply *reply)
{
    int count;
    if (!take_int(lines, "methods", CLIENT_METHODS, &count))
        return false;
    if (count > 0)
        reply->methods = arena_take(&reply->memory, (size_t)count * sizeof(*reply->methods));
    reply->method_count = reply->methods != NULL ? (size_t)count : 0;
    for (size_t i = 0; i < reply->method_count; i++) {
        struct doorcode_method *method = &reply->methods[i];
        if (!lines_value(lines, &method_rules[0], &method->id) ||
            !lines_value(lines, &method_rules[1], &method->channel) ||
            !lines_value(lines, &method_rules[2], &method->hint))
            return false;
    }
    return reply->method_count == (size_t)count;
}

static bool take_attributes(struct lines *lines, struct reply *reply)
{
    int count;
    if (!take_int(lines, "attributes", CLIENT_ATTRIBUTES, &count))
        return false;
    if (count > 0)
        reply->attributes = arena_take(&reply->memory, (size_t)count * sizeof(*reply->attributes));
    reply->attribute_count = reply->attributes != NULL ? (size_t)count : 0;
    for (size_t i = 0; i < reply->attribute_count; i++) {
        struct doorcode_attribute *attribute = &reply->attributes[i];
        if (!lines_value(lines, &attribute_rules[0], &attribute->name) ||
            !lines_value(lines, &attribute_rules[1], &attribute->type) ||
            !lines_value(lines, &attribute_rules[2], &attribute->regex) ||
            !take_int(lines, "attribute_required", 1, &attribute->required))
            return false;
    }
    return reply->attribute_count == (size_t)count;
}

static bool take_reply(struct lines *lines, struct reply *reply)
{
    int kind;
    bool good = take_name(lines, "kind", kind_names, COUNT(kind_names), &kind) &&
                lines_value(lines, &token_rule, &reply->continuation_token) &&
                lines_value(lines, &label_rule, &reply->challenge.target_label) &&
                lines_value(lines, &channel_rule, &reply->challenge.channel) &&
                take_int(lines, "code_length", CLIENT_CODE, &reply->challenge.code_length) &&
                take_int(lines, "interval", CLIENT_RETRY_AFTER, &reply->challenge.interval) &&
                take_int(lines, "poll_interval", CLIENT_POLL_MOST, &reply->poll_interval);
    if (!good)
        return false;
    reply->kind = (enum reply_kind)kind;
    return take_methods(lines, reply) && take_attributes(lines, reply);
}

/* Room for the lists of a reply and a copy of the bytes, which are to be read there; freed with the reply. False without
 * memory. */
static bool take_memory(struct reply *reply, const char *bytes, size_t n, struct lines *lines)
{
    size_t size = n + 1 + CLIENT_METHODS * sizeof(struct doorcode_method) +
                  CLIENT_ATTRIBUTES * sizeof(struct doorcode_attribute) + 64; /* alignment */
    void *block = malloc(size);
    if (block == NULL)
        return false;
    arena_init(&reply->memory, block, size);
    char *copy = arena_take_raw(&reply->memory, n + 1);
    memcpy(copy, bytes, n);
    copy[n] = '\0';
    *lines = (struct lines){ copy, copy + n };
    return true;
}

/* Whose flow it is: this client's. */
static bool take_client(struct lines *lines, const struct doorcode_client *client)
{
    const char *authority;
    const char *client_id;
    return lines_take(lines, first_line) && lines_value(lines, &authority_rule, &authority) &&
           lines_value(lines, &client_id_rule, &client_id) && strcmp(authority, client->authority.url) == 0 &&
           strcmp(client_id, client->client_id.c) == 0;
}

static bool take_flow(struct lines *lines, struct doorcode_flow *flow)
{
    int phase;
    int state;
    struct guid id;
    bool good = take_client(lines, flow->client) && take_copy(lines, &correlation_rule, flow->correlation_id.c) &&
                guid_parse(slice_of(flow->correlation_id.c), &id) && take_copy(lines, &username_rule, flow->username) &&
                take_name(lines, "phase", phase_names, COUNT(phase_names), &phase) &&
                take_name(lines, "state", state_names, COUNT(state_names), &state) &&
                take_copy(lines, &choice_id_rule, flow->choice.id) &&
                take_copy(lines, &choice_channel_rule, flow->choice.channel) &&
                take_copy(lines, &choice_contact_rule, flow->choice.contact) && take_reply(lines, &flow->current);
    if (!good)
        return false;
    flow->phase = (enum flow_phase)phase;
    flow->state = (enum doorcode_state)state;
    return flow->state != DOORCODE_RESET_PENDING || flow->current.poll_interval > 0;
}

static enum doorcode_state refuse(struct doorcode_flow *flow)
{
    flow->state = DOORCODE_FAILED;
    return flow_refuse(flow, DOORCODE_ERROR_USAGE, "The text is not that of a flow of this client.");
}

enum doorcode_state doorcode_flow_restore(const struct doorcode_client *client, const char *text,
                                          struct doorcode_flow **flow)
{
    struct lines lines;
    struct doorcode_flow *made = *flow = flow_new(client);
    size_t n = text != NULL ? strnlen(text, CLIENT_SAVED + 1) : 0;
    if (made == NULL)
        return DOORCODE_FAILED;
    if (n > CLIENT_SAVED)
        return refuse(made);
    if (!take_memory(&made->current, text != NULL ? text : "", n, &lines))
        return flow_refuse(made, DOORCODE_ERROR_NO_MEMORY, NULL);
    if (!take_flow(&lines, made))
        return refuse(made);
    if (!take_memory(&made->listed, lines.at, (size_t)(lines.end - lines.at), &lines))
        return flow_refuse(made, DOORCODE_ERROR_NO_MEMORY, NULL);
    bool whole = take_reply(&lines, &made->listed) && lines_take(&lines, last_line) && lines.at == lines.end;
    return whole ? doorcode_flow_state(made) : refuse(made);
}
