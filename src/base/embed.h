/* SPDX-License-Identifier: Apache-2.0 */
/* embed.h: files of the source tree compiled in as bytes (cmake/embed.cmake). Static, read only. */
#ifndef DOORCODE_BASE_EMBED_H
#define DOORCODE_BASE_EMBED_H

#include "base/slice.h"

struct embedded_file {
    const char *name;   /* without its folder; NULL ends the list */
    struct slice bytes; /* followed by a NUL that is not counted */
    const char *digest; /* 12 characters that change with the bytes: for addresses that may be kept for ever */
};

/* The file of that name in a list, or NULL. */
const struct embedded_file *embedded_find(const struct embedded_file *list, struct slice name);

#endif
