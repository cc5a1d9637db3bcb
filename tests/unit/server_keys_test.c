/* SPDX-License-Identifier: Apache-2.0 */
/* Signing keys over their life in the store, and the housekeeper that publishes what others changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/keys.h"
#include "support/text_file.h"
#include "support/world.h"

#include <time.h>

enum { START = 1784715330, DAY = 86400 };

struct keeping {
    struct store *store;
    struct vault *vault;
    struct events events;
    struct keys_context context;
};

static void open_keeping(struct keeping *k)
{
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    static const uint8_t master[VAULT_MASTER] = { 7 };

    memset(k, 0, sizeof *k);
    assert_int_equal(store_open(&options, &k->store).code, ERR_OK);
    assert_int_equal(vault_new(master, &k->vault).code, ERR_OK);
    k->context = (struct keys_context){ k->store, k->vault, &rotation_default, &k->events };
}

static void close_keeping(struct keeping *k)
{
    store_close(k->store);
    vault_free(k->vault);
}

/* The kid of the key in that state, "" without one; exactly one otherwise. */
static const char *kid_of(struct store *store, enum signing_alg alg, enum key_state state, struct key *out)
{
    struct key *rows = calloc(KEYS_MAX, sizeof *rows);
    size_t n = KEYS_MAX, found = 0;

    assert_non_null(rows);
    assert_int_equal(store_keys(store, rows, &n).code, ERR_OK);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++)
        if (rows[i].alg == alg && rows[i].state == state) {
            *out = rows[i];
            found++;
        }
    assert_true(found <= 1);
    free(rows);
    return out->kid;
}

static void first_keys(void **state)
{
    struct keeping k;
    struct key current, next;
    size_t changes = 0;
    (void)state;
    open_keeping(&k);
    assert_int_equal(keys_maintain(&k.context, START, &changes).code, ERR_OK);
    assert_int_equal(changes, 2 * ALG_COUNT);
    assert_int_equal(k.events.counts[EVENT_key_created], 2 * ALG_COUNT);
    assert_int_equal(k.events.counts[EVENT_key_rotated], 0);
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        assert_string_not_equal(kid_of(k.store, alg, KEY_CURRENT, &current), "");
        assert_string_not_equal(kid_of(k.store, alg, KEY_NEXT, &next), "");
        assert_string_not_equal(current.kid, next.kid);
        assert_int_equal(current.signing_since, START);
        assert_int_equal(next.signing_since, 0);
    }
    changes = 0;
    assert_int_equal(keys_maintain(&k.context, START + 1, &changes).code, ERR_OK);
    assert_int_equal(changes, 0);
    close_keeping(&k);
}

/* 90 days on, next signs; the former stays published for a while, then goes. */
static void keys_age(void **state)
{
    struct keeping k;
    struct key was_current, was_next, now;
    size_t changes = 0;
    (void)state;
    open_keeping(&k);
    assert_int_equal(keys_rotate(&k.context, ALG_ES256, START, false, &changes).code, ERR_OK);
    kid_of(k.store, ALG_ES256, KEY_CURRENT, &was_current);
    kid_of(k.store, ALG_ES256, KEY_NEXT, &was_next);
    changes = 0;
    assert_int_equal(keys_rotate(&k.context, ALG_ES256, START + 90 * DAY - 1, false, &changes).code, ERR_OK);
    assert_int_equal(changes, 0);
    assert_int_equal(keys_rotate(&k.context, ALG_ES256, START + 90 * DAY, false, &changes).code, ERR_OK);
    assert_int_equal(changes, 2); /* promoted, and a new next */
    assert_string_equal(kid_of(k.store, ALG_ES256, KEY_CURRENT, &now), was_next.kid);
    assert_string_equal(kid_of(k.store, ALG_ES256, KEY_RETIRED, &now), was_current.kid);
    assert_int_equal(now.retired_at, START + 90 * DAY);
    changes = 0;
    assert_int_equal(keys_rotate(&k.context, ALG_ES256, START + 92 * DAY, false, &changes).code, ERR_OK);
    assert_int_equal(changes, 1);
    assert_string_equal(kid_of(k.store, ALG_ES256, KEY_RETIRED, &now), "");
    close_keeping(&k);
}

