/* SPDX-License-Identifier: Apache-2.0 */
/* What extensions say of attributes and of claims, in native authentication (spec OIDC, 11.2 to 11.4). */
#include "api/native/native_work.h"

#include "wire/json_out.h"

static struct extension_question *question_of(struct native_work *work, enum extension_event event)
{
    return event == EXTENSION_ATTRIBUTES_START ? &work->attributes_start : &work->attributes_submit;
}

static enum hook_value_kind kind_of(const struct flow_attribute *attribute)
{
    if (slice_eq(attribute->type, SLICE("integer")))
        return HOOK_NUMBER;
    return slice_eq(attribute->type, SLICE("boolean")) ? HOOK_FLAG : HOOK_TEXT;
}

static enum extension_says word_of(const struct extension_question *q)
{
    if (q->failure != HOOK_FINE)
        return EXTENSION_FAILED;
    switch (q->answer.action) {
    case HOOK_BLOCK:
        return EXTENSION_BLOCKS;
    case HOOK_REFUSE:
        return EXTENSION_REFUSES;
    case HOOK_VALUES:
        return EXTENSION_SETS_VALUES;
    default:
        return EXTENSION_GO_ON;
    }
}

/* Nobody to ask is a word, too. */
static enum extension_says says(struct exchange *x, enum extension_event event)
{
    struct extension_question *q = question_of(native_work(x), event);

    if (extension_find(x->tenant, x->app, event) == NULL)
        return EXTENSION_GO_ON;
    extension_read(x, q);
    return q->answered ? word_of(q) : EXTENSION_NOT_ASKED;
}

/* A value comes with the type that the attribute was sent with (spec OIDC, 11.3); names that the flow does not have are
 * ignored. */
static bool types_fit(const struct hook_answer *answer, const struct user_flow *flow)
{
    for (size_t i = 0; i < answer->value_count; i++)
        for (size_t k = 0; k < flow->attribute_count; k++)
            if (slice_eq(flow->attributes[k].name, answer->values[i].name) &&
                answer->values[i].kind != kind_of(&flow->attributes[k]))
                return false;
    return true;
}

/* Changed values as the form would have them, so that the same rules are held against them. */
static struct slice as_json(const struct hook_answer *answer, struct arena *arena)
{
    struct buf text;
    struct json j;

    buf_init_arena(&text, arena, LIMIT_ATTRIBUTES);
    json_start(&j, &text);
    json_object(&j, NULL);
    for (size_t i = 0; i < answer->value_count; i++) {
        char *name = arena_take(arena, answer->values[i].name.n + 1);
        if (name != NULL && slice_to_cstr(answer->values[i].name, name, answer->values[i].name.n + 1))
            json_text(&j, name, answer->values[i].text);
    }
    json_end(&j);
    return buf_ok(&text) ? buf_slice(&text) : SLICE_EMPTY;
}

/* What is wrong with one of the values is told in *invalid. */
static err read_values(struct exchange *x, const struct hook_answer *answer, struct attributes *values,
                       struct slices *invalid)
{
    const struct user_flow *flow = native_work(x)->facts.user_flow;

    ENSURE(types_fit(answer, flow), FORMAT);
    return attributes_parse(as_json(answer, &x->call->arena), flow, &x->call->arena, values, invalid);
}

/* For what is not handed in: those that break the attributes' own rules are of no use. */
static err set_defaults(struct exchange *x, const struct hook_answer *answer)
{
    struct native_work *work = native_work(x);
    struct attributes values;
    struct slices invalid;

    TRY(read_values(x, answer, &values, &invalid));
    TRY(attributes_merge(&work->defaults, &values, &x->call->arena, &work->defaults));
    return native_pack_attributes(x);
}

static err change_attributes(struct exchange *x, const struct hook_answer *answer)
{
    struct native_work *work = native_work(x);
    struct attributes changed;
    struct slices invalid;

    TRY(read_values(x, answer, &changed, &invalid));
    ENSURE(invalid.n == 0, FORMAT);
    TRY(attributes_merge(&work->attributes, &changed, &x->call->arena, &work->attributes));
    return native_pack_attributes(x);
}

void native_extension_facts(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct flow_facts *facts = &work->facts;

    facts->attributes_start = says(x, EXTENSION_ATTRIBUTES_START);
    facts->attributes_submit = says(x, EXTENSION_ATTRIBUTES_SUBMIT);
    if (facts->attributes_start == EXTENSION_SETS_VALUES && !err_is_ok(set_defaults(x, &work->attributes_start.answer)))
        facts->attributes_start = EXTENSION_FAILED;
    if (facts->attributes_submit == EXTENSION_SETS_VALUES)
        facts->attributes_submit =
            err_is_ok(change_attributes(x, &work->attributes_submit.answer)) ? EXTENSION_GO_ON : EXTENSION_FAILED;
    if (facts->attributes_submit == EXTENSION_REFUSES)
        work->invalid = work->attributes_submit.answer.names;
}

/* What is handed in; before anything is asked for also the default (spec OIDC, 11.3). */
static struct slice value_of(const struct native_work *work, const struct flow_attribute *attribute,
                             enum extension_event event)
{
    struct slice value = attributes_get(&work->attributes, attribute->name);

    return value.n == 0 && event == EXTENSION_ATTRIBUTES_START ? attribute->default_value : value;
}

/* The flow's attributes with what is known of them. */
static err fill_attributes(struct exchange *x, enum extension_event event, struct hook_facts *facts)
{
    struct native_work *work = native_work(x);
    const struct user_flow *flow = work->facts.user_flow;
    struct hook_attribute *list = arena_take(&x->call->arena, (flow->attribute_count + 1) * sizeof *list);

    ENSURE(list != NULL, FULL);
    for (size_t i = 0; i < flow->attribute_count; i++)
        list[i] = (struct hook_attribute){ flow->attributes[i].name, flow->attributes[i].type,
                                           value_of(work, &flow->attributes[i], event) };
    facts->attributes = list;
    facts->attribute_count = flow->attribute_count;
    facts->identity = slice_of(work->email.given);
    return OK;
}

err native_ask_attributes(struct exchange *x, enum extension_event event)
{
    struct native_work *work = native_work(x);
    struct hook_facts facts = { .request_type = NULL };

    TRY(fill_attributes(x, event, &facts));
    return extension_ask(x, extension_find(x->tenant, x->app, event), &facts, question_of(work, event));
}
