/* SPDX-License-Identifier: Apache-2.0 */
/* A device redeems its code, its application asks who the user is, another asks in its own name, and the device asks for
 * another code, while the n-th allocation, write of the database, send or receive of the server fails. Each request gets an
 * answer that blames the server, or a closed connection; the code, its grant and the refresh token come together or not at
 * all; and afterwards the same server goes on. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/torture_server.h"

#define DEVICE_CODE "/petstore/oauth2/v2.0/devicecode"
#define TOKEN "/petstore/oauth2/v2.0/token"
#define USERINFO "/oidc/userinfo"
#define SCOPE "&scope=openid+offline_access"
#define OWN_NAME "grant_type=client_credentials&client_id=" WORLD_APP_WEB "&client_secret=web-secret~of.petstore%2B1"

struct progress {
    char device[TEXT];
    char refresh[256]; /* acknowledged; "" */
    bool all;
};

static int poll(const struct stage *s, const char *device, struct world_reply *reply)
{
    char form[FORM];

    snprintf(form, sizeof form, APP "&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=%s", device);
    return post(s, TOKEN, form, reply);
}

/* A code that its user has let go on. */
static void make_device(struct stage *s, char device[TEXT])
{
    struct store *store = rooms_store(s->w.rooms);
    struct world_reply reply;
    struct device_code row;
    char user_code[32];

    assert_int_equal(post(s, DEVICE_CODE, APP SCOPE, &reply), 200);
    world_member(&reply, "device_code", device, TEXT);
    world_member(&reply, "user_code", user_code, sizeof user_code);
    assert_int_equal(store_device_by_user_code(store, slice_of(user_code), &row).code, ERR_OK);
    row.state = DEVICE_GRANTED;
    row.user_id = (struct guid){ { 0xee, 1 } };
    row.authenticated_at = WORLD_START;
    const struct store_write granted = { .kind = WRITE_DEVICE_DECIDE, .device = &row };
    assert_int_equal(store_write(store, &granted, 1).code, ERR_OK);
}

static void try_all(struct stage *s, struct progress *p)
{
    struct world_reply reply;
    char form[FORM], access[FORM - 32];

    if (!was_done(poll(s, p->device, &reply), &reply))
        return;
    world_member(&reply, "refresh_token", p->refresh, sizeof p->refresh);
    world_member(&reply, "access_token", access, sizeof access);
    snprintf(form, sizeof form, "access_token=%s", access);
    if (!was_done(post(s, USERINFO, form, &reply), &reply))
        return;
    assert_non_null(strstr(reply.body, "\"sub\":\""));
    if (!was_done(post(s, TOKEN, OWN_NAME "&scope=api://petstore-api/.default", &reply), &reply))
        return;
    p->all = was_done(post(s, DEVICE_CODE, APP SCOPE, &reply), &reply);
}

static void check_whole(struct stage *s, const struct progress *p)
{
    struct world_reply reply;
    char form[FORM];
    int64_t grants = count_rows(s, "grants");

    assert_int_equal(grants, count_rows(s, "refresh_tokens"));
    assert_true(grants == 1 || p->refresh[0] == '\0');
    int status = poll(s, p->device, &reply);
    if (grants == 1 ? status != 400 || strstr(reply.body, "[54005]") == NULL : status != 200)
        fail_msg("a code that was%s redeemed: %d %s", grants == 1 ? "" : " not", status, reply.body);
    if (p->refresh[0] == '\0')
        return;
    snprintf(form, sizeof form, APP "&grant_type=refresh_token&refresh_token=%s", p->refresh);
    assert_int_equal(post(s, TOKEN, form, &reply), 200);
}

enum { ALLOCATIONS_STEP = 11 };

static void every_failure(struct stage *s, enum trouble what, bool lasting, long fewest)
{
    long step = torture_step(what, ALLOCATIONS_STEP);
    long n = 1 - step;

    do {
        struct progress p = { .all = false };
        n += step;
        stage_begin(s);
        make_device(s, p.device);
        torture_start(what, n, lasting);
        try_all(s, &p);
        torture_stop();
        assert_true(p.all || atomic_load(&torture.met));
        check_whole(s, &p);
        stage_end(s);
    } while (atomic_load(&torture.met));
    assert_true(n > fewest); /* there was something to fail */
}

static void test_each_allocation(void **state)
{
    every_failure(*state, TROUBLE_MEMORY, false, 10);
}

static void test_each_write(void **state)
{
    every_failure(*state, TROUBLE_DISK, false, 2);
}

static void test_each_write_and_all_after_it(void **state)
{
    every_failure(*state, TROUBLE_DISK, true, 2);
}

static void test_each_send_and_receive(void **state)
{
    every_failure(*state, TROUBLE_SOCKET, false, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation),
        cmocka_unit_test(test_each_write),
        cmocka_unit_test(test_each_write_and_all_after_it),
        cmocka_unit_test(test_each_send_and_receive),
    };

    torture_install();
    return cmocka_run_group_tests_name("server/oidc torture", tests, seed_once, remove_seeded);
}
