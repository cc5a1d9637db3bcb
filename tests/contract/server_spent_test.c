/* SPDX-License-Identifier: Apache-2.0 */
/* What is spent stays spent, over the wire: the last token of a sign-up or reset, the older code of a second factor; and how
 * long the token of a verified reset really lasts (spec V1, 1.10, 2.7, 3.10). */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/world_flows.h"
#include "support/world_test.h"

#define REDEEM "&grant_type=continuation_token&scope=openid"

static bool says(const struct flow *f, const char *text)
{
    return strstr(f->reply.body, text) != NULL;
}

/* The token of a sign-up that led to a registration: once that has begun, it brings nothing more, neither before the
 * registration is done nor after. */
static void test_sign_up_with_registration(void **state)
{
    struct world *w = *state;
    struct flow f, spent;

    flow_begin(&f, w, "petstore", WORLD_APP_FACTOR, "new@example.org");
    flow_lead(&f, STATE_SIGNUP_DONE);
    spent = f;
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&f, "\"suberror\":\"registration_required\""));
    flow_keep(&f);
    assert_int_equal(flow_post(&spent, "/oauth2/v2.0/token", REDEEM), 400); /* a lost answer */
    assert_true(says(&spent, "\"suberror\":\"registration_required\""));
    world_advance(w, 11);
    assert_int_equal(flow_post(&spent, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&spent, "[54005]"));
    assert_int_equal(flow_post(&f, "/register/v1.0/introspect", ""), 200);
    flow_keep(&f);
    assert_int_equal(flow_post(&f, "/register/v1.0/challenge", "&challenge_type=oob&challenge_target=$u"), 200);
    assert_true(says(&f, "\"preverified\""));
    flow_keep(&f);
    assert_int_equal(flow_post(&f, "/register/v1.0/continue", "&grant_type=continuation_token"), 200);
    flow_keep(&f);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 200);
    assert_int_equal(flow_post(&spent, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&spent, "[54005]"));
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&f, "[54005]"));
}

static void test_sign_up_without(void **state)
{
    struct flow f;

    flow_begin(&f, *state, "petstore", WORLD_APP_PASSWORD, "new@example.org");
    flow_lead(&f, STATE_SIGNUP_DONE);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 200);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&f, "[54005]"));
}

/* ned's second factor is a telephone, so that his reset needs it, too. */
static void test_reset_with_second_factor(void **state)
{
    struct world *w = *state;
    struct flow f, spent;

    flow_begin(&f, w, "petstore", WORLD_APP_FACTOR, "ned@example.org");
    flow_lead(&f, STATE_RESET_DONE);
    spent = f;
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&f, "\"suberror\":\"mfa_required\""));
    flow_keep(&f);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/challenge", ""), 200);
    flow_keep(&f);
    assert_int_equal(flow_post(&f, "/oauth2/v2.0/token", "&grant_type=mfa_oob&scope=openid&oob=$c"), 200);
    world_advance(w, 11);
    assert_int_equal(flow_post(&spent, "/oauth2/v2.0/token", REDEEM), 400);
    assert_true(says(&spent, "[54005]"));
}

static void add_telephone(struct world *w)
{
    static const struct method telephone = {
        .id = { { 0xac }, }, .user_id = { { 0xee, 8 } }, .channel = CHANNEL_SMS, .target = "+4790000009", .created_at = 2
    };
    const struct store_write write = { .kind = WRITE_METHOD_ADD, .method = &telephone };

    assert_true(err_is_ok(store_write(rooms_store(w->rooms), &write, 1)));
}

