/* SPDX-License-Identifier: Apache-2.0 */
/* A device without a browser gets tokens once its user has come to /devicelogin with its code (RFC 8628; spec OIDC, 4.1):
 * from end to end over HTTP, with the user's browser and the device apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/device_user.h"

#include <pthread.h>

#define DEVICE_CODE "/petstore/oauth2/v2.0/devicecode"
#define TOKEN "/petstore/oauth2/v2.0/token"
#define APP "client_id=" WORLD_APP_ES256
#define GRANT "&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="

enum { TEXT = 256, FORM = 2048, RACERS = 8 };

struct device {
    struct world *world;
    char user_code[TEXT];
    char device_code[TEXT];
    struct world_reply reply;
};

static void device_ask_of(struct device *d, struct world *w, const char *scope)
{
    char form[FORM];

    d->world = w;
    snprintf(form, sizeof form, APP "&scope=%s", scope);
    world_post(w, DEVICE_CODE, "", form, &d->reply);
    assert_int_equal(d->reply.status, 200);
    world_member(&d->reply, "user_code", d->user_code, TEXT);
    world_member(&d->reply, "device_code", d->device_code, TEXT);
}

static void device_ask(struct device *d, struct world *w)
{
    device_ask_of(d, w, "openid+profile+offline_access");
}

static int device_poll(struct device *d)
{
    char form[FORM];

    snprintf(form, sizeof form, APP GRANT "%s&client_info=1", d->device_code);
    world_post(d->world, TOKEN, "", form, &d->reply);
    return d->reply.status;
}

static void check_poll(struct device *d, const char *error)
{
    char text[TEXT];

    assert_int_equal(device_poll(d), 400);
    assert_string_equal(world_member(&d->reply, "error", text, TEXT), error);
}

static void begin(struct world *w, struct browser *b, uint64_t seed)
{
    world_open(w, &(struct world_options){ .seed = seed });
    memset(b, 0, sizeof *b);
    b->world = w;
}

static void test_from_end_to_end(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;
    char token[4096], form[FORM];

    (void)state;
    begin(&w, &b, 31);
    device_ask(&d, &w);
    check_poll(&d, "authorization_pending");
    device_user_allows(&b, d.user_code);
    assert_int_equal(device_poll(&d), 200);
    assert_non_null(strstr(d.reply.body, "\"id_token\":\"ey"));
    assert_non_null(strstr(d.reply.body, "\"client_info\":\""));
    world_member(&d.reply, "refresh_token", token, sizeof token);
    check_poll(&d, "invalid_grant");
    assert_non_null(strstr(d.reply.body, "[54005]"));
    snprintf(form, sizeof form, APP "&grant_type=refresh_token&refresh_token=%.1000s", token);
    world_post(&w, TOKEN, "", form, &d.reply);
    assert_int_equal(d.reply.status, 200);
    world_close(&w);
}

/* Who is signed in is not asked again; without offline_access there is no refresh token. */
static void test_a_session_is_enough(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;

    (void)state;
    begin(&w, &b, 32);
    device_ask(&d, &w);
    device_user_allows(&b, d.user_code);
    device_ask_of(&d, &w, "openid");
    device_user_opens(&b, d.user_code);
    assert_int_equal(browser_press(&b, "do=allow"), 200);
    assert_string_equal(browser_page(&b), "");
    assert_int_equal(device_poll(&d), 200);
    assert_null(strstr(d.reply.body, "refresh_token"));
    world_close(&w);
}

static void test_turned_away(void **state)
{
    static const char *const buttons[] = { "do=decline", "do=cancel" };
    static struct browser b;
    struct device d;
    struct world w;

    (void)state;
    begin(&w, &b, 33);
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
        device_ask(&d, &w);
        device_user_opens(&b, d.user_code);
        assert_int_equal(browser_press(&b, buttons[i]), 200);
        check_poll(&d, "authorization_declined");
        assert_int_equal(device_user_types(&b, d.user_code), 400);
    }
    world_close(&w);
}

/* Two browsers know the code; the first answer counts, and the second is told that it came too late. */
static void test_answered_once(void **state)
{
    static struct browser first, second;
    struct device d;
    struct world w;

    (void)state;
    begin(&w, &first, 34);
    second = first;
    device_ask(&d, &w);
    device_user_opens(&second, d.user_code);
    device_user_opens(&first, d.user_code);
    assert_int_equal(browser_press(&first, "do=decline"), 200);
    assert_int_equal(browser_press(&second, "do=allow"), 400);
    check_poll(&d, "authorization_declined");
    world_close(&w);
}

static void test_the_page_waits_no_longer_than_the_code(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;
    uint64_t removed;

    (void)state;
    begin(&w, &b, 35);
    device_ask(&d, &w);
    device_user_opens(&b, d.user_code);
    world_advance(&w, policy_default.device_code_seconds);
    assert_int_equal(browser_press(&b, "do=allow"), 400);
    check_poll(&d, "expired_token");
    assert_int_equal(device_user_types(&b, d.user_code), 400);
    /* swept once nobody asks any more */
    world_advance(&w, 3600);
    assert_true(err_is_ok(store_expire(rooms_store(w.rooms), WORLD_START + 900 + 3600, &removed)));
    check_poll(&d, "bad_verification_code");
    world_close(&w);
}

