/* SPDX-License-Identifier: Apache-2.0 */
/* api.h: what the endpoints reach. Built once by server/rooms.c, outlives all exchanges; everything in it is either
 * immutable, thread-safe, or an immutable snapshot swapped by reference count (api_publish). */
#ifndef DOORCODE_API_API_H
#define DOORCODE_API_API_H

#include "crypto/keyring.h"
#include "crypto/vault.h"
#include "http/http.h"
#include "model/directory.h"
#include "model/policy.h"
#include "store/store.h"

#include <pthread.h>

struct throttle;
struct passwords;
struct hooks;
struct inbox;
struct receiver;
struct address_range;

/* What the server room lends: functions it owns. Any may be called from any worker. */
struct api_hooks {
    void (*observe)(void *ctx, size_t endpoint, int status, int64_t microseconds); /* a request ended */
    void (*write_metrics)(void *ctx, struct buf *out);                             /* the Prometheus text */
    void *ctx;
};

/* The development mode's own: NULL in `doorcode serve`, where none of its endpoints exists. */
struct api_dev {
    struct inbox *inbox;
    struct receiver *receiver;
    err (*reset)(void *ctx); /* empties the store and seeds it again */
    err (*move_clock)(void *ctx, int64_t offset_seconds);
    int64_t (*clock_offset)(void *ctx); /* seconds */
    void *ctx;
};

struct api {
    struct store *store;
    const struct vault *vault;
    const struct clock *clock;
    const struct rng *rng;
    const struct policy *policy;
    struct events *events;
    struct throttle *throttle;
    struct passwords *passwords;
    struct hooks *hook_calls;
    struct slice origin; /* public: "https://login.example", no trailing slash; never from Host */
    struct api_hooks hooks;
    const struct address_range *metrics_from; /* who may read /metrics */
    size_t metrics_from_n;
    const struct api_dev *dev;
    _Atomic bool draining; /* stopping: readyz says no */

    pthread_mutex_t snapshot_lock;
    struct directory *directory; /* hold under the lock: api_directory, api_keyring */
    struct keyring *keyring;
};

void api_init(struct api *api);
void api_destroy(struct api *api); /* gives the snapshots back */
/* The public origin without its scheme: "login.example", "localhost:8443". */
struct slice api_host(const struct api *api);
/* Makes the snapshots current; takes both references. NULL leaves one as it is. */
void api_publish(struct api *api, struct directory *directory, struct keyring *keyring);
struct directory *api_directory(struct api *api); /* held: release it */
struct keyring *api_keyring(struct api *api);     /* held: release it */

/* The handler for http_start. */
struct http_handler api_handler(struct api *api);

/* The endpoints, for metrics, documentation and tests. */
size_t api_endpoint_count(void);
const char *api_endpoint_name(size_t index);

#endif
