/* SPDX-License-Identifier: Apache-2.0 */
/* What is removed as time passes, a bounded number of rows at a time, and the reset of the development mode. */
#include "store/sqlite/db.h"

enum {
    EXPIRE_ROWS = 1000, /* of each table and call: some milliseconds of the writer */
    DAY = 24 * 60 * 60,
    PASSCODE_IDLE = 7 * DAY, /* longer than every counting window and lock */
    MAIL_IDLE = DAY,         /* expired mails stay visible for a day */
    SESSION_IDLE = DAY,      /* dead ones, too */
    CODE_IDLE = 60 * 60      /* so that a late or second redemption is known for what it is */
};

struct expire_task {
    struct store_task task;
    instant now;
    uint64_t removed;
};

/* A statement with a time before which rows go, and how many at most. */
static err expire_rows(struct connection *c, enum query_id id, instant before, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_number(q, 1, before);
    bind_number(q, 2, EXPIRE_ROWS);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return OK;
}

/* Refresh tokens, grants, passcodes and sessions have no index by time, which every sign-in would have to keep up. They are
 * walked through instead, some rows a call, from where the last call stopped, and from the start again after the end. */

static err ids_last(struct connection *c, enum query_id id, uint64_t after, uint64_t *last)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_number(q, 1, (int64_t)after);
    bind_number(q, 2, EXPIRE_ROWS);
    TRY(query_row(c, q));
    *last = (uint64_t)sqlite3_column_int64(q, 0); /* NULL, at the end, reads as 0 */
    return OK;
}

static err begin_walk(struct connection *c, enum query_id id, struct id_walk *walk)
{
    int64_t end;

    TRY(query_number(c, id, &end));
    *walk = (struct id_walk){ .end = (uint64_t)end, .begun = true };
    return OK;
}

/* The next stretch of the walk: behind *after, up to walk->at. *passed: a walk has passed all rows, and another begins. */
static err next_ids(struct connection *c, enum query_id end, enum query_id last, struct id_walk *walk, uint64_t *after,
                    bool *passed)
{
    bool is_over = walk->at >= walk->end;

    *passed = is_over && walk->begun;
    if (is_over)
        TRY(begin_walk(c, end, walk));
    *after = walk->at;
    TRY(ids_last(c, last, *after, &walk->at));
    if (walk->at == 0) /* nothing is left */
        walk->at = walk->end;
    return OK;
}

static err expire_ids(struct connection *c, enum query_id id, instant before, uint64_t after, uint64_t last,
                      uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_number(q, 1, before);
    bind_number(q, 2, (int64_t)after);
    bind_number(q, 3, (int64_t)last);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return OK;
}

/* Those that expired, and those whose grant is gone, with its user or tenant. */
static err expire_refresh_tokens(struct connection *c, instant before, uint64_t *removed)
{
    struct id_walk *walk = &c->store->expire_tokens;
    uint64_t after;
    bool passed;

    TRY(next_ids(c, QUERY_refresh_tokens_end, QUERY_refresh_tokens_last, walk, &after, &passed));
    return expire_ids(c, QUERY_expire_refresh_tokens, before, after, walk->at, removed);
}

/* Those whose last token expired, and those of deleted users. */
static err expire_grants(struct connection *c, instant before, uint64_t *removed)
{
    struct id_walk *walk = &c->store->expire_grants;
    uint64_t after;
    bool passed;

    TRY(next_ids(c, QUERY_grants_end, QUERY_grants_last, walk, &after, &passed));
    if (passed) {
        TRY(query_run(c, QUERY_voids_count));
        TRY(query_run(c, QUERY_voids_forget));
    }
    return expire_ids(c, QUERY_expire_grants, before, after, walk->at, removed);
}

static err guids_last(struct connection *c, enum query_id id, const struct guid *after, struct guid *last)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_guid(q, 1, after);
    bind_number(q, 2, EXPIRE_ROWS);
    TRY(query_row(c, q));
    *last = GUID_NIL;
    if (sqlite3_column_type(q, 0) == SQLITE_NULL)
        return OK;
    return shape_read(&shape_guid, c, q, last);
}

