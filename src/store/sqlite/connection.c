/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: how one is set up, and one for every thread that reads. */
#include "store/sqlite/db.h"
#include "store/sqlite/log_file.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Another process may write, and without a file readers and the writer shut each other out: wait in small steps, since
 * both are gone within a moment, and give up after about five seconds. */
static int wait_busy(void *unused, int tries)
{
    enum { FIRST_US = 20, LONGEST_US = 2000, MOST_TRIES = 2500 };
    long us = tries < 7 ? FIRST_US << tries : LONGEST_US;

    (void)unused;
    if (tries >= MOST_TRIES)
        return 0;
    nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
    return 1;
}

/* What holds for every connection. Deleted content is overwritten where that needs no further page (FAST). The writer
 * makes checkpoints itself, after it has answered. */
static int set_up(struct connection *c, int cache_kib)
{
    char sql[256];
    struct buf b;

    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_handler(c->db, wait_busy, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_wal_autocheckpoint(c->db, 0);
    buf_init(&b, sql, sizeof sql - 1);
    buf_fmt(
        &b,
        "PRAGMA cache_size = -%d; PRAGMA synchronous = %s; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST; "
        "PRAGMA mmap_size = 0",
        cache_kib, c->store->synchronous_normal ? "NORMAL" : "FULL");
    ASSERT(buf_ok(&b));
    sql[b.n] = '\0';
    return sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

/* In `vfs`; NULL: the usual one. */
static err connection_open(struct store *s, const char *vfs, int cache_kib, struct connection **out)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (s->in_memory ? SQLITE_OPEN_CREATE | SQLITE_OPEN_URI : 0);
    struct connection *c = calloc(1, sizeof *c);

    ENSURE(c != NULL, NO_MEMORY);
    c->store = s;
    int rc = sqlite3_open_v2(s->path, &c->db, flags, vfs);
    if (rc == SQLITE_OK)
        rc = set_up(c, cache_kib);
    if (rc != SQLITE_OK) {
        connection_close(c);
        return store_failed(s, rc, "open");
    }
    *out = c;
    return OK;
}

err connection_open_reader(struct store *s, struct connection **out)
{
    return connection_open(s, NULL, LIMIT_SQLITE_CACHE_KIB, out);
}

err connection_open_writer(struct store *s, struct connection **out)
{
    const char *vfs = s->in_memory || s->synchronous_normal ? NULL : log_file_vfs();

    return connection_open(s, vfs, LIMIT_SQLITE_WRITER_CACHE_KIB, out);
}

void connection_close(struct connection *c)
{
    if (c == NULL)
        return;
    for (int i = 0; i < QUERY_COUNT; i++)
        sqlite3_finalize(c->statements[i]);
    sqlite3_close(c->db);
    free(c);
}

err connection_of_thread(struct store *s, struct connection **out)
{
    struct connection *c = pthread_getspecific(s->thread_key);

    if (c == NULL) {
        TRY(connection_open_reader(s, &c));
        if (pthread_setspecific(s->thread_key, c) != 0) {
            connection_close(c);
            return FAIL(NO_MEMORY);
        }
        pthread_mutex_lock(&s->lock);
        c->next = s->readers;
        s->readers = c;
        pthread_mutex_unlock(&s->lock);
    }
    *out = c;
    return OK;
}

err store_failed(struct store *s, int result_code, const char *what)
{
    EMIT(s->events, store_failed, NULL, field_code(result_code), field_reason(what));
    return (result_code & 0xff) == SQLITE_NOMEM ? FAIL(NO_MEMORY) : FAIL(STORE);
}
