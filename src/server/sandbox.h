/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox.h: Landlock (Linux 5.13 and later): the kernel refuses all files but those named here. It binds the thread that
 * enters and the threads it starts, so it is entered before any other thread exists. The network is not restricted.
 * It is an additional wall: where the kernel has none, the server runs without. */
#ifndef DOORCODE_SERVER_SANDBOX_H
#define DOORCODE_SERVER_SANDBOX_H

#include "base/err.h"
#include "base/event.h"

enum { SANDBOX_PATHS = 8 };

struct sandbox_paths {
    const char *writable[SANDBOX_PATHS]; /* folders: everything below may be read, written, made and removed */
    size_t writable_count;
    const char *readable[SANDBOX_PATHS]; /* files or folders; nothing below may be executed */
    size_t readable_count;
};

/* Besides `paths`, what libraries read is readable: /etc (names, certificates), /usr, /proc, some devices. A path that does
 * not exist is left out. NOT_FOUND: the kernel has no Landlock; IO: it refused, with errno. For good, and inherited. */
NODISCARD err sandbox_enter(const struct sandbox_paths *paths);
/* The same, and tells by an event which it was. */
void sandbox_try(const struct sandbox_paths *paths, struct events *events);

#endif
