/* SPDX-License-Identifier: Apache-2.0 */
/* The quotas of a client address hold across all flows together (spec V1, 3.0 E9, 4.11, 6.17): 429, nothing written, and the
 * flow goes on afterwards. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { QUOTA = 3 };

static struct policy policy_with(uint32_t codes_per_hour, uint32_t requests_per_second)
{
    struct policy p = policy_default;

    p.codes_per_hour_address = codes_per_hour;
    p.requests_per_second_address = requests_per_second;
    p.codes_per_hour_tenant = p.requests_per_second_tenant = 0;
    return p;
}

/* The first token of a flow: sign-in, sign-up, reset. */
static void start(const struct world *w, const char *path, const char *username, char token[1024])
{
    struct world_reply reply;
    char form[512];

    snprintf(form, sizeof form, "client_id=%s&username=%s&challenge_type=oob+password+redirect", WORLD_APP_PASSWORD,
             username);
    world_post(w, path, "", form, &reply);
    assert_int_equal(reply.status, 200);
    world_member(&reply, "continuation_token", token, 1024);
}

static void ask(const struct world *w, const char *path, const char *token, struct world_reply *reply)
{
    char form[2048];

    snprintf(form, sizeof form, "client_id=%s&continuation_token=%.1023s", WORLD_APP_PASSWORD, token);
    world_post(w, path, "", form, reply);
}

static void check_throttled(const struct world_reply *reply)
{
    assert_int_equal(reply->status, 429);
    assert_non_null(strstr(reply->body, "\"error\":\"temporarily_unavailable\""));
    assert_non_null(strstr(reply->body, "\"error_codes\":[90055]"));
    assert_non_null(strcasestr(reply->head, "\r\nRetry-After: "));
}

static void test_codes(void **state)
{
    static const struct {
        const char *start, *challenge, *username;
    } flows[] = {
        { "/petstore/oauth2/v2.0/initiate", "/petstore/oauth2/v2.0/challenge", "sam@example.org" },
        { "/petstore/signup/v1.0/start", "/petstore/signup/v1.0/challenge", "new@example.org" },
        { "/petstore/resetpassword/v1.0/start", "/petstore/resetpassword/v1.0/challenge", "tom@example.org" },
    };
    const struct policy policy = policy_with(QUOTA, 0);
    struct world w;
    struct world_reply reply;
    struct inbox_mail mails[QUOTA + 2];
    char tokens[2 * QUOTA][1024];

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 3, .policy = &policy });
    for (int i = 0; i < QUOTA; i++) {
        start(&w, flows[i].start, flows[i].username, tokens[i]);
        ask(&w, flows[i].challenge, tokens[i], &reply);
        assert_int_equal(reply.status, 200);
    }
    start(&w, flows[0].start, "kim@example.org", tokens[QUOTA]);
    start(&w, flows[1].start, "newer@example.org", tokens[QUOTA + 1]);
    start(&w, flows[2].start, "ned@example.org", tokens[QUOTA + 2]);
    for (int i = 0; i < QUOTA; i++) {
        ask(&w, flows[i].challenge, tokens[QUOTA + i], &reply);
        check_throttled(&reply);
    }
    /* the repeat of one that was sent is no other code */
    ask(&w, flows[1].challenge, tokens[1], &reply);
    assert_int_equal(reply.status, 200);
    /* an hour later */
    world_advance(&w, 3601);
    start(&w, flows[0].start, "kim@example.org", tokens[QUOTA]);
    ask(&w, flows[0].challenge, tokens[QUOTA], &reply);
    assert_int_equal(reply.status, 200);
    char code[16];
    assert_true(world_code(&w, "kim@example.org", 0, code, NULL));
    assert_int_equal(inbox_list(rooms_inbox(w.rooms), SLICE_EMPTY, 0, mails, QUOTA + 2), QUOTA + 1);
    world_close(&w);
}

/* A token that was refused for the quota is not used up. */
static void test_token_stays_good(void **state)
{
    struct policy policy = policy_with(1, 0);
    struct world w;
    struct world_reply reply;
    char first[1024], second[1024];

    (void)state;
    policy.token_seconds = policy.flow_seconds = 86400;
    world_open(&w, &(struct world_options){ .seed = 3, .policy = &policy });
    start(&w, "/petstore/resetpassword/v1.0/start", "tom@example.org", first);
    start(&w, "/petstore/resetpassword/v1.0/start", "ned@example.org", second);
    ask(&w, "/petstore/resetpassword/v1.0/challenge", first, &reply);
    assert_int_equal(reply.status, 200);
    ask(&w, "/petstore/resetpassword/v1.0/challenge", second, &reply);
    check_throttled(&reply);
    world_advance(&w, 3601);
    ask(&w, "/petstore/resetpassword/v1.0/challenge", second, &reply);
    assert_int_equal(reply.status, 200);
    world_close(&w);
}

static void test_requests(void **state)
{
    static const char *const paths[] = { "/petstore/signup/v1.0/start",         "/petstore/signup/v1.0/continue",
                                         "/petstore/resetpassword/v1.0/submit", "/petstore/register/v1.0/introspect",
                                         "/petstore/oauth2/v2.0/introspect",    "/petstore/register/v1.0/challenge" };
    const struct policy policy = policy_with(0, 2);
    struct world w;
    struct world_reply reply;

    (void)state;
    world_open(&w, &(struct world_options){ .seed = 3, .policy = &policy });
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int throttled = 0;
        world_advance(&w, 60);
        for (int n = 0; n < 12; n++) {
            world_post(&w, paths[i], "", "client_id=" WORLD_APP_PASSWORD, &reply);
            if (reply.status == 429)
                check_throttled(&reply);
            throttled += reply.status == 429;
        }
        assert_true(throttled > 0 && throttled < 12);
    }
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_token_stays_good),
        cmocka_unit_test(test_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
