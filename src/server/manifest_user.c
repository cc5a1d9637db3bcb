/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the users of a tenant. */
#include "server/manifest_diff.h"
#include "server/manifest_scope.h"
#include "wire/email.h"
#include "wire/phone.h"

#include <string.h>

static err stored_user(const struct scope *s, const struct manifest_user *draft, const char *identity, struct user *out,
                       bool *exists)
{
    err found = store_user_by_identity(s->a->store, s->tenant->id, slice_of(identity), out);

    if (found.code == ERR_NOT_FOUND && !guid_is_nil(draft->id))
        found = store_user(s->a->store, s->tenant->id, draft->id, out);
    *exists = err_is_ok(found);
    return found.code == ERR_NOT_FOUND ? OK : found;
}

static void copy_text(char *dst, size_t cap, const char *text)
{
    (void)slice_to_cstr(slice_of(text), dst, cap); /* lengths are bounded by the fields */
}

/* A manifest that names no password leaves the one there is. */
static void keep_password(struct user *user, const struct manifest_user *draft, const struct user *stored)
{
    if (draft->password_hash != NULL && draft->password_hash[0] != '\0')
        copy_text(user->password_hash, sizeof user->password_hash, draft->password_hash);
    else if (stored != NULL)
        copy_text(user->password_hash, sizeof user->password_hash, stored->password_hash);
}

/* ---- second factors ---- */

static bool parse_target(const struct manifest_method *draft, struct method *out)
{
    char number[PHONE_SIZE];
    struct email email;

    if (draft->channel == CHANNEL_SMS)
        return err_is_ok(phone_parse(slice_of(draft->target), number)) &&
               slice_to_cstr(slice_of(number), out->target, sizeof out->target);
    return err_is_ok(email_parse(slice_of(draft->target), &email)) &&
           slice_to_cstr(slice_of(email.given), out->target, sizeof out->target);
}

static bool has_method(const struct method *list, size_t n, const struct method *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].channel == wanted->channel && strcmp(list[i].target, wanted->target) == 0)
            return true;
    return false;
}

/* Those that the user does not have yet are added; *added: how many. */
static err put_methods(struct scope *s, const struct field_reader *reader, const struct map_list *list,
                       struct guid user, size_t *added)
{
    struct method stored[LIMIT_METHODS];
    size_t n = LIMIT_METHODS;

    TRY(store_methods(s->a->store, user, stored, &n));
    for (size_t i = 0; i < list->n; i++) {
        struct manifest_method draft = { .channel = CHANNEL_EMAIL };
        struct field_reader inner;
        TRY(fields_read_item(reader, "methods", list, i, manifest_method_fields, &draft, &inner));
        struct method *method = plan_take(&s->a->plan, sizeof *method);
        ENSURE(method != NULL, NO_MEMORY);
        *method = (struct method){ .id = guid_new(s->a->options->rng),
                                   .user_id = user,
                                   .channel = (enum channel)draft.channel,
                                   .created_at = s->a->options->now };
        if (!parse_target(&draft, method))
            return field_complain(&inner, yml_item(list->value, i), "target",
                                  draft.channel == CHANNEL_SMS ? "must be a phone number like +4790000007"
                                                               : "must be an e-mail address");
        if (has_method(stored, n, method))
            continue;
        struct store_write *write = plan_write(&s->a->plan, WRITE_METHOD_ADD);
        ENSURE(write != NULL, NO_MEMORY);
        write->method = method;
        (*added)++;
    }
    return OK;
}

static err put_user(struct scope *s, const struct field_reader *reader, const struct manifest_user *draft,
                    const struct email *email, const struct user *stored)
{
    struct user *user = plan_take(&s->a->plan, sizeof *user);
    struct store_write *write = plan_write(&s->a->plan, WRITE_USER_PUT);
    char space[DIFF_MAX];
    struct buf diff;
    size_t added = 0;
    bool roles_differ;

    ENSURE(user != NULL && write != NULL, NO_MEMORY);
    user->id = draft->id;
    user->tenant_id = s->tenant->id;
    user->origin = (enum user_origin)draft->origin;
    user->enabled = draft->enabled;
    user->created_at = stored != NULL ? stored->created_at : s->a->options->now;
    user->sessions_valid_from = stored != NULL ? stored->sessions_valid_from : 0;
    user->multi_factor = (enum toggle)draft->multi_factor;
    user->password_must_change = draft->password_must_change;
    keep_password(user, draft, stored);
    copy_text(user->email, sizeof user->email, email->given);
    copy_text(user->identity, sizeof user->identity, email->identity);
    copy_text(user->display_name, sizeof user->display_name, draft->display_name);
    copy_text(user->given_name, sizeof user->given_name, draft->given_name);
    copy_text(user->surname, sizeof user->surname, draft->surname);
    write->user = user;
    TRY(put_methods(s, reader, &draft->methods, user->id, &added));
    TRY(scope_read_user_roles(s, reader, &draft->roles, user->id, &roles_differ));
    buf_init(&diff, space, sizeof space - 1);
    if (stored != NULL)
        diff_user(stored, user, &diff);
    if (added > 0)
        buf_fmt(&diff, "%smethods", diff.n > 0 ? ", " : "");
    if (roles_differ && stored != NULL)
        buf_fmt(&diff, "%sroles", diff.n > 0 ? ", " : "");
    scope_tell(s->a, stored != NULL, "user", s->tenant->name, user->email, &diff);
    return OK;
}

static err take_user(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                     const struct manifest_user *draft, const char *identity)
{
    TRY(scope_take_name(s, reader, map, "email", "user", slice_of(identity), "is the address of another user"));
    err taken = plan_claim(&s->a->plan, "user id", GUID_NIL, slice_of(guid_format(draft->id).c));
    return taken.code == ERR_CONFLICT ? field_complain(reader, map, "id", "is the id of another user") : taken;
}

err scope_read_user(struct scope *s, size_t i)
{
    struct yaml_value map = yml_item(s->draft.users.value, i);
    struct manifest_user draft = { .origin = ORIGIN_ADMIN, .enabled = true };
    struct field_reader reader;
    struct email email;
    struct user stored;
    bool exists;

    TRY(fields_read_item(&s->reader, "users", &s->draft.users, i, manifest_user_fields, &draft, &reader));
    TRY(email_parse(slice_of(draft.email), &email));
    TRY(stored_user(s, &draft, email.identity, &stored, &exists));
    if (exists && !guid_is_nil(draft.id) && !guid_eq(draft.id, stored.id))
        return field_complain(&reader, map, "email", "is the address of another user");
    if (guid_is_nil(draft.id))
        draft.id = exists ? stored.id : guid_new(s->a->options->rng);
    TRY(take_user(s, &reader, map, &draft, email.identity));
    return put_user(s, &reader, &draft, &email, exists ? &stored : NULL);
}
