/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/answer.h"

#include "base/buf.h"
#include "base/limits.h"
#include "wire/json_in.h"
#include "wire/json_out.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 24, TYPE_MAX = 96 };

/* The actions of each event, by the end of their type; the first changes nothing. */
static const struct {
    enum extension_event event;
    const char *type;
    enum hook_action action;
} actions[] = {
    { EXTENSION_TOKEN_ISSUANCE, "tokenIssuanceStart.provideClaimsForToken", HOOK_CLAIMS },
    { EXTENSION_ATTRIBUTES_START, "attributeCollectionStart.continueWithDefaultBehavior", HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_START, "attributeCollectionStart.setPrefillValues", HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_START, "attributeCollectionStart.showBlockPage", HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT, "attributeCollectionSubmit.continueWithDefaultBehavior", HOOK_CONTINUE },
    { EXTENSION_ATTRIBUTES_SUBMIT, "attributeCollectionSubmit.modifyAttributeValues", HOOK_VALUES },
    { EXTENSION_ATTRIBUTES_SUBMIT, "attributeCollectionSubmit.showBlockPage", HOOK_BLOCK },
    { EXTENSION_ATTRIBUTES_SUBMIT, "attributeCollectionSubmit.showValidationError", HOOK_REFUSE },
    { EXTENSION_OTP_SEND, "OtpSend.continueWithDefaultBehavior", HOOK_CONTINUE },
    { EXTENSION_SMS_SEND, "OtpSend.continueWithDefaultBehavior", HOOK_CONTINUE },
};

/* The type of `data`, by its end. */
static const char *const answer_types[EXTENSION_EVENTS] = {
    [EXTENSION_TOKEN_ISSUANCE] = "onTokenIssuanceStartResponseData",
    [EXTENSION_ATTRIBUTES_START] = "onAttributeCollectionStartResponseData",
    [EXTENSION_ATTRIBUTES_SUBMIT] = "onAttributeCollectionSubmitResponseData",
    [EXTENSION_OTP_SEND] = "onOtpSendResponseData",
    [EXTENSION_SMS_SEND] = "onOtpSendResponseData",
};

/* Takes "#microsoft.graph." off: the documentation and its samples disagree on "#" and case. */
static bool graph_type(const struct json_t *object, struct slice *out)
{
    const struct slice prefix = SLICE("microsoft.graph.");
    struct slice type;

    if (!err_is_ok(json_in_text(object, "@odata.type", &type)))
        return false;
    if (slice_starts(type, SLICE("#")))
        type = slice_from(type, 1);
    *out = slice_from(type, prefix.n);
    return type.n > prefix.n && slice_eq_nocase((struct slice){ type.p, prefix.n }, prefix);
}

static bool fits_event(enum extension_event event, const struct json_t *data)
{
    struct slice type;

    return graph_type(data, &type) && slice_eq_nocase(type, slice_of(answer_types[event]));
}

static bool find_action(enum extension_event event, const struct json_t *object, enum hook_action *action)
{
    struct slice type;

    if (!graph_type(object, &type))
        return false;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (actions[i].event == event && slice_eq_nocase(type, slice_of(actions[i].type))) {
            *action = actions[i].action;
            return true;
        }
    return false;
}

/* ---- claims ---- */

static err read_list(const struct json_t *list, struct arena *a, struct slices *out)
{
    ENSURE(json_in_is_list(list), FORMAT);
    size_t n = json_in_list_count(list);
    struct slice *items = arena_take(a, (n + 1) * sizeof *items);

    ENSURE(items != NULL, FULL);
    for (size_t i = 0; i < n; i++) {
        TRY(json_in_item_text(list, i, &items[i]));
        items[i] = arena_copy(a, items[i]);
    }
    *out = (struct slices){ items, n };
    return OK;
}

static err read_claim(const struct json_in_member *member, struct arena *a, struct claim *out)
{
    out->name = arena_copy(a, member->name);
    if (member->kind == JSON_IN_NESTED) {
        out->is_list = true;
        return read_list(member->nested, a, &out->values);
    }
    ENSURE(member->kind == JSON_IN_TEXT, FORMAT);
    struct slice *text = arena_take(a, sizeof *text);
    ENSURE(text != NULL, FULL);
    *text = arena_copy(a, member->text);
    out->values = (struct slices){ text, 1 };
    return OK;
}

static size_t claim_size(const struct claim *claim)
{
    size_t size = claim->name.n;

    for (size_t i = 0; i < claim->values.n; i++)
        size += claim->values.items[i].n;
    return size;
}

static enum hook_failure read_claims(const struct json_t *action, struct arena *a, struct hook_answer *out)
{
    struct json_t *claims;
    struct json_in_member member;
    void *at = NULL;
    size_t size = 0, n = 0;

    if (!err_is_ok(json_in_object(action, "claims", &claims)))
        return HOOK_NO_CLAIMS;
    struct claim *list = arena_take(a, (json_in_count(claims) + 1) * sizeof *list);
    while (list != NULL && json_in_next(claims, &at, &member)) {
        if (member.name.n == 0)
            return HOOK_CLAIM_KEY;
        if (member.kind == JSON_IN_NULL)
            continue;
        if (!err_is_ok(read_claim(&member, a, &list[n])))
            return a->full ? HOOK_ANSWER_SIZE : HOOK_BAD_BODY;
        size += claim_size(&list[n++]);
    }
    out->claims = (struct claim_list){ list, n };
    if (a->full)
        return HOOK_ANSWER_SIZE;
    return size > LIMIT_HOOK_CLAIMS ? HOOK_CLAIMS_SIZE : HOOK_FINE;
}

/* ---- attributes ---- */

