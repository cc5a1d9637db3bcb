/* SPDX-License-Identifier: Apache-2.0 */
/* doorcode session list and end: where a user is signed in with a browser, and how that ends. */
#include "server/commands/session.h"

#include "server/commands/commands.h"

#include "flow/authorize.h"

#include <stdlib.h>

enum { SESSIONS_MAX = 1000, APPLICATIONS_MAX = 64, NAMES_SIZE = 8192 };

/* The sessions of a user that are alive, newest first. */
struct sessions {
    struct session *rows;
    size_t n;
};

static void free_sessions(struct sessions *s)
{
    free(s->rows);
}

static err load_sessions(struct admin *a, const struct user *user, struct sessions *out)
{
    const instant now = clock_now(&clock_system);
    size_t n = SESSIONS_MAX;

    out->n = 0;
    out->rows = calloc(SESSIONS_MAX, sizeof *out->rows);
    ENSURE(out->rows != NULL, NO_MEMORY);
    TRY(store_sessions(a->store, user->id, out->rows, &n));
    for (size_t i = 0; i < n; i++)
        if (session_is_alive(&out->rows[i], user, &a->config.policy, now))
            out->rows[out->n++] = out->rows[i];
    return OK;
}

err session_count(struct admin *a, const struct user *user, size_t *alive)
{
    AUTO(free_sessions) struct sessions sessions = { NULL, 0 };

    TRY(load_sessions(a, user, &sessions));
    *alive = sessions.n;
    return OK;
}

/* Names of the applications that she is signed in to, parted by commas. */
static err applications_of(struct admin *a, const struct session *session, char out[NAMES_SIZE])
{
    struct guid ids[APPLICATIONS_MAX];
    size_t n = APPLICATIONS_MAX;
    struct buf text;

    buf_init(&text, out, NAMES_SIZE - 1);
    TRY(store_session_applications(a->store, session->id, ids, &n));
    for (size_t i = 0; i < n; i++) {
        const struct application *app = directory_application(a->directory, session->tenant_id, ids[i]);
        if (app != NULL)
            buf_fmt(&text, "%s%.*s", text.n == 0 ? "" : ", ", SLICE_ARGS(app->name));
    }
    out[text.n] = '\0';
    return OK;
}

static const struct table_column columns[] = {
    { .name = "session", .below = true },
    { .name = "signed_in" },
    { .name = "seen" },
    { .name = "ends" },
    { .name = "stays" },
    { .name = "applications", .below = true },
};

static err put_session(struct admin *a, const struct session *session, struct table *t)
{
    const struct guid_text id = guid_format(session->id);
    const struct clock_text signed_in = clock_format(session->authenticated_at);
    const struct clock_text seen = clock_format(session->seen_at);
    const struct clock_text ends = clock_format(session_ends_at(session, &a->config.policy));
    char applications[NAMES_SIZE];

    TRY(applications_of(a, session, applications));
    const char *cells[] = { id.c, signed_in.c, seen.c, ends.c, session->persistent ? "yes" : "no", applications };
    table_row(t, cells);
    return OK;
}

static int list_sessions(struct admin *a, const struct tenant *tenant)
{
    AUTO(free_sessions) struct sessions sessions = { NULL, 0 };
    struct user user = { .created_at = 0 };
    int status = admin_user(a, tenant, &user);

    if (status != COMMAND_OK)
        return status;
    struct table *t = TABLE_OF(columns);
    err read = load_sessions(a, &user, &sessions);
    for (size_t i = 0; err_is_ok(read) && i < sessions.n; i++)
        read = put_session(a, &sessions.rows[i], t);
    return admin_print(a, t, read);
}

/* ---- ending ---- */

/* Sessions with their refresh tokens, authorization codes and whatever else she signed in with, also in this very second:
 * what is as old as the mark is good. */
static int end_everything(struct admin *a, const struct user *user)
{
    const instant mark = clock_now(&clock_system) + 1;
    const struct store_write write = { .kind = WRITE_USER_REVOKE, .guid = user->id, .at = mark };
    err written = store_write(a->store, &write, 1);

    if (!err_is_ok(written))
        return admin_fail(a, written);
    fprintf(a->line->out, "signed %s out everywhere: her sessions have ended, her refresh tokens are void\n",
            user->email);
    return COMMAND_OK;
}

/* Those of the list, or the one that is named. */
static int end_sessions(struct admin *a, const struct user *user, const struct sessions *sessions, const char *named)
{
    struct store_write *writes = calloc(sessions->n + 1, sizeof *writes);
    size_t n = 0;
    err written = writes == NULL ? FAIL(NO_MEMORY) : OK;

    for (size_t i = 0; writes != NULL && i < sessions->n; i++) {
        const struct guid id = sessions->rows[i].id;
        if (named == NULL || slice_eq_nocase(slice_of(guid_format(id).c), slice_of(named)))
            writes[n++] = (struct store_write){ .kind = WRITE_SESSION_END, .guid = id, .at = clock_now(&clock_system) };
    }
    if (n > 0)
        written = store_write(a->store, writes, n);
    free(writes);
    if (!err_is_ok(written))
        return admin_fail(a, written);
    if (named != NULL && n == 0)
        return command_fail(a->line, "'doorcode session list' shows them.", "%s: she has no such session", named);
    fprintf(a->line->out, "ended %zu %s of %s\n", n, n == 1 ? "session" : "sessions", user->email);
    return COMMAND_OK;
}

static int end_session(struct admin *a, const struct tenant *tenant)
{
    AUTO(free_sessions) struct sessions sessions = { NULL, 0 };
    const char *named = a->line->argument_count > 1 ? a->line->arguments[1] : NULL;
    bool everything = command_flag(a->line, "all");
    struct user user = { .created_at = 0 };

    if (everything && named != NULL)
        return command_usage(a->line, "either a session or --all");
    int status = admin_user(a, tenant, &user);
    if (status != COMMAND_OK)
        return status;
    if (everything)
        return end_everything(a, &user);
    err read = load_sessions(a, &user, &sessions);
    return err_is_ok(read) ? end_sessions(a, &user, &sessions, named) : admin_fail(a, read);
}

static int run_list(const struct command_line *line)
{
    return admin_with_tenant(line, list_sessions);
}

static int run_end(const struct command_line *line)
{
    return admin_with_tenant(line, end_session);
}

static const struct command_option list_options[] = { ADMIN_OPTIONS, ADMIN_TENANT, ADMIN_JSON };
static const struct command_option end_options[] = {
    ADMIN_OPTIONS,
    ADMIN_TENANT,
    { .name = "all", .letter = 'a', .help = "Sign the user out everywhere: refresh tokens too." },
};
static const char *const end_examples[] = { "doorcode session end sam@example.org --all", NULL };

const struct command command_session_list = {
    .name = "session list",
    .arguments = "USER",
    .summary = "List the browser sessions of a user that are alive",
    .examples = COMMAND_EXAMPLES("doorcode session list sam@example.org"),
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_list,
};

const struct command command_session_end = {
    .name = "session end",
    .arguments = "USER [SESSION]",
    .summary = "End one or all browser sessions of a user",
    .description = "The next visit asks the user to sign in again. Applications keep the tokens that they have: with "
                   "--all they get no new ones either. Access tokens stay good until they expire.",
    .examples = end_examples,
    .options = end_options,
    .option_count = sizeof end_options / sizeof end_options[0],
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run_end,
};
