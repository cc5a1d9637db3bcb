/* SPDX-License-Identifier: Apache-2.0 */
/* What extensions say of attributes and of claims, in native authentication (spec OIDC, 11.2 to 11.4). */
#include "api/native/native_work.h"

#include "wire/json_out.h"

static struct extension_question *question_of(struct native_work *work, enum extension_event event)
{
    return event == EXTENSION_ATTRIBUTES_START ? &work->attributes_start : &work->attributes_submit;
}

static enum extension_says word_of(const struct extension_question *q)
{
    if (q->failure != HOOK_FINE)
        return EXTENSION_FAILED;
    if (q->answer.action == HOOK_BLOCK)
        return EXTENSION_BLOCKS;
    return q->answer.action == HOOK_REFUSE ? EXTENSION_REFUSES : EXTENSION_GO_ON;
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

static err change_attributes(struct exchange *x, const struct hook_answer *answer)
{
    struct native_work *work = native_work(x);
    struct arena *arena = &x->call->arena;
    struct attributes changed;
    struct slices invalid;

    TRY(attributes_parse(as_json(answer, arena), work->facts.user_flow, arena, &changed, &invalid));
    ENSURE(invalid.n == 0, FORMAT);
    TRY(attributes_merge(&work->attributes, &changed, arena, &work->attributes));
    return attributes_pack(&work->attributes, arena, &work->packed);
}

void native_extension_facts(struct exchange *x)
{
    struct native_work *work = native_work(x);

    work->facts.attributes_start = says(x, EXTENSION_ATTRIBUTES_START);
    work->facts.attributes_submit = says(x, EXTENSION_ATTRIBUTES_SUBMIT);
    if (work->attributes_submit.answered && work->attributes_submit.answer.action == HOOK_VALUES &&
        !err_is_ok(change_attributes(x, &work->attributes_submit.answer)))
        work->facts.attributes_submit = EXTENSION_FAILED;
    if (work->facts.attributes_submit == EXTENSION_REFUSES)
        work->invalid = work->attributes_submit.answer.names;
}

/* The flow's attributes with what is known of them. */
static err fill_attributes(struct exchange *x, struct hook_facts *facts)
{
    struct native_work *work = native_work(x);
    const struct user_flow *flow = work->facts.user_flow;
    struct hook_attribute *list = arena_take(&x->call->arena, (flow->attribute_count + 1) * sizeof *list);

    ENSURE(list != NULL, FULL);
    for (size_t i = 0; i < flow->attribute_count; i++)
        list[i] = (struct hook_attribute){ flow->attributes[i].name, flow->attributes[i].type,
                                           attributes_get(&work->attributes, flow->attributes[i].name) };
    facts->attributes = list;
    facts->attribute_count = flow->attribute_count;
    facts->identity = slice_of(work->email.given);
    return OK;
}

err native_ask_attributes(struct exchange *x, enum extension_event event)
{
    struct native_work *work = native_work(x);
    struct hook_facts facts = { .request_type = NULL };

    TRY(fill_attributes(x, &facts));
    return extension_ask(x, extension_find(x->tenant, x->app, event), &facts, question_of(work, event));
}
