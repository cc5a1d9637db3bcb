/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hosted/hosted_form.h"

#include "wire/json_out.h"

enum { FIELD_NAME_MAX = 256 };

/* ---- attributes ---- */

bool hosted_is_asked(const struct flow_attribute *attribute)
{
    return !attribute->hidden && !slice_eq(attribute->name, SLICE("email"));
}

static bool is_field_of(const struct form_field *field, const struct flow_attribute *attribute)
{
    struct slice prefix = SLICE("attr.");

    return slice_starts(field->name, prefix) && slice_eq(slice_from(field->name, prefix.n), attribute->name);
}

struct slice hosted_typed(struct exchange *x, const struct flow_attribute *attribute)
{
    struct buf list;

    buf_init_arena(&list, &x->call->arena, LIMIT_ATTRIBUTES);
    for (size_t i = 0; i < x->form.n; i++) {
        struct slice value = slice_trim(x->form.fields[i].value);
        if (!is_field_of(&x->form.fields[i], attribute) || value.n == 0)
            continue;
        if (list.n > 0)
            buf_putc(&list, ',');
        buf_put(&list, value);
    }
    return buf_close_arena(&list, &x->call->arena);
}

/* A box that is not ticked is "no", where it need not be ticked. */
static struct slice value_of(struct exchange *x, const struct flow_attribute *attribute)
{
    struct slice typed = hosted_typed(x, attribute);

    if (typed.n == 0 && !attribute->required && attribute->input == INPUT_CHECKBOX)
        return SLICE("false");
    return typed;
}

/* The page's fields as the API's parameter `attributes`, so that the same rules hold. */
static void parse_attributes(struct exchange *x)
{
    const struct user_flow *flow = directory_user_flow(x->directory, x->app);
    char name[FIELD_NAME_MAX];
    struct buf text;
    struct json j;

    buf_init_arena(&text, &x->call->arena, LIMIT_ATTRIBUTES);
    json_start(&j, &text);
    json_object(&j, NULL);
    for (size_t i = 0; flow != NULL && i < flow->attribute_count; i++) {
        const struct flow_attribute *attribute = &flow->attributes[i];
        struct slice value = value_of(x, attribute);
        if (hosted_is_asked(attribute) && value.n > 0 && slice_to_cstr(attribute->name, name, sizeof name))
            json_text(&j, name, value);
    }
    json_end(&j);
    if (buf_ok(&text))
        native_parse_attributes(x, buf_slice(&text));
    else
        exchange_refuse(x, ERROR_ATTRIBUTES_MALFORMED, SLICE_EMPTY);
}

/* Optional ones are asked for on the page that asks for details anyway, which comes once. */
void hosted_ask_for_details(struct exchange *x)
{
    struct flow_facts *facts = &native_work(x)->facts;

    if (facts->user_flow == NULL || facts->attributes_given)
        return;
    for (size_t i = 0; i < facts->user_flow->attribute_count; i++)
        if (hosted_is_asked(&facts->user_flow->attributes[i]))
            facts->attributes_missing = true;
}

/* ---- the others ---- */

static void parse_new_password(struct exchange *x)
{
    struct slice again = form_get(&x->form, SLICE("password2"));

    native_parse_new_password(x, "password");
    if (exchange_refused(x) || slice_eq(native_work(x)->new_password, again))
        return;
    hosted_work(x)->mismatch = true;
    exchange_refuse(x, ERROR_PASSWORD_INVALID, SLICE_EMPTY);
}

/* To the contact of the token where its code is sent again. */
static void parse_contact(struct exchange *x)
{
    struct native_work *work = native_work(x);

    if (hosted_work(x)->sent_again)
        native_parse_contact(x, slice_of(channel_name(work->at.channel)), slice_of(work->at.target));
    else
        native_parse_contact(x, form_get(&x->form, SLICE("challenge_channel")),
                             form_get(&x->form, SLICE("challenge_target")));
}

static void parse_challenge(struct exchange *x)
{
    struct native_work *work = native_work(x);

    if (work->at.state == STATE_MFA_CODE_SENT) {
        work->facts.method_given = true;
        work->facts.method = work->at.method;
    } else if (work->at.state == STATE_MFA_METHODS) {
        native_parse_method(x);
    }
}

void hosted_parse_input(struct exchange *x)
{
    switch (native_work(x)->request) {
    case REQUEST_TOKEN_OOB:
    case REQUEST_TOKEN_MFA_OOB:
    case REQUEST_SIGNUP_CONTINUE_OOB:
    case REQUEST_RESET_CONTINUE:
    case REQUEST_REGISTER_CONTINUE_OOB:
        native_parse_code(x);
        break;
    case REQUEST_TOKEN_PASSWORD:
        native_parse_password(x, "password");
        break;
    case REQUEST_SIGNUP_CONTINUE_PASSWORD:
    case REQUEST_RESET_SUBMIT:
        parse_new_password(x);
        break;
    case REQUEST_SIGNUP_CONTINUE_ATTRIBUTES:
        parse_attributes(x);
        break;
    case REQUEST_REGISTER_CHALLENGE:
        parse_contact(x);
        break;
    case REQUEST_CHALLENGE:
        parse_challenge(x);
        break;
    default:
        break;
    }
}
