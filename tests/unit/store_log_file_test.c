/* SPDX-License-Identifier: Apache-2.0 */
/* The log's file: a commit goes out in one piece, before the sync; whoever reads finds all that was written; a piece that
 * cannot go out fails the commit, and nothing of it stays. */
#include "store/sqlite/log_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- under it: a VFS that counts what reaches the log, and can refuse it ---- */

static struct {
    int writes;
    int syncs;
    bool refuses;
    bool tears; /* as a disk does that has no powersafe overwrite */
} log_seen;

static sqlite3_vfs *real_vfs;
static const sqlite3_io_methods *real_methods;
static sqlite3_io_methods watched_log;
static sqlite3_io_methods watched_main;

static int write_watched(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    log_seen.writes++;
    return log_seen.refuses ? SQLITE_FULL : real_methods->xWrite(file, bytes, n, at);
}

static int sync_watched(sqlite3_file *file, int flags)
{
    log_seen.syncs++;
    return real_methods->xSync(file, flags);
}

static int traits_watched(sqlite3_file *file)
{
    int traits = real_methods->xDeviceCharacteristics(file);

    return log_seen.tears ? traits & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE : traits;
}

static int open_watched(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    int rc = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);

    (void)vfs;
    if (rc != SQLITE_OK || (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) == 0)
        return rc;
    bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    sqlite3_io_methods *methods = is_log ? &watched_log : &watched_main;
    real_methods = file->pMethods; /* both files have the same */
    *methods = *real_methods;
    methods->xDeviceCharacteristics = traits_watched;
    if (is_log) {
        methods->xWrite = write_watched;
        methods->xSync = sync_watched;
    }
    file->pMethods = methods;
    return rc;
}

static void install_watch(void)
{
    static sqlite3_vfs watch;

    real_vfs = sqlite3_vfs_find(NULL);
    watch = *real_vfs;
    watch.pNext = NULL;
    watch.zName = "watched";
    watch.xOpen = open_watched;
    assert_int_equal(sqlite3_vfs_register(&watch, 1), SQLITE_OK);
}

/* ---- a database ---- */

struct base {
    char folder[64];
    char path[80];
    sqlite3 *writes;
    sqlite3 *reads; /* in the usual VFS */
};

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    return n;
}

static int open_base(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    const char *vfs = log_file_vfs();
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

    assert_non_null(b);
    assert_non_null(vfs);
    snprintf(b->folder, sizeof b->folder, "/tmp/doorcode-log-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/some.db", b->folder);
    assert_int_equal(sqlite3_open_v2(b->path, &b->writes, flags, vfs), SQLITE_OK);
    run(b->writes, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                   "CREATE TABLE t (n INTEGER PRIMARY KEY, text BLOB)");
    assert_int_equal(sqlite3_open_v2(b->path, &b->reads, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    log_seen.writes = log_seen.syncs = 0;
    *state = b;
    return 0;
}

static int close_base(void **state)
{
    static const char *const endings[] = { "", "-wal", "-shm" };
    struct base *b = *state;
    char path[96];

    sqlite3_close(b->reads);
    assert_int_equal(sqlite3_close(b->writes), SQLITE_OK);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path, sizeof path, "%s%s", b->path, endings[i]);
        unlink(path);
    }
    rmdir(b->folder);
    free(b);
    return 0;
}

/* Some twenty pages. */
static const char twenty_pages[] = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20) "
                                   "INSERT INTO t SELECT (SELECT count(*) FROM t) + n, randomblob(3500) FROM c";

static void a_commit_is_one_write(void **state)
{
    struct base *b = *state;

    run(b->writes, twenty_pages);
    assert_in_range(log_seen.writes, 1, 2);
    assert_int_equal(log_seen.syncs, 1);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 20);
    run(b->writes, "DELETE FROM t WHERE n = 1");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 19);
}

