/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who signs up has handed in: attributes and a password's hash, kept until the user is made of them. */
#include "api/native/native_work.h"

#include "wire/text.h"

static const struct user_flow *flow_of(struct exchange *x)
{
    return directory_user_flow(x->directory, x->app);
}

void native_parse_attributes(struct exchange *x, struct slice text)
{
    struct native_work *work = native_work(x);
    const struct user_flow *flow = flow_of(x);

    if (exchange_refused(x) || text.n == 0 || flow == NULL)
        return;
    work->facts.attributes_given = true;
    if (!err_is_ok(attributes_parse(text, flow, &x->call->arena, &work->given, &work->invalid)))
        exchange_refuse(x, ERROR_ATTRIBUTES_MALFORMED, SLICE_EMPTY);
    else if (work->invalid.n > 0)
        work->facts.attributes_refusal = ERROR_ATTRIBUTES_INVALID;
}

err native_pack_attributes(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct attributes all;

    TRY(attributes_join(&work->attributes, &work->defaults, &x->call->arena, &all));
    return all.n == 0 ? OK : attributes_pack(&all, &x->call->arena, &work->packed);
}

static bool stands_on_page(const struct user_flow *flow, struct slice name)
{
    for (size_t i = 0; i < flow->attribute_count; i++)
        if (slice_eq(flow->attributes[i].name, name))
            return !flow->attributes[i].hidden;
    return false;
}

/* Whoever was asked for attributes and leaves out one with a default takes the default. On a page it stood in the field, and
 * whoever emptied the field wants none. */
static err use_defaults(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct attributes *defaults = &work->defaults;
    struct attribute *used = arena_take(&x->call->arena, defaults->n * sizeof *used);
    struct attributes list = { used, 0 };

    if (work->request != REQUEST_SIGNUP_CONTINUE_ATTRIBUTES || work->at.state != STATE_SIGNUP_ATTRIBUTES)
        return OK;
    ENSURE(defaults->n == 0 || used != NULL, FULL);
    for (size_t i = 0; i < defaults->n; i++)
        if (!work->facts.on_web || !stands_on_page(work->facts.user_flow, defaults->items[i].name))
            used[list.n++] = defaults->items[i];
    return attributes_merge(&list, &work->given, &x->call->arena, &work->given);
}

err native_merge_attributes(struct exchange *x, struct slice before)
{
    struct native_work *work = native_work(x);
    struct arena *arena = &x->call->arena;
    struct attributes kept, earlier;

    TRY(attributes_unpack(before, arena, &kept));
    TRY(attributes_split(&kept, arena, &earlier, &work->defaults));
    TRY(use_defaults(x));
    TRY(attributes_merge(&earlier, &work->given, arena, &work->attributes));
    work->facts.attributes_missing = attributes_missing(work->facts.user_flow, &work->attributes);
    err packed = native_pack_attributes(x);
    if (packed.code == ERR_FULL && !arena->full) { /* together they are too long */
        exchange_refuse(x, ERROR_ATTRIBUTES_MALFORMED, SLICE_EMPTY);
        return OK;
    }
    return packed;
}

err native_put_signup(struct exchange *x)
{
    struct native_work *work = native_work(x);
    const struct continuation *next = &work->outcome.next;
    struct signup *signup = &work->signup;

    if (work->facts.signup == NULL)
        signup->password_hash[0] = '\0';
    signup->id = next->flow_serial;
    signup->tenant_id = x->tenant->id;
    signup->expires_at = next->started_at + x->api->policy->flow_seconds;
    if (work->facts.password_hash != NULL)
        slice_to_cstr(slice_of(work->facts.password_hash), signup->password_hash, sizeof signup->password_hash);
    signup->attributes = work->packed;
    exchange_write(x, WRITE_SIGNUP_PUT)->signup = signup;
    return OK;
}

static struct slice handed_in_hash(const struct native_work *work)
{
    if (work->facts.password_hash != NULL)
        return slice_of(work->facts.password_hash);
    return work->facts.signup == NULL ? SLICE_EMPTY : slice_of(work->signup.password_hash);
}

err native_add_user(struct exchange *x)
{
    struct native_work *work = native_work(x);
    bool password = work->facts.user_flow->identity_provider == PROVIDER_EMAIL_PASSWORD;
    struct user *user = &work->user;

    *user = (struct user){ .id = work->facts.new_id,
                           .tenant_id = x->tenant->id,
                           .origin = password ? ORIGIN_EMAIL_PASSWORD : ORIGIN_EMAIL_OTP,
                           .enabled = true,
                           .created_at = x->now };
    slice_to_cstr(slice_of(work->email.given), user->email, sizeof user->email);
    slice_to_cstr(slice_of(work->email.identity), user->identity, sizeof user->identity);
    text_cut(attributes_get(&work->attributes, SLICE("displayName")), user->display_name, sizeof user->display_name);
    text_cut(attributes_get(&work->attributes, SLICE("givenName")), user->given_name, sizeof user->given_name);
    text_cut(attributes_get(&work->attributes, SLICE("surname")), user->surname, sizeof user->surname);
    if (password)
        ENSURE(slice_to_cstr(handed_in_hash(work), user->password_hash, sizeof user->password_hash), FULL);
    exchange_write(x, WRITE_USER_ADD)->user = user;
    if (work->attributes.n == 0)
        return OK;
    struct store_write *write = exchange_write(x, WRITE_ATTRIBUTES_PUT);
    write->guid = user->id;
    return attributes_pack(&work->attributes, &x->call->arena, &write->name); /* hers alone, without defaults */
}

err native_name_attributes(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct arena *arena = &x->call->arena;

    switch (x->refusal) {
    case ERROR_ATTRIBUTES_REQUIRED:
        return attributes_name_missing(work->facts.user_flow, &work->attributes, &work->defaults, arena,
                                       &x->refusal_extra);
    case ERROR_ATTRIBUTES_INVALID:
        return attributes_name_invalid(&work->invalid, arena, &x->refusal_extra);
    case ERROR_VERIFICATION_REQUIRED:
        attributes_name_unverified(&x->refusal_extra);
        return OK;
    default:
        return OK;
    }
}
