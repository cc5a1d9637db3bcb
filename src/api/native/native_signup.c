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

err native_merge_attributes(struct exchange *x, struct slice before)
{
    struct native_work *work = native_work(x);
    struct attributes earlier;

    TRY(attributes_unpack(before, &x->call->arena, &earlier));
    TRY(attributes_merge(&earlier, &work->given, &x->call->arena, &work->attributes));
    work->facts.attributes_missing = attributes_missing(work->facts.user_flow, &work->attributes);
    if (work->attributes.n == 0)
        return OK;
    err packed = attributes_pack(&work->attributes, &x->call->arena, &work->packed);
    if (packed.code == ERR_FULL && !x->call->arena.full) /* both together are too long */
        exchange_refuse(x, ERROR_ATTRIBUTES_MALFORMED, SLICE_EMPTY);
    else
        TRY(packed);
    return OK;
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
    write->name = work->packed;
    return OK;
}

err native_name_attributes(struct exchange *x)
{
    struct native_work *work = native_work(x);
    struct arena *arena = &x->call->arena;

    switch (x->refusal) {
    case ERROR_ATTRIBUTES_REQUIRED:
        return attributes_name_missing(work->facts.user_flow, &work->attributes, arena, &x->refusal_extra);
    case ERROR_ATTRIBUTES_INVALID:
        return attributes_name_invalid(&work->invalid, arena, &x->refusal_extra);
    case ERROR_VERIFICATION_REQUIRED:
        attributes_name_unverified(&x->refusal_extra);
        return OK;
    default:
        return OK;
    }
}