/* More pages than gather at once, and than SQLite keeps: it writes before the commit and reads again what it wrote. */
static void a_large_transaction_is_whole(void **state)
{
    struct base *b = *state;

    run(b->writes, "PRAGMA cache_size = 10; BEGIN");
    for (int i = 0; i < 30; i++)
        run(b->writes, twenty_pages);
    run(b->writes,
        "UPDATE t SET text = zeroblob(3000) WHERE n % 7 = 0; UPDATE t SET text = zeroblob(2000) WHERE n % 5 = 0");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 0);
    run(b->writes, "COMMIT");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 600);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t WHERE text = zeroblob(2000)"), 120);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    run(b->writes, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t WHERE length(text) = 3500"), 600 - 120 - 68);
}

static void what_is_rolled_back_is_nowhere(void **state)
{
    struct base *b = *state;

    run(b->writes, "PRAGMA cache_size = 10; BEGIN");
    run(b->writes, twenty_pages);
    run(b->writes, "ROLLBACK");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 0);
    run(b->writes, twenty_pages);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 20);
}

static void a_full_disk_fails_the_commit(void **state)
{
    struct base *b = *state;

    run(b->writes, "BEGIN");
    run(b->writes, twenty_pages);
    log_seen.refuses = true;
    assert_int_not_equal(sqlite3_exec(b->writes, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    log_seen.refuses = false;
    assert_int_equal(log_seen.syncs, 0);
    if (sqlite3_get_autocommit(b->writes) == 0)
        run(b->writes, "ROLLBACK");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 0);
    assert_int_equal(ask(b->writes, "SELECT count(*) FROM t"), 0);
    run(b->writes, twenty_pages);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t"), 20);
}

/* Another connection begins where the one that rolled back had begun; nothing of the log was read in between. */
static void what_is_rolled_back_harms_nobody(void **state)
{
    struct base *b = *state;

    run(b->writes, "PRAGMA wal_checkpoint; PRAGMA cache_size = 10; BEGIN");
    run(b->writes, twenty_pages);
    run(b->writes, "ROLLBACK");
    run(b->reads, "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20) "
                  "INSERT INTO t SELECT n, zeroblob(3500) FROM c");
    assert_int_equal(ask(b->writes, "SELECT count(*) FROM t WHERE text = zeroblob(3500)"), 20);
    run(b->writes, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t WHERE text = zeroblob(3500)"), 20);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

/* SQLite rolls back only the statement that met the full disk. What earlier ones wrote is still there when there is room again. */
static void a_refused_piece_is_not_lost(void **state)
{
    struct base *b = *state;

    run(b->writes, "PRAGMA wal_checkpoint; PRAGMA cache_size = 10; BEGIN");
    run(b->writes, twenty_pages);
    log_seen.refuses = true;
    assert_int_equal(sqlite3_exec(b->writes, "UPDATE t SET n = n + 1000, text = 'short'", NULL, NULL, NULL),
                     SQLITE_FULL);
    log_seen.refuses = false;
    assert_int_equal(sqlite3_get_autocommit(b->writes), 0);
    run(b->writes, "COMMIT");
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM t WHERE length(text) = 3500"), 20);
    assert_int_equal(ask(b->reads, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

static void sectors_are_filled_up(void **state)
{
    struct base *b = *state;

    for (int n = 1; n <= 40; n++) {
        run(b->writes, twenty_pages);
        assert_int_equal(ask(b->reads, "SELECT count(*) FROM t WHERE length(text) = 3500"), 20 * n);
    }
}

static int open_torn(void **state)
{
    log_seen.tears = true;
    return open_base(state);
}

static int close_torn(void **state)
{
    log_seen.tears = false;
    return close_base(state);
}

#define WITH_BASE(test) cmocka_unit_test_setup_teardown(test, open_base, close_base)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BASE(a_commit_is_one_write),
        WITH_BASE(a_large_transaction_is_whole),
        WITH_BASE(what_is_rolled_back_is_nowhere),
        WITH_BASE(a_full_disk_fails_the_commit),
        WITH_BASE(what_is_rolled_back_harms_nobody),
        WITH_BASE(a_refused_piece_is_not_lost),
        cmocka_unit_test_setup_teardown(sectors_are_filled_up, open_torn, close_torn),
    };

    install_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