/* mia asks for a code by mail, then for one by telephone: the first is dead, whatever token asked for the second. */
static void switch_factor(struct world *w, bool by_older_token)
{
    static const char redeem[] = "&grant_type=mfa_oob&scope=openid&oob=$c";
    struct flow by_mail, by_phone;

    world_advance(w, 3600);
    flow_begin(&by_mail, w, "petstore", WORLD_APP_FACTOR, "mia@example.org");
    flow_lead(&by_mail, STATE_MFA_METHODS);
    by_phone = by_mail;
    assert_int_equal(flow_post(&by_mail, "/oauth2/v2.0/challenge", "&id=$m"), 200);
    flow_keep(&by_mail);
    if (!by_older_token)
        by_phone = by_mail;
    by_phone.mail_before = by_mail.mail_before;
    assert_int_equal(flow_post(&by_phone, "/oauth2/v2.0/challenge", "&id=ac000000-0000-0000-0000-000000000000"), 200);
    flow_keep(&by_phone);
    assert_true(says(&by_phone, "\"challenge_channel\":\"sms\""));
    assert_int_equal(flow_post(&by_mail, "/oauth2/v2.0/token", redeem), 400);
    assert_true(says(&by_mail, "\"suberror\":\"invalid_oob_value\""));
    assert_int_equal(flow_post(&by_phone, "/oauth2/v2.0/token", redeem), 200);
    assert_int_equal(flow_post(&by_mail, "/oauth2/v2.0/token", redeem), 400);
}

static void test_switched_factor(void **state)
{
    add_telephone(*state);
    switch_factor(*state, false);
    switch_factor(*state, true);
}

/* The two flows of one user do not kill each other's codes. */
static void test_factors_of_two_flows(void **state)
{
    struct flow by_mail, by_phone;

    add_telephone(*state);
    flow_begin(&by_mail, *state, "petstore", WORLD_APP_FACTOR, "mia@example.org");
    flow_lead(&by_mail, STATE_MFA_CODE_SENT);
    flow_begin(&by_phone, *state, "petstore", WORLD_APP_FACTOR, "mia@example.org");
    flow_lead(&by_phone, STATE_MFA_METHODS);
    assert_int_equal(flow_post(&by_phone, "/oauth2/v2.0/challenge", "&id=ac000000-0000-0000-0000-000000000000"), 200);
    flow_keep(&by_phone);
    assert_int_equal(flow_post(&by_mail, "/oauth2/v2.0/token", "&grant_type=mfa_oob&scope=openid&oob=$c"), 200);
    assert_int_equal(flow_post(&by_phone, "/oauth2/v2.0/token", "&grant_type=mfa_oob&scope=openid&oob=$c"), 200);
}

/* The token's own time, or what is left of the flow. */
static void test_reset_expires_in(void **state)
{
    struct world *w = *state;
    struct flow f;

    flow_begin(&f, w, "petstore", WORLD_APP_PASSWORD, "tom@example.org");
    flow_lead(&f, STATE_RESET_VERIFIED);
    assert_true(says(&f, "\"expires_in\":600"));
    world_advance(w, 3600);
    flow_begin(&f, w, "petstore", WORLD_APP_PASSWORD, "tom@example.org");
    flow_lead(&f, STATE_RESET_CODE_SENT);
    for (int i = 0; i < 6; i++) { /* resends keep the flow alive for 3300 of its 3600 seconds */
        world_advance(w, 550);
        assert_int_equal(flow_post(&f, "/resetpassword/v1.0/challenge", ""), 200);
        flow_keep(&f);
    }
    assert_int_equal(flow_post(&f, "/resetpassword/v1.0/continue", "&grant_type=oob&oob=$c"), 200);
    assert_true(says(&f, "\"expires_in\":300"));
    flow_keep(&f);
    world_advance(w, 299);
    assert_int_equal(flow_post(&f, "/resetpassword/v1.0/submit", "&new_password=short"), 400);
    assert_true(says(&f, "password_too_short"));
    world_advance(w, 1);
    assert_int_equal(flow_post(&f, "/resetpassword/v1.0/submit", "&new_password=Red-Lantern-17"), 400);
    assert_true(says(&f, "\"error\":\"expired_token\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = { WORLD_TEST(test_sign_up_with_registration), WORLD_TEST(test_sign_up_without),
                                        WORLD_TEST(test_reset_with_second_factor),  WORLD_TEST(test_switched_factor),
                                        WORLD_TEST(test_factors_of_two_flows),      WORLD_TEST(test_reset_expires_in) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