/* The next stretch of a table whose ids are GUIDs: behind `after`, up to *at, which is where the last one ended. */
static err next_guids(struct connection *c, enum query_id id, struct guid *after, struct guid *at)
{
    *after = *at;
    TRY(guids_last(c, id, after, at));
    if (!guid_is_nil(*at))
        return OK;
    *after = GUID_NIL;
    return guids_last(c, id, after, at);
}

static err expire_passcodes(struct connection *c, instant before, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    struct guid *last = &c->store->expire_passcodes_after;
    struct guid after;

    TRY(next_guids(c, QUERY_passcodes_last, &after, last));
    TRY(query_start(c, QUERY_expire_passcodes, &q));
    bind_number(q, 1, before);
    bind_guid(q, 2, &after);
    bind_guid(q, 3, last);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return OK;
}

static err expire_session_applications(struct connection *c, const struct guid *after, const struct guid *last)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_expire_session_applications, &q));
    bind_guid(q, 1, after);
    bind_guid(q, 2, last);
    return query_done(c, q);
}

static err expire_sessions(struct connection *c, instant before, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    const struct policy *policy = &c->store->policy;
    struct guid *last = &c->store->expire_sessions_after;
    struct guid after;

    TRY(next_guids(c, QUERY_sessions_last, &after, last));
    TRY(query_start(c, QUERY_expire_sessions, &q));
    bind_number(q, 1, before);
    bind_number(q, 2, before - policy->session_idle_seconds);
    bind_number(q, 3, before - policy->session_persistent_seconds);
    bind_number(q, 4, before - policy->session_max_seconds);
    bind_guid(q, 5, &after);
    bind_guid(q, 6, last);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return expire_session_applications(c, &after, last);
}

static err run_expire(struct connection *c, struct store_task *task)
{
    struct expire_task *t = (struct expire_task *)task;

    t->removed = 0;
    TRY(expire_rows(c, QUERY_expire_signups, t->now, &t->removed));
    TRY(expire_rows(c, QUERY_expire_fresh_mails, t->now - MAIL_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_pending_mails, t->now - MAIL_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_dead_mails, t->now - MAIL_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_codes, t->now - CODE_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_devices, t->now - CODE_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_assertions, t->now, &t->removed));
    TRY(expire_grants(c, t->now, &t->removed));
    TRY(expire_refresh_tokens(c, t->now, &t->removed));
    TRY(expire_sessions(c, t->now - SESSION_IDLE, &t->removed));
    TRY(expire_passcodes(c, t->now - PASSCODE_IDLE, &t->removed));
    return mails_recount(c);
}

err store_expire(struct store *s, instant now, uint64_t *removed)
{
    struct expire_task task = { .task = { run_expire, NULL, 0 }, .now = now };
    err result = writer_run(s, &task.task);

    *removed = err_is_ok(result) ? task.removed : 0;
    return result;
}

static err run_reset(struct connection *c, struct store_task *task)
{
    static const enum query_id ids[] = {
        QUERY_reset_users,
        QUERY_reset_deleted_users,
        QUERY_reset_passcodes,
        QUERY_reset_grants,
        QUERY_reset_refresh_tokens,
        QUERY_reset_mails,
        QUERY_reset_mails_tried,
        QUERY_reset_tenants,
        QUERY_reset_names,
        QUERY_reset_applications,
        QUERY_reset_redirect_uris,
        QUERY_reset_application_texts,
        QUERY_reset_client_secrets,
        QUERY_reset_app_roles,
        QUERY_reset_user_attributes,
        QUERY_reset_methods,
        QUERY_reset_signups,
        QUERY_reset_banned_passwords,
        QUERY_reset_contact_rules,
        QUERY_reset_extensions,
        QUERY_reset_extension_applications,
        QUERY_reset_user_flows,
        QUERY_reset_attributes,
        QUERY_reset_attribute_options,
        QUERY_reset_text_overrides,
        QUERY_reset_user_roles,
        QUERY_reset_sessions,
        QUERY_reset_session_applications,
        QUERY_reset_codes,
        QUERY_reset_devices,
        QUERY_reset_assertions,
        QUERY_directory_touch,
    };

    (void)task;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        TRY(query_run(c, ids[i]));
    return mails_recount(c);
}

err store_reset(struct store *s)
{
    struct store_task task = { run_reset, NULL, 0 };

    return writer_run(s, &task);
}