static void immediate_roll(void **state)
{
    struct keeping k;
    struct key before, after;
    size_t changes = 0;
    (void)state;
    open_keeping(&k);
    assert_int_equal(keys_maintain(&k.context, START, &changes).code, ERR_OK);
    kid_of(k.store, ALG_EDDSA, KEY_NEXT, &before);
    changes = 0;
    assert_int_equal(keys_rotate(&k.context, ALG_EDDSA, START + 5, true, &changes).code, ERR_OK);
    assert_int_equal(changes, 2);
    assert_string_equal(kid_of(k.store, ALG_EDDSA, KEY_CURRENT, &after), before.kid);
    assert_int_equal(after.signing_since, START + 5);
    assert_string_not_equal(kid_of(k.store, ALG_EDDSA, KEY_NEXT, &after), "");
    assert_int_equal(k.events.counts[EVENT_key_rotated], 1);
    close_keeping(&k);
}

static void ring_signs_with_every_algorithm(void **state)
{
    struct keeping k;
    struct keyring *ring;
    char jws[2048], payload[64];
    size_t changes = 0;
    (void)state;
    open_keeping(&k);
    assert_int_equal(keys_maintain(&k.context, START, &changes).code, ERR_OK);
    assert_int_equal(keys_load(&k.context, &ring).code, ERR_OK);
    for (enum signing_alg alg = 0; alg < ALG_COUNT; alg++) {
        struct buf signature, read;
        buf_init(&signature, jws, sizeof jws);
        buf_init(&read, payload, sizeof payload);
        assert_int_equal(keyring_sign(ring, alg, SLICE("{\"a\":1}"), &signature).code, ERR_OK);
        assert_int_equal(keyring_verify(ring, buf_slice(&signature), &read).code, ERR_OK);
        assert_true(slice_eq(buf_slice(&read), SLICE("{\"a\":1}")));
    }
    keyring_release(ring);
    close_keeping(&k);
}

struct roller {
    struct keys_context context;
    pthread_barrier_t *start;
    instant now;
    bool immediately;
    err result;
};

static void *roll(void *ctx)
{
    struct roller *r = ctx;
    size_t changes = 0;

    pthread_barrier_wait(r->start);
    r->result = keys_rotate(&r->context, ALG_ES256, r->now, r->immediately, &changes);
    return NULL;
}

/* Two stores on one file are what the server and `doorcode keys rotate` are. */
static struct store *open_file(const struct test_folder *folder)
{
    char path[128];
    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    struct store *store;

    snprintf(path, sizeof path, "%s/doorcode.db", folder->path);
    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    return store;
}

static void the_server_and_the_operator_rotate_at_once(void **state)
{
    enum { ROUNDS = 40, ROLLERS = 2 };
    struct keeping k;
    struct test_folder folder;
    struct roller rollers[ROLLERS];
    pthread_t threads[ROLLERS];
    pthread_barrier_t start;
    struct key one;

    (void)state;
    open_keeping(&k);
    test_folder_make(&folder);
    pthread_barrier_init(&start, NULL, ROLLERS);
    for (int i = 0; i < ROLLERS; i++)
        rollers[i] =
            (struct roller){ { open_file(&folder), k.vault, &rotation_default, NULL }, &start, START, i == 1, OK };
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ROLLERS; i++) {
            rollers[i].now += 91 * DAY; /* due by itself, too */
            assert_int_equal(pthread_create(&threads[i], NULL, roll, &rollers[i]), 0);
        }
        for (int i = 0; i < ROLLERS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < ROLLERS; i++)
            assert_int_equal(rollers[i].result.code, ERR_OK);
        assert_string_not_equal(kid_of(rollers[0].context.store, ALG_ES256, KEY_CURRENT, &one), "");
        assert_string_not_equal(kid_of(rollers[0].context.store, ALG_ES256, KEY_NEXT, &one), "");
    }
    pthread_barrier_destroy(&start);
    for (int i = 0; i < ROLLERS; i++)
        store_close(rollers[i].context.store);
    test_folder_remove(&folder);
    close_keeping(&k);
}

