/* SPDX-License-Identifier: Apache-2.0 */
/* Running one statement: prepared once, bound without copies, always reset. */
#include "store/sqlite/db.h"

err query_start(struct connection *c, enum query_id id, sqlite3_stmt **out)
{
    if (c->statements[id] == NULL) {
        struct slice sql = c->store->queries[id];
        int rc = sqlite3_prepare_v3(c->db, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &c->statements[id], NULL);
        if (rc != SQLITE_OK)
            return store_failed(c->store, rc, "prepare");
    }
    *out = c->statements[id];
    return OK;
}

void query_end(sqlite3_stmt **q)
{
    if (*q != NULL)
        sqlite3_reset(*q); /* its result repeats what step said */
}

err query_row(struct connection *c, sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);

    if (rc == SQLITE_ROW)
        return OK;
    return rc == SQLITE_DONE ? FAIL(NOT_FOUND) : store_failed(c->store, rc, "read");
}

err query_done(struct connection *c, sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);

    if (rc == SQLITE_DONE)
        return OK;
    return (rc & 0xff) == SQLITE_CONSTRAINT ? FAIL(CONFLICT) : store_failed(c->store, rc, "write");
}

err query_run(struct connection *c, enum query_id id)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    return query_done(c, q);
}

err query_number(struct connection *c, enum query_id id, int64_t *out)
{
    AUTO(query_end) sqlite3_stmt *q = NULL;

    TRY(query_start(c, id, &q));
    TRY(query_row(c, q));
    *out = sqlite3_column_int64(q, 0);
    return OK;
}

void bind_number(sqlite3_stmt *q, int at, int64_t value)
{
    sqlite3_bind_int64(q, at, value);
}

void bind_guid(sqlite3_stmt *q, int at, const struct guid *g)
{
    sqlite3_bind_blob(q, at, g->b, sizeof g->b, SQLITE_STATIC);
}

void bind_slice(sqlite3_stmt *q, int at, struct slice text)
{
    sqlite3_bind_text(q, at, text.n == 0 ? "" : text.p, (int)text.n, SQLITE_STATIC);
}
