/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode user|app|flow list|show|delete: single things of the directory. */
#include "server/commands/admin.h"
#include "server/commands/commands.h"
#include "server/commands/session.h"

#include "base/secret.h"
#include "base/terminal.h"
#include "crypto/passwords.h"
#include "flow/password_policy.h"
#include "wire/email.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    USERS_AT_ONCE = 64,
    LIST_SIZE = 64 * 257, /* the longest list a manifest can give: redirect URIs have three of them */
    URIS_SIZE = 3 * LIST_SIZE,
    ROLES_SIZE = 20480 /* LIMIT_ROLES names of applications with roles */
};

static const char *yes_no(bool flag)
{
    return flag ? "yes" : "no";
}

/* A write of its own, and what to say. */
static int delete_by(struct admin *a, struct store_write *write, const char *what)
{
    err written = store_write(a->store, write, 1);

    if (!err_is_ok(written))
        return admin_fail(a, written);
    fprintf(a->line->out, "deleted %s %s\n", what, a->line->arguments[0]);
    return COMMAND_OK;
}

/* ---- users ---- */

static void user_row(struct table *t, const struct user *user)
{
    const struct guid_text id = guid_format(user->id);
    const struct clock_text created = clock_format(user->created_at);
    const char *cells[] = {
        user->email, user_origin_name(user->origin), yes_no(user->enabled), user->display_name, created.c, id.c
    };

    table_row(t, cells);
}

static const struct table_column user_columns[] = {
    { .name = "email" },
    { .name = "origin" },
    { .name = "enabled" },
    { .name = "name", .cut = true },
    { .name = "created", .below = true },
    { .name = "id", .below = true },
};

static int list_users(struct admin *a, const struct tenant *tenant)
{
    struct user *users = calloc(USERS_AT_ONCE, sizeof *users);
    struct table *t = TABLE_OF(user_columns);
    char after[USER_EMAIL_SIZE] = "";
    size_t n = USERS_AT_ONCE;
    err read = users == NULL ? FAIL(NO_MEMORY) : OK;

    while (err_is_ok(read) && n == USERS_AT_ONCE) {
        read = store_users(a->store, tenant->id, slice_of(after), users, &n);
        for (size_t i = 0; err_is_ok(read) && i < n; i++)
            user_row(t, &users[i]);
        if (err_is_ok(read) && n > 0)
            (void)slice_to_cstr(slice_of(users[n - 1].identity), after, sizeof after);
    }
    free(users);
    return admin_print(a, t, read);
}

static const struct table_column show_columns[] = {
    { .name = "email" },   { .name = "origin" }, { .name = "enabled" },  { .name = "name" },
    { .name = "created" }, { .name = "id" },     { .name = "sessions" }, { .name = "roles" },
};

/* "Pets API/Pets.Admin", parted by commas. */
static void put_role(struct buf *out, const struct directory *d, const struct tenant *tenant, struct slice line)
{
    struct slice value;
    struct slice id = slice_cut(line, ' ', &value);
    const struct application *app = directory_api(d, tenant->id, id);

    buf_fmt(out, "%s%.*s/%.*s", out->n == 0 ? "" : ", ", SLICE_ARGS(app == NULL ? id : app->name), SLICE_ARGS(value));
}

static err roles_of(struct admin *a, const struct tenant *tenant, const struct user *user, char out[ROLES_SIZE])
{
    char space[ROLES_SIZE];
    struct buf lines, text;

    buf_init(&lines, space, sizeof space);
    buf_init(&text, out, ROLES_SIZE - 1);
    TRY(store_user_all_roles(a->store, user->id, &lines));
    for (struct slice rest = buf_slice(&lines); rest.n > 0;)
        put_role(&text, a->directory, tenant, slice_cut(rest, '\n', &rest));
    out[text.n] = '\0';
    return OK;
}

