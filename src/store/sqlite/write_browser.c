/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of sign-ins in browsers and on devices: sessions, authorization codes, device codes, assertions. */
#include "store/sqlite/db.h"

/* ---- sessions ---- */

/* A statement of a GUID and a time. */
static err change_by_guid(struct connection *c, enum query_id id, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    bind_guid(q, 1, &w->guid);
    bind_number(q, 2, w->at);
    return query_done(c, q);
}

err write_session_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_session_insert, &shape_session, w->session);
}

err write_session_seen(struct connection *c, const struct store_write *w)
{
    return change_by_guid(c, QUERY_session_seen, w);
}

err write_session_end(struct connection *c, const struct store_write *w)
{
    return change_by_guid(c, QUERY_session_end, w);
}

err write_session_application(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_session_application_insert, &q));
    bind_guid(q, 1, &w->guid);
    bind_guid(q, 2, &w->client_id);
    return query_done(c, q);
}

/* Refresh tokens are void by the user's row. Codes would give new ones, so they go. */
err write_user_revoke(struct connection *c, const struct store_write *w)
{
    static const enum query_id codes[] = { QUERY_user_codes_delete, QUERY_user_devices_delete };

    TRY(change_by_guid(c, QUERY_user_revoke, w));
    TRY(change_by_guid(c, QUERY_user_sessions_end, w));
    return RUN_FOR_GUID(c, codes, &w->guid);
}

/* ---- codes ---- */

err write_code_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_code_insert, &shape_code, w->code);
}

err write_code_use(struct connection *c, const struct store_write *w)
{
    return take_by_id(c, QUERY_code_use, w);
}

err write_device_add(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_device_insert, &shape_device, w->device);
}

err write_device_decide(struct connection *c, const struct store_write *w)
{
    return put_row(c, QUERY_device_decide, &shape_device_decision, w->device);
}

err write_device_use(struct connection *c, const struct store_write *w)
{
    return take_by_id(c, QUERY_device_use, w);
}

err write_assertion_add(struct connection *c, const struct store_write *w)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, QUERY_assertion_insert, &q));
    sqlite3_bind_blob(q, 1, w->hash, STORE_ASSERTION_HASH, SQLITE_STATIC);
    bind_number(q, 2, w->at);
    return query_done(c, q);
}
