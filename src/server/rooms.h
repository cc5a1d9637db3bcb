/* SPDX-License-Identifier: Apache-2.0 */
/* rooms.h: builds the rooms, connects them, and takes them down in the other order. `doorcode serve`, `doorcode dev`
 * and the whole-server tests differ only in these options. */
#ifndef DOORCODE_SERVER_ROOMS_H
#define DOORCODE_SERVER_ROOMS_H

#include "api/api.h"
#include "crypto/passwords.h"
#include "hook/caller.h"
#include "http/http.h"
#include "mail/inbox.h"
#include "mail/outbox.h"
#include "server/housekeeper.h"
#include "server/metrics.h"

struct rooms_options {
    const char *database; /* path; NULL: in memory */
    bool synchronous_normal;
    const char *master_key_file; /* made if missing; NULL: a random key, gone at the end */
    const char *throttle_file;   /* NULL: not saved */
    const char *origin;          /* public, without a trailing slash */
    struct policy policy;
    bool plain_hooks;                  /* extensions may be called without TLS: tests */
    struct password_options passwords; /* workers 0: the defaults */
    struct rotation_policy rotation;
    struct clock clock;
    const struct rng *rng;
    struct http_options http; /* without handler and events */
    struct message_sender sender;
    const struct smtp_options *smtp; /* NULL: mails are caught in the inbox */
    const struct api_dev *dev;       /* NULL: `serve`; its inbox is filled in by rooms_open */
    struct events *events;
    struct metrics *metrics;
    const char *const *metrics_from; /* addresses and networks that may read /metrics; NULL: loopback */
    size_t metrics_from_count;
    /* Runs once the store is open, before anything is served: seeds. NULL: nothing. */
    err (*prepare)(void *ctx, struct store *store);
    void *prepare_ctx;
};

struct rooms;

/* Starts everything; the ports are open on return. On failure all is taken down and `why` names the room and reason. */
NODISCARD err rooms_open(const struct rooms_options *options, struct rooms **out, char why[256]);
/* Finishes what runs (at most `seconds`), delivers nothing new, closes. NULL is fine. */
void rooms_close(struct rooms *rooms, unsigned seconds);

struct store *rooms_store(struct rooms *rooms);
struct http_server *rooms_http(struct rooms *rooms);
struct housekeeper *rooms_housekeeper(struct rooms *rooms);
struct inbox *rooms_inbox(struct rooms *rooms);

#endif
