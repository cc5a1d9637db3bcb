/* SPDX-License-Identifier: Apache-2.0 */
#include "api/throttle.h"

#include "base/limits.h"
#include "crypto/shorthash.h"
#include "model/device_code.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROBES = 8, KEY_MAX = 17, FILE_MAGIC = 0x44435448, HOUR = 3600 };

struct slot {
    uint64_t key;
    int64_t window; /* its number: time divided by its length; 0: never used */
    uint32_t count;
    uint32_t kind;
};

struct throttle {
    pthread_mutex_t lock;
    struct throttle_limits limits;
    uint8_t hash_key[SHORTHASH_KEY];
    struct slot slots[LIMIT_THROTTLE_SLOTS];
};

struct file_head {
    uint32_t magic;
    uint32_t count;
    uint8_t hash_key[SHORTHASH_KEY];
};

static int64_t window_length(enum throttle_kind kind)
{
    switch (kind) {
    case THROTTLE_REQUESTS_ADDRESS:
    case THROTTLE_REQUESTS_TENANT:
        return 1;
    case THROTTLE_POLLS_DEVICE:
        return DEVICE_POLL_SECONDS;
    default:
        return HOUR;
    }
}

err throttle_new(const struct throttle_limits *limits, const struct rng *rng, struct throttle **out)
{
    struct throttle *t = calloc(1, sizeof *t);

    ENSURE(t != NULL, NO_MEMORY);
    t->limits = *limits;
    pthread_mutex_init(&t->lock, NULL);
    rng_fill(rng, t->hash_key, sizeof t->hash_key);
    *out = t;
    return OK;
}