static int show_user(struct admin *a, const struct tenant *tenant)
{
    struct user user = { .created_at = 0 };
    char roles[ROLES_SIZE], sessions[24];
    size_t alive = 0;
    int status = admin_user(a, tenant, &user);

    if (status != COMMAND_OK)
        return status;
    err read = roles_of(a, tenant, &user, roles);
    if (err_is_ok(read))
        read = session_count(a, &user, &alive);
    if (!err_is_ok(read))
        return admin_fail(a, read);
    const struct guid_text id = guid_format(user.id);
    const struct clock_text created = clock_format(user.created_at);
    snprintf(sessions, sizeof sessions, "%zu", alive);
    const char *cells[] = {
        user.email, user_origin_name(user.origin), yes_no(user.enabled), user.display_name, created.c, id.c, sessions,
        roles
    };
    struct table *t = TABLE_OF(show_columns);
    table_as_cards(t);
    table_row(t, cells);
    return admin_print(a, t, OK);
}

static int delete_user(struct admin *a, const struct tenant *tenant)
{
    struct user user = { .created_at = 0 };
    int status = admin_user(a, tenant, &user);

    if (status != COMMAND_OK)
        return status;
    struct store_write write = { .kind = WRITE_USER_DELETE, .tenant_id = tenant->id, .guid = user.id };
    return delete_by(a, &write, "user");
}

/* ---- a user's password ---- */

enum { PASSWORD_SIZE = LIMIT_PASSWORD + 1 };

/* One line of the standard input. On a terminal it is asked for twice, as nobody sees what was typed. COMMAND_OK, or the
 * user has been told. */
static int read_password(const struct command_line *line, char out[PASSWORD_SIZE])
{
    char again[PASSWORD_SIZE] = "";
    bool is_person = isatty(STDIN_FILENO) == 1;

    setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays behind */
    enum typed typed = terminal_read_secret(stdin, line->errors, is_person ? "New password" : NULL, out, PASSWORD_SIZE);
    if (typed == TYPED_LINE && is_person)
        typed = terminal_read_secret(stdin, line->errors, "The same again", again, PASSWORD_SIZE);
    bool same = !is_person || strcmp(out, again) == 0;
    wipe(again, sizeof again);
    if (typed != TYPED_LINE || out[0] == '\0')
        return command_fail(line, "Give it on standard input, as one line.", "there is no password");
    return same ? COMMAND_OK : command_fail(line, "Nothing was changed.", "the two are not the same");
}

static int keep_password(struct admin *a, struct user *user, const char *password)
{
    err hashed = password_hash(&a->config.passwords, password, user->password_hash);

    if (!err_is_ok(hashed))
        return admin_fail(a, hashed);
    user->password_must_change = false;
    user->sessions_valid_from = clock_now(&clock_system);
    struct store_write write = { .kind = WRITE_USER_PASSWORD, .user = user };
    err written = store_write(a->store, &write, 1);
    if (!err_is_ok(written))
        return admin_fail(a, written);
    fprintf(a->line->out, "set the password of %s; her sessions have ended\n", user->email);
    return COMMAND_OK;
}

static int take_password(struct admin *a, const struct tenant *tenant, struct user *user, const char *password)
{
    const struct password_rules rules = { &tenant->banned_passwords, slice_of(a->line->arguments[0]) };
    enum error_id refusal = password_policy_check(slice_of(password), &rules);

    if (refusal != ERROR_NONE)
        return command_fail(a->line, "Take another one.", "%s", error_row(refusal)->text);
    return keep_password(a, user, password);
}

static int set_password(struct admin *a, const struct tenant *tenant)
{
    struct user user = { .created_at = 0 };
    char password[PASSWORD_SIZE];
    int status = admin_user(a, tenant, &user);

    if (status == COMMAND_OK)
        status = read_password(a->line, password);
    if (status == COMMAND_OK)
        status = take_password(a, tenant, &user, password);
    wipe(password, sizeof password);
    return status;
}

/* ---- applications ---- */

static const struct table_column app_columns[] = {
    { .name = "name", .cut = true },
    { .name = "client_id", .below = true },
    { .name = "native" },
    { .name = "public" },
    { .name = "user_flow", .below = true },
    { .name = "algorithm", .detail = true },
    { .name = "permissions", .detail = true },
    { .name = "origins", .detail = true },
    { .name = "redirect_uris", .detail = true },
    { .name = "api", .below = true },
    { .name = "secrets", .number = true },
};

