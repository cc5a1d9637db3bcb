/* SPDX-License-Identifier: Apache-2.0 */
#include "api/throttle.h"
#include "crypto/vault.h"
#include "model/device_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOW = 1800000000 - 1800000000 % 3600 };

static const struct guid tenant = { { 1 } };
static const struct guid other_tenant = { { 2 } };

static struct throttle *make(uint32_t requests_address, uint32_t requests_tenant, uint32_t codes_address,
                             uint32_t codes_tenant)
{
    const struct throttle_limits limits = { { requests_address, requests_tenant, codes_address, codes_tenant } };
    struct throttle *t = NULL;

    assert_int_equal(throttle_new(&limits, &rng_system, &t).code, ERR_OK);
    return t;
}

static unsigned taken(struct throttle *t, const char *address, struct guid id, instant now, unsigned tries)
{
    unsigned n = 0;

    for (unsigned i = 0; i < tries; i++)
        n += throttle_code(t, address, id, now) == 0;
    return n;
}

static void test_no_limit(void **state)
{
    (void)state;
    struct throttle *t = make(0, 0, 0, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(throttle_request(t, "192.0.2.1", tenant, NOW), 0);
    throttle_free(t);
}

static void test_requests_in_a_second(void **state)
{
    (void)state;
    struct throttle *t = make(3, 5, 0, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(throttle_request(t, "192.0.2.1", tenant, NOW), 0);
    assert_int_equal(throttle_request(t, "192.0.2.1", tenant, NOW), 1);
    /* another address has its own count, until the tenant's is reached */
    assert_int_equal(throttle_request(t, "192.0.2.2", tenant, NOW), 0);
    assert_int_equal(throttle_request(t, "192.0.2.2", tenant, NOW), 0);
    assert_int_equal(throttle_request(t, "192.0.2.2", tenant, NOW), 1);
    assert_int_equal(throttle_request(t, "192.0.2.2", other_tenant, NOW), 0);
    assert_int_equal(throttle_request(t, "192.0.2.1", tenant, NOW + 1), 0);
    throttle_free(t);
}

static void test_wait_ends_with_the_window(void **state)
{
    (void)state;
    struct throttle *t = make(0, 0, 1, 0);
    assert_int_equal(throttle_code(t, "192.0.2.1", tenant, NOW + 600), 0);
    assert_int_equal(throttle_code(t, "192.0.2.1", tenant, NOW + 600), 3000);
    assert_int_equal(throttle_code(t, "192.0.2.1", tenant, NOW + 3600), 0);
    throttle_free(t);
}

/* A host with IPv6 owns a /64; IPv4 addresses are counted one by one. */
static void test_addresses(void **state)
{
    (void)state;
    struct throttle *t = make(0, 0, 2, 0);
    assert_int_equal(taken(t, "2001:db8::1", tenant, NOW, 1), 1);
    assert_int_equal(taken(t, "2001:db8::2:3:4:5", tenant, NOW, 5), 1);
    assert_int_equal(taken(t, "2001:db8:0:1::1", tenant, NOW, 5), 2);
    assert_int_equal(taken(t, "192.0.2.1", tenant, NOW, 5), 2);
    assert_int_equal(taken(t, "192.0.2.2", tenant, NOW, 5), 2);
    throttle_free(t);
}

/* What the tenant's quota refuses does not use up the address's. */
static void test_taken_from_both_or_neither(void **state)
{
    (void)state;
    struct throttle *t = make(0, 0, 2, 1);
    assert_int_equal(taken(t, "192.0.2.1", tenant, NOW, 5), 1);
    assert_int_equal(taken(t, "192.0.2.1", other_tenant, NOW, 5), 1);
    throttle_free(t);
}

static void test_restart_keeps_codes(void **state)
{
    char path[] = "/tmp/doorcode-throttle-XXXXXX";

    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct throttle *t = make(0, 0, 3, 0);
    assert_int_equal(taken(t, "192.0.2.1", tenant, NOW, 2), 2);
    assert_int_equal(throttle_save(t, path, NOW).code, ERR_OK);
    throttle_free(t);
    t = make(0, 0, 3, 0);
    assert_int_equal(throttle_load(t, path, NOW + 10).code, ERR_OK);
    assert_int_equal(taken(t, "192.0.2.1", tenant, NOW + 10, 5), 1);
    throttle_free(t);
    /* a window that is over is not loaded */
    t = make(0, 0, 3, 0);
    assert_int_equal(throttle_load(t, path, NOW + 3600).code, ERR_OK);
    assert_int_equal(taken(t, "192.0.2.1", tenant, NOW + 3600, 5), 3);
    throttle_free(t);
    /* damage is told, not used */
    t = make(0, 0, 3, 0);
    assert_int_equal(truncate(path, 30), 0);
    assert_int_equal(throttle_load(t, path, NOW).code, ERR_FORMAT);
    throttle_free(t);
    unlink(path);
    t = make(0, 0, 3, 0);
    assert_int_equal(throttle_load(t, path, NOW).code, ERR_OK);
    throttle_free(t);
}

/* More clients than slots: the table stays bounded and goes on counting. */
static void test_flood(void **state)
{
    char address[46];

    (void)state;
    struct throttle *t = make(0, 0, 1, 0);
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(address, sizeof address, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        (void)throttle_code(t, address, tenant, NOW);
    }
    assert_int_equal(taken(t, "192.0.2.1", other_tenant, NOW, 5), 1);
    throttle_free(t);
}

static struct throttle *make_for_devices(void)
{
    const struct throttle_limits limits = {
        .limit = { [THROTTLE_GUESSES_ADDRESS] = 2, [THROTTLE_POLLS_DEVICE] = 2, [THROTTLE_ENTRIES_DEVICE] = 3 }
    };
    struct throttle *t = NULL;

    assert_int_equal(throttle_new(&limits, &rng_system, &t).code, ERR_OK);
    return t;
}

/* Wrong ones are used up, by each address for itself; a right one is given back; a restart forgives nothing. */
static void test_guesses(void **state)
{
    char path[] = "/tmp/doorcode-throttle-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    struct throttle *t = make_for_devices();
    for (int i = 0; i < 10; i++) {
        assert_int_equal(throttle_guess(t, "192.0.2.1", NOW), 0);
        throttle_guessed(t, "192.0.2.1", NOW);
    }
    assert_int_equal(throttle_guess(t, "192.0.2.1", NOW), 0);
    assert_int_equal(throttle_guess(t, "192.0.2.1", NOW), 0);
    assert_int_equal(throttle_guess(t, "192.0.2.1", NOW + 600), 3000);
    assert_int_equal(throttle_guess(t, "192.0.2.2", NOW), 0);
    assert_int_equal(throttle_save(t, path, NOW).code, ERR_OK);
    throttle_free(t);
    t = make_for_devices();
    assert_int_equal(throttle_load(t, path, NOW + 10).code, ERR_OK);
    assert_int_equal(throttle_guess(t, "192.0.2.1", NOW + 10), 3590);
    assert_int_equal(throttle_guess(t, "192.0.2.1", NOW + 3600), 0);
    throttle_free(t);
    unlink(path);
}

static void test_devices(void **state)
{
    static const struct {
        enum throttle_kind kind;
        int limit;
        int64_t seconds;
    } kinds[] = { { THROTTLE_POLLS_DEVICE, 2, DEVICE_POLL_SECONDS }, { THROTTLE_ENTRIES_DEVICE, 3, 3600 } };

    (void)state;
    struct throttle *t = make_for_devices();
    for (size_t i = 0; i < 2; i++) {
        for (int k = 0; k < kinds[i].limit; k++)
            assert_int_equal(throttle_device(t, kinds[i].kind, 7, NOW + k), 0);
        assert_int_equal(throttle_device(t, kinds[i].kind, 7, NOW + 4), kinds[i].seconds - 4);
        assert_int_equal(throttle_device(t, kinds[i].kind, 8, NOW + 4), 0);
        assert_int_equal(throttle_device(t, kinds[i].kind, 7, NOW + kinds[i].seconds), 0);
    }
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_requests_in_a_second),
        cmocka_unit_test(test_wait_ends_with_the_window),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_taken_from_both_or_neither),
        cmocka_unit_test(test_restart_keeps_codes),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
