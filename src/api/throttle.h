/* SPDX-License-Identifier: Apache-2.0 */
/* throttle.h: how much a client address and a tenant may ask for: requests per second, codes per hour (spec V1,
 * 4.11); and how often codes of devices are guessed, typed and polled for (RFC 8628, 3.5 and 5.1). Counters in fixed windows, in a table of fixed size; an IPv6 client is its /64. The counters of codes are saved
 * by the housekeeper (throttle_save), so that a restart does not reset them. Any thread. */
#ifndef DOORCODE_API_THROTTLE_H
#define DOORCODE_API_THROTTLE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/guid.h"
#include "base/rng.h"
#include "base/slice.h"

struct throttle;

enum throttle_kind {
    THROTTLE_REQUESTS_ADDRESS, /* in a second */
    THROTTLE_REQUESTS_TENANT,
    THROTTLE_CODES_ADDRESS, /* in an hour */
    THROTTLE_CODES_TENANT,
    THROTTLE_GUESSES_ADDRESS, /* wrong codes of devices, in an hour */
    THROTTLE_POLLS_DEVICE,    /* in DEVICE_POLL_SECONDS */
    THROTTLE_ENTRIES_DEVICE,  /* in an hour */
    THROTTLE_KINDS
};

struct throttle_limits {
    uint32_t limit[THROTTLE_KINDS]; /* 0: no limit */
};

/* The table is keyed from rng, so that nobody can aim at a slot. NO_MEMORY. */
NODISCARD err throttle_new(const struct throttle_limits *limits, const struct rng *rng, struct throttle **out);
void throttle_free(struct throttle *t);

/* Counts one request. 0: go on; else seconds until it may be tried again. */
int64_t throttle_request(struct throttle *t, const char *client_address, struct guid tenant, instant now);
/* Takes one code from the quotas of both, or from neither. 0: taken; else seconds to wait. */
int64_t throttle_code(struct throttle *t, const char *client_address, struct guid tenant, instant now);

/* Takes one guess of the address's, before the typed code is looked up, so that guesses at the same time count as well. 0:
 * taken; else seconds to wait. */
int64_t throttle_guess(struct throttle *t, const char *client_address, instant now);
/* The code was right: the guess is given back. */
void throttle_guessed(struct throttle *t, const char *client_address, instant now);
/* Counts one of the two kinds of a device's code. 0: go on; else seconds to wait. */
int64_t throttle_device(struct throttle *t, enum throttle_kind kind, uint64_t device_id, instant now);

/* The running windows of codes to and from a file (written aside, then renamed). A missing file loads as empty. */
NODISCARD err throttle_save(struct throttle *t, const char *path, instant now);
NODISCARD err throttle_load(struct throttle *t, const char *path, instant now);

#endif