static void join(struct slices list, char *out, size_t cap)
{
    struct buf text;

    buf_init(&text, out, cap - 1);
    for (size_t i = 0; i < list.n; i++)
        buf_fmt(&text, "%s%.*s", i == 0 ? "" : " ", SLICE_ARGS(list.items[i]));
    out[text.n] = '\0';
}

static void join_redirects(const struct application *app, char out[URIS_SIZE])
{
    struct buf text;

    buf_init(&text, out, URIS_SIZE - 1);
    for (size_t i = 0; i < app->redirect_uri_count; i++)
        buf_fmt(&text, "%s%.*s", i == 0 ? "" : " ", SLICE_ARGS(app->redirect_uris[i].uri));
    out[text.n] = '\0';
}

static void app_row(struct table *t, const struct application *app)
{
    char name[128], flow[80], api[LIMIT_RESOURCE], secrets[24];
    char permissions[LIST_SIZE], origins[LIST_SIZE], uris[URIS_SIZE];
    const struct guid_text id = guid_format(app->client_id);

    join(app->permissions, permissions, sizeof permissions);
    join(app->allowed_origins, origins, sizeof origins);
    join_redirects(app, uris);
    snprintf(secrets, sizeof secrets, "%zu", app->secret_count);
    const char *cells[] = { admin_text(app->name, name, sizeof name),
                            id.c,
                            yes_no(app->native_authentication),
                            yes_no(app->public_client),
                            admin_text(app->user_flow, flow, sizeof flow),
                            signing_alg_name(app->signing_alg),
                            permissions,
                            origins,
                            uris,
                            admin_text(app->identifier_uri, api, sizeof api),
                            secrets };
    table_row(t, cells);
}

/* By name or client id; NULL takes all. */
static struct table *app_rows(struct admin *a, const struct tenant *tenant, const char *wanted)
{
    struct table *t = TABLE_OF(app_columns);

    for (size_t i = 0; i < a->directory->application_count; i++) {
        const struct application *app = &a->directory->applications[i];
        bool matches = wanted == NULL || slice_eq(app->name, slice_of(wanted)) ||
                       slice_eq_nocase(slice_of(guid_format(app->client_id).c), slice_of(wanted));
        if (!guid_eq(app->tenant_id, tenant->id) || !matches)
            continue;
        app_row(t, app);
    }
    return t;
}

static int list_apps(struct admin *a, const struct tenant *tenant)
{
    return admin_print(a, app_rows(a, tenant, NULL), OK);
}

/* As cards. None: the user is told that there is no such `what`. */
static int show(struct admin *a, struct table *t, const char *list, const char *what)
{
    if (table_is_whole(t) && table_row_count(t) == 0) {
        table_free(t);
        return command_fail(a->line, list, "%s: there is no such %s", a->line->arguments[0], what);
    }
    table_as_cards(t);
    return admin_print(a, t, OK);
}

static int show_app(struct admin *a, const struct tenant *tenant)
{
    return show(a, app_rows(a, tenant, a->line->arguments[0]), "'doorcode app list' shows them.", "application");
}

static int delete_app(struct admin *a, const struct tenant *tenant)
{
    const struct application *app = admin_application(a, tenant);

    if (app == NULL)
        return COMMAND_FAILED;
    struct store_write write = { .kind = WRITE_APPLICATION_DELETE, .tenant_id = tenant->id, .guid = app->client_id };
    return delete_by(a, &write, "application");
}

/* ---- user flows ---- */

static const struct table_column flow_columns[] = {
    { .name = "name" },
    { .name = "identity_provider", .below = true },
    { .name = "sign_up" },
    { .name = "attributes", .number = true },
};

static struct table *flow_rows(struct admin *a, const struct tenant *tenant, const char *wanted)
{
    struct table *t = TABLE_OF(flow_columns);

    for (size_t i = 0; i < a->directory->user_flow_count; i++) {
        const struct user_flow *flow = &a->directory->user_flows[i];
        char name[80], count[24];
        if (!guid_eq(flow->tenant_id, tenant->id) || (wanted != NULL && !slice_eq(flow->name, slice_of(wanted))))
            continue;
        snprintf(count, sizeof count, "%zu", flow->attribute_count);
        const char *cells[] = { admin_text(flow->name, name, sizeof name),
                                flow->identity_provider == PROVIDER_EMAIL_OTP ? "emailOneTimePasscode"
                                                                              : "emailPassword",
                                yes_no(flow->sign_up), count };
        table_row(t, cells);
    }
    return t;
}

