/* SPDX-License-Identifier: Apache-2.0 */
/* A test that failed used to make the next ones of its program fail: it left its world running, the next world was laid over its
 * memory, and both had one database, because its name was drawn from the same seed. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void fill_alike(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
}

static bool has_tenant(struct store *store, struct guid id)
{
    struct directory *d;

    assert_true(err_is_ok(store_directory(store, &d)));
    bool has = directory_tenant_by_id(d, id) != NULL;
    directory_release(d);
    return has;
}

static void stores_with_the_same_chance_are_two(void **state)
{
    const struct rng same = { fill_alike, NULL };
    const struct store_options options = { .clock = &clock_system, .rng = &same };
    const struct tenant tenant = { .id = { { 1 } }, .name = SLICE("kites"), .domain = SLICE("kites.example") };
    const struct store_write put = { .kind = WRITE_TENANT_PUT, .tenant = &tenant };
    struct store *first, *second;

    (void)state;
    assert_true(err_is_ok(store_open(&options, &first)));
    assert_true(err_is_ok(store_open(&options, &second)));
    assert_true(err_is_ok(store_write(first, &put, 1)));
    assert_true(has_tenant(first, tenant.id));
    assert_false(has_tenant(second, tenant.id));
    store_close(first);
    store_close(second);
}

static void signs_in(struct world *w)
{
    struct world_reply reply;
    char token[1024], code[16];

    world_signin_start(w, WORLD_APP_ES256, "sam@example.org", token, code);
    world_signin_token(w, WORLD_APP_ES256, token, code, &reply);
    assert_int_equal(reply.status, 200);
}

static void a_world_left_open_disturbs_no_other(void **state)
{
    static struct world w;
    struct world left;

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 9 });
    signs_in(&w);
    left = w; /* a test that failed has not even this */
    int64_t then = world_now_us(&left);
    world_open(&w, &(struct world_options){ .seed = 9 });
    world_advance(&w, 3600);
    assert_int_equal(world_now_us(&left), then);
    signs_in(&w);
    world_close(&w);
    world_advance(&left, 60);
    signs_in(&left);
    world_close(&left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_with_the_same_chance_are_two),
        cmocka_unit_test(a_world_left_open_disturbs_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
