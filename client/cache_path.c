/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cache_path(const char *given, char *path, size_t cap)
{
    int n = 0;
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (given != NULL)
        n = snprintf(path, cap, "%s", given);
    else if (data != NULL && data[0] == '/') /* relative ones are to be ignored */
        n = snprintf(path, cap, "%s/doorcode/tokens", data);
    else if (home != NULL && home[0] == '/')
        n = snprintf(path, cap, "%s/.local/share/doorcode/tokens", home);
    return n > 0 && (size_t)n < cap;
}

bool cache_path_make_folders(const char *path)
{
    char folder[PATH_MAX];
    if (strlen(path) >= sizeof(folder)) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

void cache_path_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1, slash != NULL ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}