static int list_flows(struct admin *a, const struct tenant *tenant)
{
    return admin_print(a, flow_rows(a, tenant, NULL), OK);
}

static int show_flow(struct admin *a, const struct tenant *tenant)
{
    return show(a, flow_rows(a, tenant, a->line->arguments[0]), "'doorcode flow list' shows them.", "user flow");
}

static int delete_flow(struct admin *a, const struct tenant *tenant)
{
    struct slice name = slice_of(a->line->arguments[0]);

    for (size_t i = 0; i < a->directory->application_count; i++)
        if (guid_eq(a->directory->applications[i].tenant_id, tenant->id) &&
            slice_eq(a->directory->applications[i].user_flow, name))
            return command_fail(a->line, "Link the application to another user flow first.",
                                "%s: an application uses it", a->line->arguments[0]);
    for (size_t i = 0; i < a->directory->user_flow_count; i++) {
        if (!guid_eq(a->directory->user_flows[i].tenant_id, tenant->id) ||
            !slice_eq(a->directory->user_flows[i].name, name))
            continue;
        struct store_write write = { .kind = WRITE_USER_FLOW_DELETE, .tenant_id = tenant->id, .name = name };
        return delete_by(a, &write, "user flow");
    }
    return command_fail(a->line, "'doorcode flow list' shows them.", "%s: there is no such user flow",
                        a->line->arguments[0]);
}

/* Those that print rows have all of them, the others not the last. */
static const struct command_option options[] = { ADMIN_OPTIONS, ADMIN_TENANT, ADMIN_JSON };
enum { PRINTS = sizeof options / sizeof options[0], ACTS = PRINTS - 1 };

/* One command: its function and its row. */
#define DIRECTORY_COMMAND(symbol, kind, words, argument_words, count, text, example, act)              \
    static int run_##symbol(const struct command_line *line)                                           \
    {                                                                                                  \
        return admin_with_tenant(line, act);                                                           \
    }                                                                                                  \
    const struct command command_##symbol = { .name = words,                                           \
                                              .arguments = argument_words,                             \
                                              .summary = text,                                         \
                                              .examples = COMMAND_EXAMPLES("doorcode " words example), \
                                              .options = options,                                      \
                                              .option_count = kind,                                    \
                                              .min_arguments = count,                                  \
                                              .max_arguments = count,                                  \
                                              .run = run_##symbol };

DIRECTORY_COMMAND(user_list, PRINTS, "user list", NULL, 0, "List the users of a tenant", " --json", list_users)
DIRECTORY_COMMAND(user_show, PRINTS, "user show", "USER", 1, "Show a user, by address or id", " sam@example.org",
                  show_user)
DIRECTORY_COMMAND(user_set_password, ACTS, "user set-password", "USER", 1,
                  "Set a user's password, typed or read from standard input; her sessions end",
                  " sam@example.org < password", set_password)
DIRECTORY_COMMAND(user_delete, ACTS, "user delete", "USER", 1, "Delete a user with all grants, by address or id",
                  " sam@example.org", delete_user)
DIRECTORY_COMMAND(app_list, PRINTS, "app list", NULL, 0, "List the applications of a tenant; app show tells more",
                  " --tenant petstore", list_apps)
DIRECTORY_COMMAND(app_show, PRINTS, "app show", "APPLICATION", 1, "Show an application, by client id or name",
                  " 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", show_app)
DIRECTORY_COMMAND(app_delete, ACTS, "app delete", "CLIENT-ID", 1, "Delete an application",
                  " 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", delete_app)
DIRECTORY_COMMAND(flow_list, PRINTS, "flow list", NULL, 0, "List the user flows of a tenant", "", list_flows)
DIRECTORY_COMMAND(flow_show, PRINTS, "flow show", "NAME", 1, "Show a user flow", " passwords", show_flow)
DIRECTORY_COMMAND(flow_delete, ACTS, "flow delete", "NAME", 1, "Delete a user flow that no application uses",
                  " passwords", delete_flow)
