/* SPDX-License-Identifier: Apache-2.0 */
/* What is removed as time passes, a bounded number of rows at a time, and the reset of the development mode. */
#include "store/sqlite/db.h"

enum {
    EXPIRE_ROWS = 1000, /* of each table and call: some milliseconds of the writer */
    DAY = 24 * 60 * 60,
    GRANT_IDLE = DAY,        /* a grant that has, or had, no refresh token serves no more */
    PASSCODE_IDLE = 7 * DAY, /* longer than every counting window and lock */
    MAIL_IDLE = DAY          /* expired mails stay visible for a day */
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

static err expire_grant(struct connection *c, int64_t id, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_expire_grant, &q));
    bind_number(q, 1, id);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return OK;
}

/* The tokens, and the grants whose last token went. */
static err expire_refresh_tokens(struct connection *c, instant before, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    err row;

    TRY(query_start(c, QUERY_expire_refresh_tokens, &q));
    bind_number(q, 1, before);
    bind_number(q, 2, EXPIRE_ROWS);
    for (row = query_row(c, q); err_is_ok(row); row = query_row(c, q)) {
        *removed += 1;
        TRY(expire_grant(c, sqlite3_column_int64(q, 0), removed));
    }
    return row.code == ERR_NOT_FOUND ? OK : row;
}

/* Grants and passcodes have no index by time, which every sign-in would have to keep up. They are walked through instead,
 * some rows a call, from where the last call stopped, and from the start again after the end. */

static err grants_last(struct connection *c, uint64_t after, uint64_t *last)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_grants_last, &q));
    bind_number(q, 1, (int64_t)after);
    bind_number(q, 2, EXPIRE_ROWS);
    TRY(query_row(c, q));
    *last = (uint64_t)sqlite3_column_int64(q, 0); /* NULL, at the end, reads as 0 */
    return OK;
}

static err expire_stretch(struct connection *c, enum query_id id, instant before, uint64_t after, uint64_t last,
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

/* Those without a token, and those of deleted users. */
static err expire_grants(struct connection *c, instant before, uint64_t *removed)
{
    uint64_t after = c->store->expire_grants_after;
    uint64_t last;

    TRY(grants_last(c, after, &last));
    if (last == 0) {
        after = 0;
        TRY(grants_last(c, after, &last));
        TRY(query_run(c, QUERY_voids_count));
        TRY(query_run(c, QUERY_voids_forget));
    }
    c->store->expire_grants_after = last;
    TRY(expire_stretch(c, QUERY_expire_void_refresh_tokens, before, after, last, removed));
    return expire_stretch(c, QUERY_expire_grants, before, after, last, removed);
}

static err passcodes_last(struct connection *c, const struct guid *after, struct guid *last)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_passcodes_last, &q));
    bind_guid(q, 1, after);
    bind_number(q, 2, EXPIRE_ROWS);
    TRY(query_row(c, q));
    *last = GUID_NIL;
    if (sqlite3_column_type(q, 0) == SQLITE_NULL)
        return OK;
    return shape_read(&shape_guid, c, q, last);
}

static err expire_passcodes(struct connection *c, instant before, uint64_t *removed)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    struct guid after = c->store->expire_passcodes_after;
    struct guid last;

    TRY(passcodes_last(c, &after, &last));
    if (guid_is_nil(last)) {
        after = last;
        TRY(passcodes_last(c, &after, &last));
    }
    c->store->expire_passcodes_after = last;
    TRY(query_start(c, QUERY_expire_passcodes, &q));
    bind_number(q, 1, before);
    bind_guid(q, 2, &after);
    bind_guid(q, 3, &last);
    TRY(query_done(c, q));
    *removed += (uint64_t)sqlite3_changes64(c->db);
    return OK;
}

static err run_expire(struct connection *c, struct store_task *task)
{
    struct expire_task *t = (struct expire_task *)task;

    t->removed = 0;
    TRY(expire_refresh_tokens(c, t->now, &t->removed));
    TRY(expire_rows(c, QUERY_expire_signups, t->now, &t->removed));
    TRY(expire_rows(c, QUERY_expire_pending_mails, t->now - MAIL_IDLE, &t->removed));
    TRY(expire_rows(c, QUERY_expire_dead_mails, t->now - MAIL_IDLE, &t->removed));
    TRY(expire_grants(c, t->now - GRANT_IDLE, &t->removed));
    TRY(expire_passcodes(c, t->now - PASSCODE_IDLE, &t->removed));
    return mails_recount(c);
}

err store_expire(struct store *s, instant now, uint64_t *removed)
{
    struct expire_task task = { .task = { run_expire }, .now = now };
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
        QUERY_reset_tenants,
        QUERY_reset_names,
        QUERY_reset_applications,
        QUERY_reset_redirect_uris,
        QUERY_reset_permissions,
        QUERY_reset_origins,
        QUERY_reset_user_attributes,
        QUERY_reset_methods,
        QUERY_reset_signups,
        QUERY_reset_banned_passwords,
        QUERY_reset_contact_rules,
        QUERY_reset_extensions,
        QUERY_reset_extension_applications,
        QUERY_reset_user_flows,
        QUERY_reset_attributes,
        QUERY_directory_touch,
    };

    (void)task;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        TRY(query_run(c, ids[i]));
    return mails_recount(c);
}

err store_reset(struct store *s)
{
    struct store_task task = { run_reset };

    return writer_run(s, &task);
}
