/* SPDX-License-Identifier: Apache-2.0 */
#include "token_file.h"

#include "base/err.h"
#include "base/secret.h"
#include "base/slice.h"
#include "token_file_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_accounts(struct token_file *file);

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool problem(struct token_file *file, const char *what)
{
    if (errno != 0)
        snprintf(file->problem, sizeof(file->problem), "%s %s: %s", file->path, what, strerror(errno));
    else
        snprintf(file->problem, sizeof(file->problem), "%s %s", file->path, what);
    return false;
}

static bool take_lock(struct token_file *file, enum token_file_use use)
{
    char path[PATH_MAX + 8];
    snprintf(path, sizeof(path), "%s.lock", file->path);
    int flags = use == TOKEN_FILE_CHANGE ? O_RDWR | O_CREAT : O_RDONLY;
    file->lock = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->lock < 0 && use == TOKEN_FILE_READ && errno == ENOENT)
        return true; /* nobody has ever changed it: nothing to wait for */
    if (file->lock < 0)
        return problem(file, "cannot be locked");
    while (flock(file->lock, use == TOKEN_FILE_CHANGE ? LOCK_EX : LOCK_SH) != 0) {
        if (errno != EINTR)
            return problem(file, "cannot be locked");
    }
    return true;
}

bool token_file_open(struct token_file *file, const char *path, enum token_file_use use)
{
    *file = (struct token_file){ .lock = -1 };
    errno = 0;
    if (!token_file_path(path, file->path, sizeof(file->path))) {
        snprintf(file->problem, sizeof(file->problem), "there is no folder for the tokens, as HOME is not set");
        return false;
    }
    if (path == NULL && use == TOKEN_FILE_CHANGE && !token_file_make_folders(file->path))
        return problem(file, "cannot get its folder");
    return take_lock(file, use) && read_accounts(file);
}

void token_file_close(struct token_file *file)
{
    json_decref(file->root);
    close_fd(&file->lock);
    *file = (struct token_file){ .lock = -1 };
}

/* ---- reading ---- */

static bool check_private(struct token_file *file, const struct stat *info)
{
    errno = 0;
    if (!S_ISREG(info->st_mode))
        return problem(file, "is not a file");
    if (info->st_uid != geteuid())
        return problem(file, "belongs to another user");
    if ((info->st_mode & 077) != 0)
        return problem(file, "is open to other users (use chmod 600)");
    return info->st_size <= TOKEN_FILE_BYTES || problem(file, "is too large");
}

static bool is_well_formed(const json_t *root)
{
    const json_t *accounts = json_object_get(root, "accounts");
    const json_t *account;
    size_t i;
    json_array_foreach(accounts, i, account)
    {
        if (!json_is_object(account))
            return false;
    }
    return json_is_array(accounts);
}

static bool make_empty(struct token_file *file)
{
    file->root = json_pack("{s:i, s:[]}", "version", 1, "accounts");
    errno = ENOMEM;
    return file->root != NULL || problem(file, "cannot be read");
}

static bool read_accounts(struct token_file *file)
{
    struct stat info;
    AUTO(close_fd) int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return make_empty(file);
    if (fd < 0 || fstat(fd, &info) != 0)
        return problem(file, "cannot be read");
    if (!check_private(file, &info))
        return false;
    file->root = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
    errno = 0;
    return is_well_formed(file->root) || problem(file, "is damaged");
}

/* ---- accounts ---- */

const char *account_text(const json_t *account, const char *name)
{
    const char *text = json_string_value(json_object_get(account, name));
    return text != NULL ? text : "";
}

int64_t account_expires_at(const json_t *account)
{
    return json_integer_value(json_object_get(account, "expires_at"));
}

struct account_key account_key_from(const json_t *account)
{
    return (struct account_key){
        .authority = account_text(account, "authority"),
        .client_id = account_text(account, "client_id"),
        .username = account_text(account, "username"),
    };
}

static bool fits(const json_t *account, const struct account_key *wanted)
{
    bool authority = wanted->authority == NULL || strcmp(account_text(account, "authority"), wanted->authority) == 0;
    bool client = wanted->client_id == NULL ||
                  slice_eq_nocase(slice_of(account_text(account, "client_id")), slice_of(wanted->client_id));
    bool user = wanted->username == NULL ||
                slice_eq_nocase(slice_of(account_text(account, "username")), slice_of(wanted->username));
    return authority && client && user;
}

json_t *token_file_find(const struct token_file *file, const struct account_key *wanted)
{
    json_t *account;
    size_t i;
    json_array_foreach(json_object_get(file->root, "accounts"), i, account)
    {
        if (fits(account, wanted))
            return account;
    }
    return NULL;
}

size_t token_file_remove(struct token_file *file, const struct account_key *wanted)
{
    json_t *accounts = json_object_get(file->root, "accounts");
    size_t removed = 0;
    for (size_t i = json_array_size(accounts); i-- > 0;) {
        if (fits(json_array_get(accounts, i), wanted) && json_array_remove(accounts, i) == 0)
            removed++;
    }
    return removed;
}

bool token_file_put(struct token_file *file, const struct account_key *key, const struct doorcode_tokens *tokens)
{
    const json_t *former = token_file_find(file, key);
    const char *refresh =
        tokens->refresh_token[0] != '\0' ? tokens->refresh_token : account_text(former, "refresh_token");
    const char *id = tokens->id_token[0] != '\0' ? tokens->id_token : account_text(former, "id_token");
    int64_t expires_at = tokens->expires_in > 0 ? tokens->received_at + tokens->expires_in : 0;
    json_t *account = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s}", "authority", key->authority,
                                "client_id", key->client_id, "username", key->username, "scope", tokens->scope,
                                "received_at", (json_int_t)tokens->received_at, "expires_at", (json_int_t)expires_at,
                                "access_token", tokens->access_token, "id_token", id, "refresh_token", refresh);
    errno = 0; /* memory, or a user name that is not UTF-8 */
    if (account == NULL)
        return problem(file, "cannot hold these tokens");
    token_file_remove(file, key);
    json_t *accounts = json_object_get(file->root, "accounts");
    if (json_array_insert_new(accounts, 0, account) != 0)
        return problem(file, "cannot hold these tokens");
    while (json_array_size(accounts) > TOKEN_FILE_ACCOUNTS)
        json_array_remove(accounts, json_array_size(accounts) - 1);
    return true;
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

static bool write_beside(struct token_file *file, const char *path, const char *text)
{
    AUTO(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, text, strlen(text)) && fsync(fd) == 0;
    return good || problem(file, "cannot be written");
}

/* The blocks that held the former tokens; -1 where there are none of ours alone. */
static int open_former(const char *path, off_t *size)
{
    struct stat info;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
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

bool token_file_save(struct token_file *file)
{
    char beside[PATH_MAX + 8];
    off_t size = 0;
    snprintf(beside, sizeof(beside), "%s.new", file->path);
    char *text = json_dumps(file->root, JSON_INDENT(2));
    errno = ENOMEM;
    bool written = text != NULL ? write_beside(file, beside, text) : problem(file, "cannot be written");
    if (text != NULL)
        wipe(text, strlen(text));
    free(text);
    if (!written)
        return false;
    AUTO(close_fd) int former = open_former(file->path, &size);
    if (rename(beside, file->path) != 0)
        return problem(file, "cannot be replaced");
    overwrite(former, size);
    token_file_sync_folder(file->path);
    return true;
}