static void test_another_application_learns_nothing(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;
    char form[FORM], text[TEXT];

    (void)state;
    begin(&w, &b, 36);
    device_ask(&d, &w);
    device_user_allows(&b, d.user_code);
    snprintf(form, sizeof form, "client_id=" WORLD_APP GRANT "%.250s", d.device_code);
    world_post(&w, TOKEN, "", form, &d.reply);
    assert_string_equal(world_member(&d.reply, "error", text, TEXT), "bad_verification_code");
    assert_int_equal(device_poll(&d), 200);
    world_close(&w);
}

/* What was allowed before all sessions of the user ended gives nothing afterwards. */
static void test_revoked_in_between(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;
    struct guid tenant;
    struct user user;

    (void)state;
    begin(&w, &b, 37);
    device_ask(&d, &w);
    device_user_allows(&b, d.user_code);
    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(rooms_store(w.rooms), tenant, SLICE(SAM), &user)));
    const struct store_write revoke = { .kind = WRITE_USER_REVOKE, .guid = user.id, .at = WORLD_START + 1 };
    assert_true(err_is_ok(store_write(rooms_store(w.rooms), &revoke, 1)));
    check_poll(&d, "bad_verification_code");
    world_close(&w);
}

/* ---- guessing, hurrying ---- */

static void test_guesses_run_out(void **state)
{
    static struct browser b;
    struct policy policy = policy_default;
    struct device d;
    struct world w;

    (void)state;
    policy.requests_per_second_address = policy.requests_per_second_tenant = 0;
    policy.guesses_per_hour_address = 3;
    world_open(&w, &(struct world_options){ .seed = 38, .policy = &policy });
    memset(&b, 0, sizeof b);
    b.world = &w;
    device_ask(&d, &w);
    for (int i = 0; i < 2; i++)
        assert_int_equal(device_user_types(&b, "BCDFGHJKL"), 400);
    for (int i = 0; i < 5; i++) /* the right one costs nothing, nor does what no device can show */
        assert_int_equal(device_user_types(&b, i < 4 ? d.user_code : "aeiou"), i < 4 ? 200 : 400);
    assert_int_equal(device_user_types(&b, "BCDFGHJKL"), 400);
    assert_int_equal(device_user_types(&b, "BCDFGHJKL"), 429);
    assert_int_equal(device_user_types(&b, d.user_code), 429);
    assert_non_null(strstr(b.reply.head, "\r\nRetry-After: "));
    world_advance(&w, 3600);
    device_ask(&d, &w);
    assert_int_equal(device_user_types(&b, d.user_code), 200);
    world_close(&w);
}

static void test_a_code_is_typed_so_often(void **state)
{
    static struct browser b;
    struct device d;
    struct world w;

    (void)state;
    begin(&w, &b, 39);
    device_ask(&d, &w);
    for (int i = 0; i < LIMIT_DEVICE_ENTRIES; i++)
        assert_int_equal(device_user_types(&b, d.user_code), 200);
    assert_int_equal(device_user_types(&b, d.user_code), 429);
    device_ask(&d, &w);
    assert_int_equal(device_user_types(&b, d.user_code), 200);
    world_close(&w);
}

static void test_who_hurries_is_told(void **state)
{
    static struct browser b;
    struct device d, other;
    struct world w;

    (void)state;
    begin(&w, &b, 40);
    device_ask(&d, &w);
    device_ask(&other, &w);
    for (int i = 0; i < LIMIT_DEVICE_POLLS; i++)
        check_poll(&d, "authorization_pending");
    check_poll(&d, "slow_down");
    check_poll(&other, "authorization_pending");
    world_advance(&w, DEVICE_POLL_SECONDS);
    check_poll(&d, "authorization_pending");
    device_user_allows(&b, d.user_code);
    for (int i = 0; i < LIMIT_DEVICE_POLLS; i++)
        check_poll(&other, "authorization_pending");
    assert_int_equal(device_poll(&d), 200);
    world_close(&w);
}

static void *race(void *ctx)
{
    struct device *d = ctx;

    (void)device_poll(d);
    return NULL;
}

static void test_one_of_many_at_once(void **state)
{
    static struct browser b;
    static struct device racers[RACERS];
    pthread_t threads[RACERS];
    struct world w;
    unsigned won = 0;

    (void)state;
    begin(&w, &b, 41);
    device_ask(&racers[0], &w);
    device_user_allows(&b, racers[0].user_code);
    for (size_t i = 1; i < RACERS; i++)
        racers[i] = racers[0];
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < RACERS; i++) {
        won += racers[i].reply.status == 200;
        assert_true(racers[i].reply.status == 200 || strstr(racers[i].reply.body, "[54005]") != NULL);
    }
    assert_int_equal(won, 1);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_from_end_to_end),
                                        cmocka_unit_test(test_a_session_is_enough),
                                        cmocka_unit_test(test_turned_away),
                                        cmocka_unit_test(test_answered_once),
                                        cmocka_unit_test(test_the_page_waits_no_longer_than_the_code),
                                        cmocka_unit_test(test_another_application_learns_nothing),
                                        cmocka_unit_test(test_revoked_in_between),
                                        cmocka_unit_test(test_guesses_run_out),
                                        cmocka_unit_test(test_a_code_is_typed_so_often),
                                        cmocka_unit_test(test_who_hurries_is_told),
                                        cmocka_unit_test(test_one_of_many_at_once) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
