/* SPDX-License-Identifier: Apache-2.0 */
/* torture.h: what can fail is made to fail: SQLite's files by a VFS in front of the real one, SQLite's allocations by its own
 * interface, ours and every step of a query by the linker (--wrap=malloc,calloc,realloc,strdup,mmap,sqlite3_step on the test
 * program). For tests; included by one file each, because the wrappers are definitions. */
#ifndef DOORCODE_TESTS_TORTURE_H
#define DOORCODE_TESTS_TORTURE_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- when to fail ---- */

enum trouble { TROUBLE_NONE, TROUBLE_DISK, TROUBLE_MEMORY, TROUBLE_SOCKET, TROUBLE_QUERY };

static struct {
    _Atomic int trouble;
    atomic_bool lasting; /* all from the n-th on fail, not the n-th alone */
    atomic_long left;    /* until the n-th */
    atomic_bool met;
} torture;

static _Thread_local bool torture_spared; /* this thread meets no trouble: it is the client */

static bool fails_now(enum trouble what)
{
    if (torture_spared || atomic_load(&torture.trouble) != (int)what)
        return false;
    long left = atomic_fetch_sub(&torture.left, 1);
    bool fails = left == 1 || (left < 1 && atomic_load(&torture.lasting));
    if (fails)
        atomic_store(&torture.met, true);
    return fails;
}

static void torture_start(enum trouble what, long n, bool lasting)
{
    atomic_store(&torture.left, n);
    atomic_store(&torture.lasting, lasting);
    atomic_store(&torture.met, false);
    atomic_store(&torture.trouble, what);
}

static void torture_stop(void)
{
    atomic_store(&torture.trouble, TROUBLE_NONE);
}

/* ---- allocations: SQLite's through its own interface, ours through the linker's --wrap ---- */

static sqlite3_mem_methods real_memory;

static void *sick_malloc(int n)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : real_memory.xMalloc(n);
}

static void *sick_realloc(void *p, int n)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : real_memory.xRealloc(p, n);
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *text);
void *__real_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *text);
void *__wrap_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t n)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *text)
{
    return fails_now(TROUBLE_MEMORY) ? NULL : __real_strdup(text);
}

void *__wrap_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return fails_now(TROUBLE_MEMORY) ? MAP_FAILED : __real_mmap(at, n, protection, flags, fd, offset);
}

/* ---- queries: a step of any, reading, writing, beginning and committing ---- */

int __real_sqlite3_step(sqlite3_stmt *query);
int __wrap_sqlite3_step(sqlite3_stmt *query);

int __wrap_sqlite3_step(sqlite3_stmt *query)
{
    return fails_now(TROUBLE_QUERY) ? SQLITE_IOERR : __real_sqlite3_step(query);
}

/* ---- the disk: a VFS in front of the real one ---- */

struct sick_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct sick_file *)(void *)file)->real;
}

static int sick_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int sick_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, n, at);
}

/* A write that fails has often left some of its bytes. */
static int sick_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    if (!fails_now(TROUBLE_DISK))
        return real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
    if (n > 1)
        real_of(file)->pMethods->xWrite(real_of(file), bytes, n / 2, at);
    return SQLITE_IOERR_WRITE;
}

static int sick_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return fails_now(TROUBLE_DISK) ? SQLITE_IOERR_TRUNCATE : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sick_sync(sqlite3_file *file, int flags)
{
    return fails_now(TROUBLE_DISK) ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int sick_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int sick_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int sick_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int sick_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int sick_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int sick_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int sick_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int sick_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    if (extend && fails_now(TROUBLE_DISK))
        return SQLITE_IOERR_SHMSIZE;
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int sick_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void sick_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int sick_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods sick_methods = {
    .iVersion = 2,
    .xClose = sick_close,
    .xRead = sick_read,
    .xWrite = sick_write,
    .xTruncate = sick_truncate,
    .xSync = sick_sync,
    .xFileSize = sick_size,
    .xLock = sick_lock,
    .xUnlock = sick_unlock,
    .xCheckReservedLock = sick_check_lock,
    .xFileControl = sick_control,
    .xSectorSize = sick_sector_size,
    .xDeviceCharacteristics = sick_characteristics,
    .xShmMap = sick_shm_map,
    .xShmLock = sick_shm_lock,
    .xShmBarrier = sick_shm_barrier,
    .xShmUnmap = sick_shm_unmap,
};

static sqlite3_vfs *real_vfs;

static int sick_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    struct sick_file *f = (struct sick_file *)(void *)file;

    (void)vfs;
    f->base.pMethods = NULL;
    f->real = (sqlite3_file *)(void *)(f + 1);
    if (fails_now(TROUBLE_DISK))
        return SQLITE_CANTOPEN;
    int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out_flags);
    if (f->real->pMethods != NULL)
        f->base.pMethods = &sick_methods;
    return rc;
}

static int sick_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    return fails_now(TROUBLE_DISK) ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, sync_folder);
}

/* Before the first use of SQLite. */
static void torture_install(void)
{
    static sqlite3_vfs sick_vfs;
    static sqlite3_mem_methods sick_memory;

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    sick_memory = real_memory;
    sick_memory.xMalloc = sick_malloc;
    sick_memory.xRealloc = sick_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &sick_memory), SQLITE_OK);
    real_vfs = sqlite3_vfs_find(NULL);
    sick_vfs = *real_vfs;
    sick_vfs.pNext = NULL;
    sick_vfs.zName = "sick";
    sick_vfs.szOsFile = (int)sizeof(struct sick_file) + real_vfs->szOsFile;
    sick_vfs.xOpen = sick_open;
    sick_vfs.xDelete = sick_delete;
    assert_int_equal(sqlite3_vfs_register(&sick_vfs, 1), SQLITE_OK);
}

static long torture_number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    long n = text == NULL ? otherwise : strtol(text, NULL, 10);

    return n > 0 ? n : 1;
}

/* There are thousands of allocations, which take minutes: only every so manyth is failed, all of them where
 * DOORCODE_TORTURE_STEP=1 asks for it. Slow builds take fewer of everything: every DOORCODE_TORTURE_THIN-th. */
static long torture_step(enum trouble what, long allocations)
{
    long step = what == TROUBLE_MEMORY ? torture_number("DOORCODE_TORTURE_STEP", allocations) : 1;

    return step * torture_number("DOORCODE_TORTURE_THIN", 1);
}

#endif
