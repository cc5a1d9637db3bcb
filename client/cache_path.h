/* SPDX-License-Identifier: Apache-2.0 */
/* cache_path.h: where the tokens are usually kept, by the XDG base directory rules. */
#ifndef DOORCODE_CLIENT_CACHE_PATH_H
#define DOORCODE_CLIENT_CACHE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* `given`, or the usual place where it is NULL. False where that is unknown or too long. */
bool cache_path(const char *given, char *path, size_t cap);
/* Makes the folders above `path` that are missing, with mode 0700. False with errno. */
bool cache_path_make_folders(const char *path);
/* Makes a rename in the folder of `path` last, as well as the file system does. */
void cache_path_sync_folder(const char *path);

#endif
