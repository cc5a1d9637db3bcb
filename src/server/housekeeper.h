/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeper.h: the thread for what is due by time: a changed directory or key set is loaded and published, keys are
 * rotated, expired rows removed, the throttle's counters saved. */
#ifndef DOORCODE_SERVER_HOUSEKEEPER_H
#define DOORCODE_SERVER_HOUSEKEEPER_H

#include "api/api.h"
#include "server/keys.h"

struct housekeeper;

struct housekeeper_options {
    struct api *api;
    struct keys_context keys;
    const char *throttle_file; /* NULL: not saved */
};

/* Loads and publishes directory and keys once, making first keys where there are none, then starts the thread. */
NODISCARD err housekeeper_start(const struct housekeeper_options *options, struct housekeeper **out);
/* Publishes what changed now, without waiting for the next round: for reset and tests. Any thread. */
NODISCARD err housekeeper_refresh(struct housekeeper *h);
void housekeeper_stop(struct housekeeper *h); /* NULL is fine */

#endif
