/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in one private file. It is replaced as a whole (written beside, synced, renamed), and what the former one held is
 * overwritten. A lock beside it makes those who write wait for one another; whoever reads needs none. */
#include "base/err.h"
#include "base/secret.h"
#include "cache.h"
#include "cache_path.h"
#include "errors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 100 }; /* that a reader is overtaken by writers */

struct file {
    char path[PATH_MAX];
    bool is_usual; /* its folders are made */
    int lock;      /* -1: not taken */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int say(const struct file *file, const char *what, char *problem)
{
    snprintf(problem, DOORCODE_CACHE_PROBLEM, "%.400s %s", file->path, what);
    return -1;
}

static int say_errno(const struct file *file, const char *what, char *problem)
{
    snprintf(problem, DOORCODE_CACHE_PROBLEM, "%.400s %s: %s", file->path, what, strerror(errno));
    return -1;
}

/* ---- the lock ---- */

static int lock_file(void *ctx, char *problem)
{
    struct file *file = ctx;
    char path[PATH_MAX + 8];
    if (file->is_usual && !cache_path_make_folders(file->path))
        return say_errno(file, "cannot get its folder", problem);
    snprintf(path, sizeof(path), "%s.lock", file->path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return say_errno(file, "cannot be locked", problem);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        file->lock = fd;
        return 1;
    }
    bool busy = errno == EWOULDBLOCK || errno == EINTR;
    if (!busy)
        say_errno(file, "cannot be locked", problem);
    close(fd);
    return busy ? 0 : -1;
}

static void unlock_file(void *ctx)
{
    struct file *file = ctx;
    close_fd(&file->lock);
    file->lock = -1;
}

/* ---- reading ---- */

static int check_private(const struct file *file, const struct stat *info, char *problem)
{
    if (!S_ISREG(info->st_mode))
        return say(file, "is not a file", problem);
    if (info->st_uid != geteuid())
        return say(file, "belongs to another user", problem);
    if ((info->st_mode & 077) != 0)
        return say(file, "is open to other users (use chmod 600)", problem);
    return info->st_size <= DOORCODE_CACHE_BYTES ? 0 : say(file, "is too large", problem);
}

/* The descriptor; -1 with `problem`; or, where there is no file, -1 without one. */
static int open_private(const struct file *file, struct stat *info, char *problem)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        return say(file, "is a symbolic link", problem);
    if (fd < 0)
        return errno == ENOENT ? -1 : say_errno(file, "cannot be read", problem);
    if (fstat(fd, info) != 0)
        say_errno(file, "cannot be read", problem);
    else if (check_private(file, info, problem) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool read_all(int fd, char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, bytes, n);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        bytes += got > 0 ? got : 0;
        n -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

static void wipe_free(char *bytes, size_t n)
{
    if (bytes != NULL)
        wipe(bytes, n);
    free(bytes);
}

/* 0, -1, or 1 where the file was replaced meanwhile: its name is gone, and it may be overwritten already. */
static int read_once(const struct file *file, char **bytes, size_t *n, char *problem)
{
    struct stat info;
    struct stat after;
    AUTO(close_fd) int fd = open_private(file, &info, problem);
    *bytes = NULL;
    *n = 0;
    if (fd < 0)
        return problem[0] != '\0' ? -1 : 0;
    size_t size = (size_t)info.st_size;
    char *text = malloc(size + 1);
    bool whole = text != NULL && read_all(fd, text, size) && fstat(fd, &after) == 0;
    if (whole && after.st_nlink > 0) {
        *bytes = text;
        *n = size;
        return 0;
    }
    bool replaced = whole;
    if (!replaced)
        say_errno(file, "cannot be read", problem);
    wipe_free(text, size);
    return replaced ? 1 : -1;
}

static int read_file(void *ctx, char **bytes, size_t *n, char *problem)
{
    const struct file *file = ctx;
    int result = 1;
    for (int i = 0; result == 1 && i < ROUNDS; i++)
        result = read_once(file, bytes, n, problem);
    if (result == 1)
        return say(file, "is replaced all the time", problem);
    if (result < 0 || *bytes == NULL || *n > 0)
        return result;
    free(*bytes); /* An empty file is none of ours: one without accounts has its first and last line. */
    *bytes = NULL;
    return say(file, "is damaged", problem);
}

/* ---- writing ---- */

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno != EINTR)
            return false;
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool write_beside(const char *path, const char *bytes, size_t n)
{
    AUTO(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    return fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, bytes, n) && fsync(fd) == 0;
}

/* The blocks that held the former tokens; -1 where there are none of ours alone. */
static int open_former(const char *path, off_t *size)
{
    struct stat info;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1) {
        *size = info.st_size;
        return fd;
    }
    close_fd(&fd);
    return -1;
}

/* As well as a file system lets us; what is gone by name should be gone on the disk too. */
static void overwrite(int fd, off_t size)
{
    static const char zeros[4096];
    while (size > 0) {
        size_t part = size < (off_t)sizeof(zeros) ? (size_t)size : sizeof(zeros);
        if (!write_all(fd, zeros, part))
            return;
        size -= (off_t)part;
    }
    fdatasync(fd);
}

static int write_file(void *ctx, const char *bytes, size_t n, char *problem)
{
    const struct file *file = ctx;
    char beside[PATH_MAX + 8];
    off_t size = 0;
    snprintf(beside, sizeof(beside), "%s.new", file->path);
    AUTO(close_fd) int former = open_former(file->path, &size);
    if (!write_beside(beside, bytes, n) || rename(beside, file->path) != 0) {
        say_errno(file, "cannot be written", problem);
        unlink(beside);
        return -1;
    }
    overwrite(former, size);
    cache_path_sync_folder(file->path);
    return 0;
}

/* ---- making ---- */

static void free_file(void *ctx)
{
    unlock_file(ctx);
    free(ctx);
}

const struct doorcode_error *doorcode_cache_file(const char *path, struct doorcode_cache **cache)
{
    static const struct doorcode_cache_backend backend = {
        .lock = lock_file, .unlock = unlock_file, .read = read_file, .write = write_file, .free = free_file
    };
    static const struct cache_fault no_place = { DOORCODE_ERROR_CACHE, "HOME is not set, or the path is too long" };
    struct file *file = calloc(1, sizeof(*file));
    *cache = NULL;
    if (file == NULL)
        return error_static(DOORCODE_ERROR_NO_MEMORY);
    file->lock = -1;
    file->is_usual = path == NULL;
    if (cache_path(path, file->path, sizeof(file->path)))
        return cache_make(&backend, file, file->path, cache);
    free(file);
    return cache_error(&no_place);
}
