/* SPDX-License-Identifier: Apache-2.0 */
/* What a server does with its keys: one thread rotates, the others take the ring of the moment for each signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/keyring.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdatomic.h>

enum { NOW = 1790000000, THREADS = 4, SWAPS = 20 };

static const struct slice payload = { "{\"sub\":\"somebody\"}", 18 };
static const uint8_t master[VAULT_MASTER] = "thirty-two bytes of invented key";

struct desk {
    atomic_uint visitors;
    pthread_mutex_t lock;
    struct keyring *ring;
    atomic_bool closed;
    atomic_int signatures;
    atomic_int failures;
};

static struct keyring *take_ring(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    struct keyring *ring = keyring_hold(desk->ring);
    pthread_mutex_unlock(&desk->lock);
    return ring;
}

static void *sign_at_desk(void *arg)
{
    struct desk *desk = arg;
    enum signing_alg alg = atomic_fetch_add(&desk->visitors, 1) % ALG_COUNT;
    char text[LIMIT_TOKEN];
    char back[256];
    struct buf out, plain;

    do {
        struct keyring *ring = take_ring(desk);
        buf_init(&out, text, sizeof text);
        buf_init(&plain, back, sizeof back);
        bool good = err_is_ok(keyring_sign(ring, alg, payload, &out)) &&
                    err_is_ok(keyring_verify(ring, buf_slice(&out), &plain));
        keyring_release(ring);
        atomic_fetch_add(good ? &desk->signatures : &desk->failures, 1);
    } while (!atomic_load(&desk->closed));
    return NULL;
}

static void swap_ring(struct desk *desk, struct keyring *fresh)
{
    pthread_mutex_lock(&desk->lock);
    struct keyring *old = desk->ring;
    desk->ring = fresh;
    pthread_mutex_unlock(&desk->lock);
    keyring_release(old);
}

static void test_rings_are_swapped_under_signing_threads(void **state)
{
    struct desk desk = { .lock = PTHREAD_MUTEX_INITIALIZER };
    static const enum signing_alg algs[] = { ALG_ES256, ALG_ES256, ALG_RS256, ALG_EDDSA };
    struct vault *v;
    struct key rows[ALG_COUNT + 1]; /* the first two take turns */
    pthread_t threads[THREADS];
    struct keyring *fresh;

    (void)state;
    assert_int_equal(vault_new(master, &v).code, ERR_OK);
    for (size_t i = 0; i <= ALG_COUNT; i++) {
        assert_int_equal(key_generate(v, algs[i], NOW, &rows[i]).code, ERR_OK);
        rows[i].state = i == 1 ? KEY_NEXT : KEY_CURRENT;
    }
    assert_int_equal(keyring_new(v, rows, ALG_COUNT + 1, &desk.ring).code, ERR_OK);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_at_desk, &desk), 0);
    for (size_t i = 0; i < SWAPS; i++) {
        rows[i % 2].state = KEY_RETIRED;
        rows[(i + 1) % 2].state = KEY_CURRENT;
        assert_int_equal(keyring_new(v, rows, ALG_COUNT + 1, &fresh).code, ERR_OK);
        swap_ring(&desk, fresh);
    }
    atomic_store(&desk.closed, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    keyring_release(desk.ring);
    vault_free(v);
    assert_int_equal(desk.failures, 0);
    assert_true(desk.signatures >= THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rings_are_swapped_under_signing_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
