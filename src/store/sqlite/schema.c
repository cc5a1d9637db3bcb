/* SPDX-License-Identifier: Apache-2.0 */
/* The tables' history: runs the steps of schema.sql that a file has not seen. */
#include "store/sqlite/db.h"

enum { APPLICATION_ID = 0x446f6f72 }; /* "Door", in the file's header: no other program's database is taken for ours */

static int run_script(sqlite3 *db, struct slice sql)
{
    int rc = SQLITE_OK;

    while (sql.n > 0 && rc == SQLITE_OK) {
        sqlite3_stmt *q = NULL;
        const char *rest = NULL;
        rc = sqlite3_prepare_v2(db, sql.p, (int)sql.n, &q, &rest);
        if (q != NULL) {
            while ((rc = sqlite3_step(q)) == SQLITE_ROW)
                continue;
            rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
        }
        sqlite3_finalize(q);
        sql = slice_from(sql, rest == NULL ? sql.n : (size_t)(rest - sql.p));
    }
    return rc;
}

static err run_text(struct connection *c, struct slice sql, const char *what)
{
    int rc = run_script(c->db, sql);

    return rc == SQLITE_OK ? OK : store_failed(c->store, rc, what);
}

static err pragma_number(struct connection *c, struct slice sql, int64_t *out)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(c->db, sql.p, (int)sql.n, &q, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return rc == SQLITE_ROW ? OK : store_failed(c->store, rc, "schema");
}

/* Runs all steps after `from`; *last is the number of the last step there is. */
static err run_steps(struct connection *c, struct slice script, uint64_t from, uint64_t *last)
{
    const struct slice mark = SLICE("-- step: ");
    struct slice step = SLICE_EMPTY;

    *last = 0;
    while (script.n > 0) {
        struct slice line = slice_cut(script, '\n', &script);
        if (!slice_starts(line, mark)) {
            step.n = *last > from ? (size_t)(line.p + line.n - step.p) : 0;
            continue;
        }
        TRY(run_text(c, step, "schema"));
        ENSURE(slice_to_u64(slice_from(line, mark.n), *last + 1, last), FORMAT);
        step = (struct slice){ script.p, 0 };
    }
    return run_text(c, step, "schema");
}

static err migrate(struct connection *c)
{
    const struct embedded_file *file = embedded_find(store_sql(), SLICE("schema.sql"));
    int64_t version, application;
    uint64_t last;
    char text[96];
    struct buf sql;

    ENSURE(file != NULL, FORMAT);
    TRY(pragma_number(c, SLICE("PRAGMA user_version"), &version));
    TRY(pragma_number(c, SLICE("PRAGMA application_id"), &application));
    if (application != (version == 0 ? 0 : APPLICATION_ID))
        return store_failed(c->store, SQLITE_NOTADB, "foreign file");
    TRY(run_steps(c, file->bytes, (uint64_t)version, &last));
    if ((uint64_t)version == last)
        return OK;
    if ((uint64_t)version > last)
        return store_failed(c->store, SQLITE_SCHEMA, "file of a newer version");
    buf_init(&sql, text, sizeof text);
    buf_fmt(&sql, "PRAGMA user_version = %d; PRAGMA application_id = %d", (int)last, APPLICATION_ID);
    return run_text(c, buf_slice(&sql), "schema");
}

err schema_migrate(struct connection *c)
{
    if (!c->store->in_memory)
        TRY(run_text(c, SLICE("PRAGMA journal_mode = WAL"), "journal"));
    TRY(query_run(c, QUERY_begin_write));
    err result = migrate(c);
    if (err_is_ok(result))
        return query_run(c, QUERY_commit);
    sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}
