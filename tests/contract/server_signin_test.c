/* SPDX-License-Identifier: Apache-2.0 */
/* The three calls against a whole server: the happy way, then the promises about codes under parallel requests. */
#include "support/world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_signin_and_refresh(void **state)
{
    struct world w;
    struct world_reply reply;
    char token[1024], code[16], refresh[256], form[1024];

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 1 });
    world_signin_start(&w, WORLD_APP, "sam@example.org", token, code);
    world_signin_token(&w, WORLD_APP, token, code, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"token_type\":\"Bearer\""));
    assert_non_null(strstr(reply.body, "\"id_token\":\"ey"));
    world_member(&reply, "refresh_token", refresh, sizeof refresh);
    snprintf(form, sizeof form, "client_id=%s&grant_type=refresh_token&refresh_token=%s", WORLD_APP, refresh);
    world_post(&w, "/petstore/oauth2/v2.0/token", "", form, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"refresh_token\":\"1."));
    /* the token is spent */
    world_signin_token(&w, WORLD_APP, token, code, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "\"error_codes\":[54005]"));
    world_close(&w);
}

enum { RIGHT = 64, WRONG = 1000, THREADS = 16 };

struct race {
    struct world *w;
    const char *token;
    const char *code;
    int rounds;
    _Atomic int won;
    _Atomic int refused;
};

static void *race_thread(void *ctx)
{
    struct race *race = ctx;
    struct world_reply reply;

    for (int i = 0; i < race->rounds; i++) {
        world_signin_token(race->w, WORLD_APP_ES256, race->token, race->code, &reply);
        if (reply.status == 200)
            race->won++;
        else if (reply.status == 400)
            race->refused++;
    }
    return NULL;
}

static void run_race(struct race *race, int total)
{
    pthread_t threads[THREADS];

    race->rounds = total / THREADS + (total % THREADS != 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race_thread, race), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void test_one_of_many_right_answers_wins(void **state)
{
    struct world w;
    char token[1024], code[16];

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 2 });
    for (int i = 0; i < 5; i++) {
        world_signin_start(&w, WORLD_APP_ES256, "sam@example.org", token, code);
        struct race race = { .w = &w, .token = token, .code = code };
        run_race(&race, RIGHT);
        assert_int_equal(race.won, 1);
        assert_int_equal(race.refused, RIGHT - 1);
    }
    world_close(&w);
}

static void test_wrong_answers_are_counted_one_by_one(void **state)
{
    struct world w;
    struct world_reply reply;
    struct passcode row;
    char token[1024], code[16];
    struct guid sam = { { 0xee, 1 } };

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 3 });
    world_signin_start(&w, WORLD_APP_ES256, "sam@example.org", token, code);
    struct race race = { .w = &w, .token = token, .code = strcmp(code, "00000000") == 0 ? "00000001" : "00000000" };
    run_race(&race, WRONG);
    assert_int_equal(race.won, 0);
    assert_int_equal(store_passcode(rooms_store(w.rooms), sam, &row).code, ERR_OK);
    assert_int_equal(row.attempts, policy_default.code_attempts);
    assert_int_equal(w.events->counts[EVENT_code_wrong], policy_default.code_attempts);
    world_signin_token(&w, WORLD_APP_ES256, token, code, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "invalid_oob_value"));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signin_and_refresh),
        cmocka_unit_test(test_one_of_many_right_answers_wins),
        cmocka_unit_test(test_wrong_answers_are_counted_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
