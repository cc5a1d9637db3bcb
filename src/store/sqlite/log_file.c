/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/log_file.h"

#include "base/limits.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct log_file {
    sqlite3_file base; /* what SQLite sees */
    sqlite3_file *real;
    char *bytes; /* LIMIT_LOG_GATHERED of them; NULL without memory: every write goes out at once */
    int n;
    sqlite3_int64 at; /* where the first of them belongs */
};

static sqlite3_vfs *usual;
static sqlite3_vfs gathering;

static struct log_file *log_of(sqlite3_file *file)
{
    return (struct log_file *)file;
}

/* What failed to go out is gone: SQLite rolls the transaction back. */
static int send_out(struct log_file *log)
{
    int n = log->n;

    log->n = 0;
    return n == 0 ? SQLITE_OK : log->real->pMethods->xWrite(log->real, log->bytes, n, log->at);
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
    int sent = send_out(log);
    int closed = log->real->pMethods->xClose(log->real);

    free(log->bytes);
    log->bytes = NULL;
    return sent != SQLITE_OK ? sent : closed;
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

/* Room for ours, and behind it for the usual one. A file that is no log is the usual one alone. */
static int log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    struct log_file *log = log_of(file);

    (void)vfs;
    if ((flags & SQLITE_OPEN_WAL) == 0)
        return usual->xOpen(usual, name, file, flags, out_flags);
    *log = (struct log_file){ .real = (sqlite3_file *)(log + 1) };
    int rc = usual->xOpen(usual, name, log->real, flags, out_flags);
    if (rc != SQLITE_OK)
        return rc;
    log->bytes = malloc(LIMIT_LOG_GATHERED);
    log->base.pMethods = &methods;
    return SQLITE_OK;
}

static void set_up(void)
{
    usual = sqlite3_vfs_find(NULL);
    if (usual == NULL)
        return;
    gathering = *usual;
    gathering.pNext = NULL;
    gathering.zName = "doorcode-log";
    gathering.szOsFile = (int)sizeof(struct log_file) + usual->szOsFile;
    gathering.xOpen = log_open;
    if (sqlite3_vfs_register(&gathering, 0) != SQLITE_OK)
        usual = NULL;
}

const char *log_file_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_up);
    return usual == NULL ? NULL : gathering.zName;
}
