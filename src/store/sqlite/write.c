/* SPDX-License-Identifier: Apache-2.0 */
/* What the writes share; users and keys. */
#include "store/sqlite/db.h"

err put_row(struct connection *c, enum query_id id, const struct shape *shape, const void *row)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    shape_bind(shape, q, row);
    TRY(query_done(c, q));
    return sqlite3_changes(c->db) == 0 ? FAIL(CONFLICT) : OK;
}

static err run_with_guid(struct connection *c, enum query_id id, const struct guid *g)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_guid(q, 1, g);
    return query_done(c, q);
}

err run_for_guid(struct connection *c, const enum query_id *ids, size_t n, const struct guid *g)
{
    for (size_t i = 0; i < n; i++)
        TRY(run_with_guid(c, ids[i], g));
    return OK;
}

/* A user that was deleted and comes back, as a manifest can bring it, must not find its old grants valid again. That is
 * rare, so they may be looked for among all. */
static err remove_void_grants(struct connection *c, const struct guid *user)
{
    static const enum query_id unvoid[] = { QUERY_user_unvoid };
    static const enum query_id grants[] = { QUERY_user_grants_delete };

    TRY(RUN_FOR_GUID(c, unvoid, user));
    return sqlite3_changes(c->db) == 0 ? OK : RUN_FOR_GUID(c, grants, user);
}

err write_user_put(struct connection *c, const struct store_write *w)
{
    TRY(put_row(c, QUERY_user_put, &shape_user, w->user));
    return remove_void_grants(c, &w->user->id);
}

err write_user_delete(struct connection *c, const struct store_write *w)
{
    static const enum query_id ids[] = { QUERY_user_void,
                                         QUERY_user_passcode_delete,
                                         QUERY_user_methods_delete,
                                         QUERY_user_attributes_delete,
                                         QUERY_user_roles_delete,
                                         QUERY_user_session_applications_delete,
                                         QUERY_user_sessions_delete,
                                         QUERY_user_codes_delete,
                                         QUERY_user_devices_delete,
                                         QUERY_user_delete };

    return RUN_FOR_GUID(c, ids, &w->guid);
}

err write_user_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_user_add, &shape_user, w->user);
}

err write_user_password(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_user_password, &q));
    bind_guid(q, 1, &w->user->id);
    bind_slice(q, 2, slice_of(w->user->password_hash));
    bind_number(q, 3, w->user->password_must_change);
    bind_number(q, 4, w->user->sessions_valid_from);
    TRY(query_done(c, q));
    return sqlite3_changes(c->db) == 0 ? FAIL(CONFLICT) : OK;
}

err write_attributes_put(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_attributes_put, &q));
    bind_guid(q, 1, &w->guid);
    bind_slice(q, 2, w->name);
    return query_done(c, q);
}

/* One line: "client_id value". */
static err add_role(struct connection *c, const struct guid *user, struct slice line)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;
    struct guid client_id;
    struct slice value;

    ENSURE(guid_parse(slice_cut(line, ' ', &value), &client_id) && value.n > 0, CONFLICT);
    TRY(query_start(c, QUERY_user_role_insert, &q));
    bind_guid(q, 1, user);
    bind_guid(q, 2, &client_id);
    bind_slice(q, 3, value);
    return query_done(c, q);
}

err write_user_roles(struct connection *c, const struct store_write *w)
{
    static const enum query_id forget[] = { QUERY_user_roles_delete };

    TRY(RUN_FOR_GUID(c, forget, &w->guid));
    for (struct slice rest = w->name; rest.n > 0;) {
        struct slice line = slice_cut(rest, '\n', &rest);
        if (line.n > 0)
            TRY(add_role(c, &w->guid, line));
    }
    return OK;
}

/* How many the user has besides one of this channel and target, which would be replaced. */
static err count_methods_besides(struct connection *c, const struct method *method, int64_t *n)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_methods_besides, &q));
    bind_guid(q, 1, &method->user_id);
    bind_number(q, 2, method->channel);
    bind_slice(q, 3, slice_of(method->target));
    TRY(query_row(c, q));
    *n = sqlite3_column_int64(q, 0);
    return OK;
}

err write_method_add(struct connection *c, const struct store_write *w)
{
    int64_t n = 0;

    TRY(count_methods_besides(c, w->method, &n));
    ENSURE(n < LIMIT_METHODS, CONFLICT);
    return put_row(c, QUERY_method_put, &shape_method, w->method);
}

err write_method_delete(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_method_delete, &q));
    bind_guid(q, 1, &w->method->user_id);
    bind_guid(q, 2, &w->method->id);
    return query_done(c, q);
}

err write_signup_put(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_signup_put, &shape_signup, w->signup);
}

err write_signup_delete(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_signup_delete, &q));
    bind_number(q, 1, (int64_t)w->id);
    return query_done(c, q);
}

err write_directory_same(struct connection *c, const struct store_write *w)
{
    return take_by_id(c, QUERY_directory_same, w);
}

/* Keys are part of what a server holds in memory, so they raise the directory version too. */
err write_key_put(struct connection *c, const struct store_write *w)
{
    TRY(put_row(c, QUERY_key_put, &shape_key, w->key));
    return query_run(c, QUERY_directory_touch);
}

err write_key_delete(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_key_delete, &q));
    bind_slice(q, 1, w->name);
    TRY(query_done(c, q));
    return query_run(c, QUERY_directory_touch);
}