static struct slice number_text(struct arena *a, int64_t number)
{
    struct buf text;

    buf_init_arena(&text, a, NUMBER_MAX);
    buf_fmt(&text, "%lld", (long long)number);
    return buf_slice(&text);
}

static err read_value(const struct json_in_member *member, struct arena *a, struct hook_value *out)
{
    out->name = arena_copy(a, member->name);
    switch (member->kind) {
    case JSON_IN_TEXT:
        out->kind = HOOK_TEXT;
        out->text = arena_copy(a, member->text);
        return OK;
    case JSON_IN_NUMBER:
        out->kind = HOOK_NUMBER;
        out->text = number_text(a, member->number);
        return OK;
    case JSON_IN_FLAG:
        out->kind = HOOK_FLAG;
        out->text = member->flag ? SLICE("true") : SLICE("false");
        return OK;
    default:
        return FAIL(FORMAT);
    }
}

static enum hook_failure read_values(const struct json_t *action, const char *key, struct arena *a,
                                     struct hook_answer *out)
{
    struct json_t *object;
    struct json_in_member member;
    void *at = NULL;
    size_t n = 0;

    if (!err_is_ok(json_in_object(action, key, &object)))
        return HOOK_BAD_BODY;
    struct hook_value *list = arena_take(a, (json_in_count(object) + 1) * sizeof *list);
    while (list != NULL && json_in_next(object, &at, &member)) {
        if (member.kind == JSON_IN_NULL)
            continue;
        if (!err_is_ok(read_value(&member, a, &list[n])))
            return HOOK_BAD_BODY;
        n++;
    }
    out->values = list;
    out->value_count = n;
    return a->full ? HOOK_ANSWER_SIZE : HOOK_FINE;
}

static enum hook_failure read_errors(const struct json_t *action, struct arena *a, struct hook_answer *out)
{
    enum hook_failure failure = read_values(action, "attributeErrors", a, out);

    if (failure != HOOK_FINE)
        return failure;
    struct slice *names = arena_take(a, (out->value_count + 1) * sizeof *names);
    if (names == NULL)
        return HOOK_ANSWER_SIZE;
    for (size_t i = 0; i < out->value_count; i++)
        names[i] = out->values[i].name;
    out->names = (struct slices){ names, out->value_count };
    return HOOK_FINE;
}

/* ---- */

static err read_text(const struct json_t *action, const char *key, struct arena *a, struct slice *out)
{
    struct slice text = SLICE_EMPTY;
    err e = json_in_text(action, key, &text);

    ENSURE(err_is_ok(e) || e.code == ERR_NOT_FOUND, FORMAT);
    *out = arena_copy(a, text);
    return OK;
}

static enum hook_failure read_page(const struct json_t *action, struct arena *a, struct hook_answer *out)
{
    if (!err_is_ok(read_text(action, "title", a, &out->title)) ||
        !err_is_ok(read_text(action, "message", a, &out->message)))
        return HOOK_BAD_BODY;
    return a->full ? HOOK_ANSWER_SIZE : HOOK_FINE;
}

static enum hook_failure read_action(enum extension_event event, const struct json_t *action, struct arena *a,
                                     struct hook_answer *out)
{
    if (!find_action(event, action, &out->action))
        return HOOK_ACTION_TYPE;
    enum hook_failure failure = read_page(action, a, out);
    if (failure != HOOK_FINE)
        return failure;
    switch (out->action) {
    case HOOK_CLAIMS:
        return read_claims(action, a, out);
    case HOOK_VALUES:
        return read_values(action, event == EXTENSION_ATTRIBUTES_START ? "inputs" : "attributes", a, out);
    case HOOK_REFUSE:
        return read_errors(action, a, out);
    default:
        return HOOK_FINE;
    }
}

static enum hook_failure read_envelope(enum extension_event event, const struct json_t *json, struct arena *a,
                                       struct hook_answer *out)
{
    struct json_t *data, *list, *action;

    if (!err_is_ok(json_in_object(json, "data", &data)) || !err_is_ok(json_in_list(data, "actions", &list)))
        return HOOK_BAD_BODY;
    if (!fits_event(event, data))
        return HOOK_SCHEMA;
    if (json_in_list_count(list) != 1)
        return HOOK_ACTION_COUNT;
    if (!err_is_ok(json_in_item_object(list, 0, &action)))
        return HOOK_BAD_BODY;
    return read_action(event, action, a, out);
}

enum hook_failure hook_answer_read(enum extension_event event, struct slice json, struct arena *a,
                                   struct hook_answer *out)
{
    struct json_t *parsed;

    *out = (struct hook_answer){ .action = HOOK_CONTINUE };
    if (!err_is_ok(json_in_parse(json, LIMIT_HOOK_REPLY, &parsed)))
        return HOOK_BAD_BODY;
    enum hook_failure failure = read_envelope(event, parsed, a, out);
    json_in_free(parsed);
    return failure;
}

static void put_type(struct json *j, const char *name)
{
    char text[TYPE_MAX];

    snprintf(text, sizeof text, "microsoft.graph.%s", name);
    json_cstr(j, "@odata.type", text);
}

static void put_first_action(struct json *j, enum extension_event event)
{
    size_t i = 0;

    while (actions[i].event != event)
        i++;
    json_object(j, NULL);
    put_type(j, actions[i].type);
    if (actions[i].action == HOOK_CLAIMS) {
        json_object(j, "claims");
        json_end(j);
    }
    json_end(j);
}

void hook_answer_default(enum extension_event event, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    json_object(&j, "data");
    put_type(&j, answer_types[event]);
    json_array(&j, "actions");
    put_first_action(&j, event);
    json_end(&j);
    json_end(&j);
    json_end(&j);
}