void throttle_free(struct throttle *t)
{
    if (t == NULL)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/* Who is counted: an address (an IPv6 host owns its /64), a tenant or a device. */
static uint64_t key_of_address(const struct throttle *t, enum throttle_kind kind, const char *address)
{
    unsigned char bytes[KEY_MAX] = { (unsigned char)kind };

    if (inet_pton(AF_INET6, address, bytes + 1) == 1)
        memset(bytes + 9, 0, 8);
    else if (inet_pton(AF_INET, address, bytes + 1) != 1)
        memset(bytes + 1, 0, 16);
    return shorthash(t->hash_key, slice_bytes(bytes, sizeof bytes));
}

static uint64_t key_of_tenant(const struct throttle *t, enum throttle_kind kind, struct guid tenant)
{
    unsigned char bytes[KEY_MAX] = { (unsigned char)kind };

    memcpy(bytes + 1, tenant.b, sizeof tenant.b);
    return shorthash(t->hash_key, slice_bytes(bytes, sizeof bytes));
}

static uint64_t key_of_device(const struct throttle *t, enum throttle_kind kind, uint64_t device_id)
{
    unsigned char bytes[KEY_MAX] = { (unsigned char)kind };

    memcpy(bytes + 1, &device_id, sizeof device_id);
    return shorthash(t->hash_key, slice_bytes(bytes, sizeof bytes));
}

static bool is_over(const struct slot *s, instant now)
{
    return s->window < now / window_length(s->kind);
}

/* The slot of a key in the running window. Where all places are taken, the least counted gives way. */
static struct slot *slot_of(struct throttle *t, enum throttle_kind kind, uint64_t key, instant now)
{
    struct slot *place = NULL;

    for (size_t i = 0; i < PROBES; i++) {
        struct slot *s = &t->slots[(key + i) % LIMIT_THROTTLE_SLOTS];
        if (s->key == key && s->window == now / window_length(kind))
            return s;
        if (place == NULL || (!is_over(place, now) && (is_over(s, now) || s->count < place->count)))
            place = s;
    }
    *place = (struct slot){ .key = key, .window = now / window_length(kind), .kind = kind };
    return place;
}

/* One more for the address and the tenant, if both have room. */
static int64_t take(struct throttle *t, enum throttle_kind by_address, enum throttle_kind by_tenant,
                    const char *address, struct guid tenant, instant now)
{
    int64_t wait = 0;

    if (t->limits.limit[by_address] == 0 && t->limits.limit[by_tenant] == 0)
        return 0;
    pthread_mutex_lock(&t->lock);
    struct slot *a = slot_of(t, by_address, key_of_address(t, by_address, address), now);
    a->count++; /* before the next look-up, so that a fresh slot is not the one to give way */
    struct slot *b = slot_of(t, by_tenant, key_of_tenant(t, by_tenant, tenant), now);
    bool over = (t->limits.limit[by_address] != 0 && a->count > t->limits.limit[by_address]) ||
                (t->limits.limit[by_tenant] != 0 && b->count >= t->limits.limit[by_tenant]);
    if (over) {
        a->count--;
        int64_t length = window_length(by_address);
        wait = (now / length + 1) * length - now;
    } else {
        b->count++;
    }
    pthread_mutex_unlock(&t->lock);
    return wait;
}

int64_t throttle_request(struct throttle *t, const char *client_address, struct guid tenant, instant now)
{
    return take(t, THROTTLE_REQUESTS_ADDRESS, THROTTLE_REQUESTS_TENANT, client_address, tenant, now);
}

int64_t throttle_code(struct throttle *t, const char *client_address, struct guid tenant, instant now)
{
    return take(t, THROTTLE_CODES_ADDRESS, THROTTLE_CODES_TENANT, client_address, tenant, now);
}

/* One more for the key alone. */
static int64_t take_one(struct throttle *t, enum throttle_kind kind, uint64_t key, instant now)
{
    int64_t length = window_length(kind);
    uint32_t limit = t->limits.limit[kind];

    if (limit == 0)
        return 0;
    pthread_mutex_lock(&t->lock);
    struct slot *s = slot_of(t, kind, key, now);
    bool over = s->count >= limit;
    s->count += !over;
    pthread_mutex_unlock(&t->lock);
    return over ? (now / length + 1) * length - now : 0;
}

int64_t throttle_guess(struct throttle *t, const char *client_address, instant now)
{
    return take_one(t, THROTTLE_GUESSES_ADDRESS, key_of_address(t, THROTTLE_GUESSES_ADDRESS, client_address), now);
}

void throttle_guessed(struct throttle *t, const char *client_address, instant now)
{
    uint64_t key = key_of_address(t, THROTTLE_GUESSES_ADDRESS, client_address);

    pthread_mutex_lock(&t->lock);
    struct slot *s = slot_of(t, THROTTLE_GUESSES_ADDRESS, key, now);
    s->count -= s->count > 0;
    pthread_mutex_unlock(&t->lock);
}

int64_t throttle_device(struct throttle *t, enum throttle_kind kind, uint64_t device_id, instant now)
{
    return take_one(t, kind, key_of_device(t, kind, device_id), now);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static bool is_worth_saving(const struct slot *s, instant now)
{
    return window_length(s->kind) == HOUR && s->count > 0 && !is_over(s, now);
}

static err write_slots(struct throttle *t, FILE *file, instant now)
{
    struct file_head head = { .magic = FILE_MAGIC };
    size_t written = 0;

    memcpy(head.hash_key, t->hash_key, sizeof head.hash_key);
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < LIMIT_THROTTLE_SLOTS; i++)
        head.count += is_worth_saving(&t->slots[i], now);
    bool ok = fwrite(&head, sizeof head, 1, file) == 1;
    for (size_t i = 0; ok && i < LIMIT_THROTTLE_SLOTS; i++)
        if (is_worth_saving(&t->slots[i], now))
            written += fwrite(&t->slots[i], sizeof t->slots[i], 1, file);
    pthread_mutex_unlock(&t->lock);
    ENSURE(ok && written == head.count && fflush(file) == 0, IO);
    return OK;
}

err throttle_save(struct throttle *t, const char *path, instant now)
{
    char aside[4096];
    int n = snprintf(aside, sizeof aside, "%s.new", path);

    ENSURE(n > 0 && (size_t)n < sizeof aside, FULL);
    {
        AUTO(close_file) FILE *file = fopen(aside, "wbe");
        ENSURE(file != NULL, IO);
        TRY(write_slots(t, file, now));
    }
    ENSURE(rename(aside, path) == 0, IO);
    return OK;
}

err throttle_load(struct throttle *t, const char *path, instant now)
{
    AUTO(close_file) FILE *file = fopen(path, "rbe");
    struct file_head head;
    struct slot slot;

    if (file == NULL)
        return OK;
    ENSURE(fread(&head, sizeof head, 1, file) == 1 && head.magic == FILE_MAGIC && head.count <= LIMIT_THROTTLE_SLOTS,
           FORMAT);
    memcpy(t->hash_key, head.hash_key, sizeof t->hash_key);
    for (uint32_t i = 0; i < head.count; i++) {
        ENSURE(fread(&slot, sizeof slot, 1, file) == 1 && slot.kind < THROTTLE_KINDS, FORMAT);
        if (is_worth_saving(&slot, now))
            slot_of(t, slot.kind, slot.key, now)->count = slot.count;
    }
    return OK;
}
