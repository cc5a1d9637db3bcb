/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/log_file.h"

#include "base/limits.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_LOCK = 0 /* sqlite.org/walformat.html, section 2.3 */ };

struct main_file;

struct log_file {
    sqlite3_file base; /* what SQLite sees */
    sqlite3_file *real;
    struct main_file *main; /* the database's */
    char *bytes;            /* LIMIT_LOG_GATHERED of them; NULL: every write goes out at once */
    int n;
    sqlite3_int64 at; /* where the first of them belongs */
};

/* Stands behind the usual file of the database, which keeps its methods but one. */
struct main_file {
    sqlite3_io_methods methods;
    const sqlite3_io_methods *usual;
    struct log_file *log; /* while it is open */
};

static sqlite3_vfs *usual;
static sqlite3_vfs gathering;

static struct log_file *log_of(sqlite3_file *file)
{
    return (struct log_file *)file;
}

static size_t usual_size(void)
{
    const size_t alignment = _Alignof(max_align_t);

    return ((size_t)usual->szOsFile + alignment - 1) / alignment * alignment;
}

static struct main_file *main_of(sqlite3_file *file)
{
    return (struct main_file *)(void *)((char *)file + usual_size());
}

/* What fails to go out stays, so that no later sync succeeds without it. */
static int send_out(struct log_file *log)
{
    if (log->n == 0)
        return SQLITE_OK;
    int rc = log->real->pMethods->xWrite(log->real, log->bytes, log->n, log->at);
    if (rc == SQLITE_OK)
        log->n = 0;
    return rc;
}

static int gather(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    struct log_file *log = log_of(file);

    if (log->n > 0 && (at != log->at + log->n || n > LIMIT_LOG_GATHERED - log->n)) {
        int rc = send_out(log);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (log->bytes == NULL || n > LIMIT_LOG_GATHERED)
        return log->real->pMethods->xWrite(log->real, bytes, n, at);
    if (log->n == 0)
        log->at = at;
    memcpy(log->bytes + log->n, bytes, (size_t)n);
    log->n += n;
    return SQLITE_OK;
}

static int close_it(sqlite3_file *file)
{
    struct log_file *log = log_of(file);

    log->main->log = NULL;
    free(log->bytes);
    log->bytes = NULL;
    return log->real->pMethods->xClose(log->real);
}

static int read_some(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
    struct log_file *log = log_of(file);
    int rc = send_out(log);

    return rc != SQLITE_OK ? rc : log->real->pMethods->xRead(log->real, bytes, n, at);
}

static int truncate_it(sqlite3_file *file, sqlite3_int64 size)
{
    struct log_file *log = log_of(file);
    int rc = send_out(log);

    return rc != SQLITE_OK ? rc : log->real->pMethods->xTruncate(log->real, size);
}

static int sync_it(sqlite3_file *file, int flags)
{
    struct log_file *log = log_of(file);
    int rc = send_out(log);

    return rc != SQLITE_OK ? rc : log->real->pMethods->xSync(log->real, flags);
}

static int find_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct log_file *log = log_of(file);
    int rc = send_out(log);

    return rc != SQLITE_OK ? rc : log->real->pMethods->xFileSize(log->real, size);
}

/* Nobody locks a log. */
static int lock_nothing(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int is_unlocked(sqlite3_file *file, int *locked)
{
    (void)file;
    *locked = 0;
    return SQLITE_OK;
}

static int control(sqlite3_file *file, int what, void *argument)
{
    struct log_file *log = log_of(file);

    return log->real->pMethods->xFileControl(log->real, what, argument);
}

static int sector_size(sqlite3_file *file)
{
    struct log_file *log = log_of(file);

    return log->real->pMethods->xSectorSize(log->real);
}

static int device_traits(sqlite3_file *file)
{
    struct log_file *log = log_of(file);

    return log->real->pMethods->xDeviceCharacteristics(log->real);
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_it,
    .xRead = read_some,
    .xWrite = gather,
    .xTruncate = truncate_it,
    .xSync = sync_it,
    .xFileSize = find_size,
    .xLock = lock_nothing,
    .xUnlock = lock_nothing,
    .xCheckReservedLock = is_unlocked,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_traits,
};

/* A commit has synced the log by the time that it gives up the right to write. What is left is of a transaction that was
 * rolled back, and must not go out any more: the next writer, of any process, begins at the same place of the log. */
static int lock_shared(sqlite3_file *file, int at, int n, int flags)
{
    struct main_file *m = main_of(file);

    if (at == WRITE_LOCK && (flags & SQLITE_SHM_UNLOCK) != 0 && m->log != NULL)
        m->log->n = 0;
    return m->usual->xShmLock(file, at, n, flags);
}

static int main_open(const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    struct main_file *m = main_of(file);
    int rc = usual->xOpen(usual, name, file, flags, out_flags);

    if (rc != SQLITE_OK)
        return rc;
    *m = (struct main_file){ .methods = *file->pMethods, .usual = file->pMethods };
    m->methods.xShmLock = lock_shared;
    file->pMethods = &m->methods;
    return SQLITE_OK;
}

/* Where a torn write may harm its neighbours, SQLite fills up the last sector and writes some of that after the sync: such a
 * log does not gather. */
static int log_open(const char *name, struct log_file *log, int flags, int *out_flags)
{
    *log = (struct log_file){ .real = (sqlite3_file *)(log + 1), .main = main_of(sqlite3_database_file_object(name)) };
    int rc = usual->xOpen(usual, name, log->real, flags, out_flags);
    if (rc != SQLITE_OK)
        return rc;
    if ((device_traits(&log->base) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0)
        log->bytes = malloc(LIMIT_LOG_GATHERED);
    log->main->log = log;
    log->base.pMethods = &methods;
    return SQLITE_OK;
}

static int any_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
        return main_open(name, file, flags, out_flags);
    if ((flags & SQLITE_OPEN_WAL) != 0)
        return log_open(name, log_of(file), flags, out_flags);
    return usual->xOpen(usual, name, file, flags, out_flags);
}

static void set_up(void)
{
    usual = sqlite3_vfs_find(NULL);
    if (usual == NULL)
        return;
    gathering = *usual;
    gathering.pNext = NULL;
    gathering.zName = "doorcode-log";
    gathering.szOsFile = (int)(usual_size() + sizeof(struct log_file) + sizeof(struct main_file));
    gathering.xOpen = any_open;
    if (sqlite3_vfs_register(&gathering, 0) != SQLITE_OK)
        usual = NULL;
}

const char *log_file_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_up);
    return usual == NULL ? NULL : gathering.zName;
}
