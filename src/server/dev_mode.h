/* SPDX-License-Identifier: Apache-2.0 */
/* dev_mode.h: what `doorcode dev` has and `doorcode serve` has not: seeds, reset, the movable clock, the inbox, a
 * certificate authority of its own. */
#ifndef DOORCODE_SERVER_DEV_MODE_H
#define DOORCODE_SERVER_DEV_MODE_H

#include "server/dev_clock.h"
#include "server/rooms.h"

struct dev_mode {
    struct dev_clock clock;
    struct rooms *rooms; /* set once they are open */
    struct api_dev hooks;
    char complaint[640];
};

/* Fills the hooks; `mode` must outlive the rooms. */
void dev_mode_init(struct dev_mode *mode);
/* For rooms_options.prepare, whose ctx is the mode: the seeded directory, where the store has none. */
err dev_mode_seed(void *ctx, struct store *store);
/* Limits that do not get in a developer's way. */
struct policy dev_mode_policy(void);
/* $XDG_STATE_HOME/doorcode or ~/.local/state/doorcode. False if there is no home or no room. */
bool dev_mode_folder(char *out, size_t cap);
/* mkdir -p, mode 0700. */
NODISCARD err dev_mode_make_folder(const char *path);

#endif
