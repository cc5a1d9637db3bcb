/* SPDX-License-Identifier: Apache-2.0 */
/* store_file.h: the file of a store as an older version left it, by plain SQLite. */
#ifndef DOORCODE_TESTS_STORE_FILE_H
#define DOORCODE_TESTS_STORE_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

/* Undoes step 6 of schema.sql. */
#define BEFORE_STEP_6                                                               \
    "INSERT INTO mails SELECT * FROM mails_tried;"                                  \
    "DROP TABLE mails_tried;"                                                       \
    "CREATE INDEX mails_pending ON mails (id, due_at, expires_at) WHERE state = 0;" \
    "CREATE INDEX mails_dead ON mails (id, expires_at) WHERE state = 1;"            \
    "PRAGMA user_version = 5;"

/* Undoes steps 5 and 6. */
#define BEFORE_STEP_5                                                       \
    BEFORE_STEP_6                                                           \
    "ALTER TABLE grants DROP COLUMN serves_until;"                          \
    "CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);"    \
    "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);" \
    "PRAGMA user_version = 4;"

/* Runs statements on the file, which no store has open. */
static inline void store_file_execute(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#endif
