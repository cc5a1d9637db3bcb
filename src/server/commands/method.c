/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode user methods list|add|remove: second factors of a user. */
#include "server/commands/admin.h"
#include "server/commands/commands.h"

#include "wire/email.h"
#include "wire/phone.h"

static const struct table_column columns[] = {
    { .name = "channel" },
    { .name = "target" },
    { .name = "registered", .below = true },
    { .name = "id", .below = true },
};

static void add_row(struct table *t, const struct method *method)
{
    const struct guid_text id = guid_format(method->id);
    const struct clock_text registered = clock_format(method->created_at);
    const char *cells[] = { channel_name(method->channel), method->target, registered.c, id.c };

    table_row(t, cells);
}

/* The user's; COMMAND_OK, or a message was printed. */
static int load(struct admin *a, const struct tenant *tenant, struct user *user, struct method list[LIMIT_METHODS],
                size_t *n)
{
    int status = admin_user(a, tenant, user);

    if (status != COMMAND_OK)
        return status;
    *n = LIMIT_METHODS;
    err read = store_methods(a->store, user->id, list, n);
    return err_is_ok(read) ? COMMAND_OK : admin_fail(a, read);
}

static int list_methods(struct admin *a, const struct tenant *tenant)
{
    struct method list[LIMIT_METHODS];
    struct user user = { .created_at = 0 };
    size_t n;
    int status = load(a, tenant, &user, list, &n);

    if (status != COMMAND_OK)
        return status;
    struct table *t = TABLE_OF(columns);
    for (size_t i = 0; i < n; i++)
        add_row(t, &list[i]);
    return admin_print(a, t, OK);
}

/* A number by its plus sign, else an address; as it is stored. */
static bool read_contact(const char *text, struct method *out)
{
    char number[PHONE_SIZE];
    struct email email;

    if (text[0] == '+') {
        out->channel = CHANNEL_SMS;
        return err_is_ok(phone_parse(slice_of(text), number)) &&
               slice_to_cstr(slice_of(number), out->target, sizeof out->target);
    }
    out->channel = CHANNEL_EMAIL;
    return err_is_ok(email_parse(slice_of(text), &email)) &&
           slice_to_cstr(slice_of(email.given), out->target, sizeof out->target);
}

static int write_method(struct admin *a, enum store_write_kind kind, const struct method *method, const char *done)
{
    struct store_write write = { .kind = kind, .method = method };
    err written = store_write(a->store, &write, 1);

    if (written.code == ERR_CONFLICT)
        return command_fail(a->line, "Remove one first.", "a user has at most %d second factors", LIMIT_METHODS);
    if (!err_is_ok(written))
        return admin_fail(a, written);
    fprintf(a->line->out, "%s %s %s\n", done, channel_name(method->channel), method->target);
    return COMMAND_OK;
}

static int add_method(struct admin *a, const struct tenant *tenant)
{
    struct method method = { .id = guid_new(&rng_system), .created_at = clock_now(&clock_system) };
    struct user user = { .created_at = 0 };
    int status = admin_user(a, tenant, &user);

    if (status != COMMAND_OK)
        return status;
    if (!read_contact(a->line->arguments[1], &method))
        return command_fail(a->line, "Give an address, or a number like +4790000007.", "%s: is no contact",
                            a->line->arguments[1]);
    method.user_id = user.id;
    return write_method(a, WRITE_METHOD_ADD, &method, "added");
}

/* By id, or by the contact however it is written. */
static const struct method *find(const struct method *list, size_t n, const char *text)
{
    struct method contact;
    struct guid id;
    bool by_id = guid_parse(slice_of(text), &id);
    bool by_contact = !by_id && read_contact(text, &contact);

    for (size_t i = 0; i < n; i++) {
        if (by_id && guid_eq(list[i].id, id))
            return &list[i];
        if (by_contact && list[i].channel == contact.channel &&
            slice_eq_nocase(slice_of(list[i].target), slice_of(contact.target)))
            return &list[i];
    }
    return NULL;
}

static int remove_method(struct admin *a, const struct tenant *tenant)
{
    struct method list[LIMIT_METHODS];
    struct user user = { .created_at = 0 };
    size_t n;
    int status = load(a, tenant, &user, list, &n);

    if (status != COMMAND_OK)
        return status;
    const struct method *method = find(list, n, a->line->arguments[1]);
    if (method == NULL)
        return command_fail(a->line, "'doorcode user methods list' shows them.", "%s: is no second factor of %s",
                            a->line->arguments[1], user.email);
    return write_method(a, WRITE_METHOD_DELETE, method, "removed");
}

static const struct command_option list_options[] = { ADMIN_OPTIONS, ADMIN_TENANT, ADMIN_JSON };
static const struct command_option options[] = { ADMIN_OPTIONS, ADMIN_TENANT };
enum { OPTIONS = sizeof options / sizeof options[0] };

static int run_list(const struct command_line *line)
{
    return admin_with_tenant(line, list_methods);
}

static int run_add(const struct command_line *line)
{
    return admin_with_tenant(line, add_method);
}

static int run_remove(const struct command_line *line)
{
    return admin_with_tenant(line, remove_method);
}

const struct command command_user_methods_list = {
    .name = "user methods list",
    .arguments = "USER",
    .summary = "List the second factors of a user, by address or id",
    .examples = COMMAND_EXAMPLES("doorcode user methods list sam@example.org"),
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_list,
};

static const char *const add_examples[] = { "doorcode user methods add sam@example.org +4790000007",
                                            "doorcode user methods add sam@example.org sam.strong@example.org", NULL };

const struct command command_user_methods_add = {
    .name = "user methods add",
    .arguments = "USER CONTACT",
    .summary = "Add a second factor: an e-mail address, or a phone number that begins with +",
    .description = "No code is sent: whoever adds a contact vouches for it. At most five belong to a user.",
    .examples = add_examples,
    .options = options,
    .option_count = OPTIONS,
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run_add,
};

const struct command command_user_methods_remove = {
    .name = "user methods remove",
    .arguments = "USER CONTACT",
    .summary = "Remove a second factor, by contact or id",
    .description = "Codes that are out to it are dead at once. Where a second factor is wanted and this was the last, "
                   "the next sign-in asks to register one.",
    .examples = COMMAND_EXAMPLES("doorcode user methods remove sam@example.org +4790000007"),
    .options = options,
    .option_count = OPTIONS,
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run_remove,
};