static void another_master_key_opens_nothing(void **state)
{
    static const uint8_t other[VAULT_MASTER] = { 8 };
    struct keeping k;
    struct keyring *ring;
    struct vault *stranger;
    size_t changes = 0;
    (void)state;
    open_keeping(&k);
    assert_int_equal(keys_rotate(&k.context, ALG_ES256, START, false, &changes).code, ERR_OK);
    assert_int_equal(vault_new(other, &stranger).code, ERR_OK);
    k.context.vault = stranger;
    assert_int_equal(keys_load(&k.context, &ring).code, ERR_CRYPTO);
    vault_free(stranger);
    close_keeping(&k);
}

enum { PATIENCE_MS = 30000 }; /* a second is usual */

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int status_of(const struct world *w, const char *path, struct world_reply *reply)
{
    world_get(w, path, reply);
    return reply->status;
}

/* Another connection, as another process has it, adds a tenant and rolls a key; the server tells so by itself. */
static void housekeeper_publishes(void **state)
{
    static struct world world;
    static struct world_reply reply;
    struct test_folder folder;
    char path[96];
    (void)state;
    test_folder_make(&folder);
    world_open(&world, &(struct world_options){ .folder = folder.path, .real_time = true });
    assert_int_not_equal(status_of(&world, "/aquarium/v2.0/.well-known/openid-configuration", &reply), 200);

    const struct store_options options = { .path = path, .clock = &clock_system, .rng = &rng_system };
    struct store *other;
    struct vault *vault;
    struct key rolled;
    size_t changes = 0;
    snprintf(path, sizeof path, "%s/doorcode.db", folder.path);
    assert_int_equal(store_open(&options, &other).code, ERR_OK);
    struct tenant tenant = { .id = { { 9 } }, .name = SLICE("aquarium"), .domain = SLICE("aquarium.example") };
    struct store_write write = { .kind = WRITE_TENANT_PUT, .tenant = &tenant };
    assert_int_equal(store_write(other, &write, 1).code, ERR_OK);
    snprintf(path, sizeof path, "%s/master.key", folder.path);
    assert_int_equal(vault_load(path, false, &rng_system, &vault).code, ERR_OK);
    const struct keys_context context = { other, vault, &rotation_default, NULL };
    int64_t started = milliseconds();
    assert_int_equal(keys_rotate(&context, ALG_ES256, clock_now(&clock_system), true, &changes).code, ERR_OK);
    kid_of(other, ALG_ES256, KEY_NEXT, &rolled); /* made just now */

    bool published = false;
    while (!published && milliseconds() - started < PATIENCE_MS) {
        const struct timespec pause = { .tv_nsec = 20000000 };
        nanosleep(&pause, NULL);
        published = status_of(&world, "/aquarium/v2.0/.well-known/openid-configuration", &reply) == 200 &&
                    status_of(&world, "/aquarium/discovery/v2.0/keys", &reply) == 200 &&
                    strstr(reply.body, rolled.kid) != NULL;
    }
    assert_true(published);
    store_close(other);
    vault_free(vault);
    world_close(&world);
    test_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_keys),
        cmocka_unit_test(keys_age),
        cmocka_unit_test(immediate_roll),
        cmocka_unit_test(the_server_and_the_operator_rotate_at_once),
        cmocka_unit_test(ring_signs_with_every_algorithm),
        cmocka_unit_test(another_master_key_opens_nothing),
        cmocka_unit_test(housekeeper_publishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
