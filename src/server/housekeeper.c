/* SPDX-License-Identifier: Apache-2.0 */
#include "server/housekeeper.h"

#include "api/throttle.h"
#include "base/queue.h"

#include <stdlib.h>

enum {
    ROUND_MS = 1000,
    SAVE_ROUNDS = 5,
    EXPIRE_ROUNDS = 10,
    EXPIRE_MANY = 100, /* rows removed at once: there are more, so the next round goes on */
    KEY_ROUNDS = 60
};

struct housekeeper {
    struct housekeeper_options options;
    pthread_t thread;
    pthread_mutex_t refreshing;
    struct queue *stop; /* never filled: waiting on it is a sleep that ends at once when stopped */
    int64_t version;    /* of the directory that is published */
    bool expires_on;    /* the last round removed many rows */
};

static void report(struct housekeeper *h, err result)
{
    if (!err_is_ok(result))
        EMIT(h->options.api->events, store_failed, NULL, field_reason(err_text(result)));
}

static err publish(struct housekeeper *h, int64_t version)
{
    struct directory *directory;
    struct keyring *keyring;

    TRY(store_directory(h->options.api->store, &directory));
    err loaded = keys_load(&h->options.keys, &keyring);
    if (!err_is_ok(loaded)) {
        directory_release(directory);
        return loaded;
    }
    EMIT(h->options.api->events, directory_loaded, NULL, field_count((int64_t)directory->tenant_count));
    api_publish(h->options.api, directory, keyring);
    h->version = version;
    return OK;
}

/* The version is read first: a change in between is loaded again, never missed. */
static err refresh(struct housekeeper *h)
{
    int64_t version;

    TRY(store_directory_version(h->options.api->store, &version));
    return version == h->version ? OK : publish(h, version);
}

err housekeeper_refresh(struct housekeeper *h)
{
    pthread_mutex_lock(&h->refreshing);
    err result = refresh(h);
    pthread_mutex_unlock(&h->refreshing);
    return result;
}

static err expire(struct housekeeper *h)
{
    uint64_t removed = 0;

    TRY(store_expire(h->options.api->store, clock_now(h->options.api->clock), &removed));
    h->expires_on = removed >= EXPIRE_MANY;
    if (removed > 0)
        EMIT(h->options.api->events, housekeeping_done, NULL, field_count((int64_t)removed));
    return OK;
}

static err save_throttle(struct housekeeper *h)
{
    if (h->options.throttle_file == NULL)
        return OK;
    return throttle_save(h->options.api->throttle, h->options.throttle_file, clock_now(h->options.api->clock));
}

static void do_round(struct housekeeper *h, unsigned round)
{
    size_t changes = 0;

    if (round % KEY_ROUNDS == 0)
        report(h, keys_maintain(&h->options.keys, clock_now(h->options.api->clock), &changes));
    if (h->expires_on || round % EXPIRE_ROUNDS == 0)
        report(h, expire(h));
    if (round % SAVE_ROUNDS == 0)
        report(h, save_throttle(h));
    report(h, housekeeper_refresh(h));
}

static void *run(void *ctx)
{
    struct housekeeper *h = ctx;
    void *nothing;

    pthread_setname_np(pthread_self(), "housekeeper");
    for (unsigned round = 1; !queue_stopped(h->stop); round++) {
        (void)queue_take(h->stop, &nothing, 1, ROUND_MS);
        if (!queue_stopped(h->stop))
            do_round(h, round);
    }
    return NULL;
}

static err begin(struct housekeeper *h)
{
    size_t changes = 0;

    ENSURE(h->stop != NULL, NO_MEMORY);
    TRY(keys_maintain(&h->options.keys, clock_now(h->options.api->clock), &changes));
    TRY(refresh(h));
    ENSURE(pthread_create(&h->thread, NULL, run, h) == 0, NO_MEMORY);
    return OK;
}

static void release(struct housekeeper *h)
{
    queue_free(h->stop);
    pthread_mutex_destroy(&h->refreshing);
    free(h);
}

err housekeeper_start(const struct housekeeper_options *options, struct housekeeper **out)
{
    struct housekeeper *h = calloc(1, sizeof *h);

    ENSURE(h != NULL, NO_MEMORY);
    h->options = *options;
    h->version = -1;
    h->stop = queue_new(1);
    pthread_mutex_init(&h->refreshing, NULL);
    err begun = begin(h);
    if (!err_is_ok(begun)) {
        release(h);
        return begun;
    }
    *out = h;
    return OK;
}

void housekeeper_stop(struct housekeeper *h)
{
    if (h == NULL)
        return;
    queue_stop(h->stop);
    pthread_join(h->thread, NULL);
    report(h, save_throttle(h));
    release(h);
}
