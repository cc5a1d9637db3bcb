/* SPDX-License-Identifier: Apache-2.0 */
/* What lives on when sessions end (spec OIDC, 4.1 and 6). A sign-out ends the browser's session and no refresh token. Signing a
 * user out everywhere, as `doorcode session end --all` does, leaves nothing that gives tokens: no session, no code that was
 * not redeemed, no refresh token of any kind of sign-in, whichever application it was given to. And what ends by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/code_client.h"

#define DEVICE "urn:ietf:params:oauth:grant-type:device_code"

enum { REFRESH = 256, RESEND = 31 };

/* How a family of refresh tokens can begin. */
struct family {
    const char *what;
    void (*begin)(struct code_session *s, char refresh[REFRESH]);
    const struct code_app *app; /* that refreshes */
};

static void keep_refresh(struct code_session *s, const struct world_reply *reply, char refresh[REFRESH])
{
    (void)s;
    assert_int_equal(reply->status, 200);
    assert_true(world_member(reply, "refresh_token", refresh, REFRESH)[0] != '\0');
}

static void by_web(struct code_session *s, char refresh[REFRESH])
{
    code_authorize(s, &code_web, OPENID);
    (void)code_redeem(s, &code_web, "");
    keep_refresh(s, &s->reply, refresh);
}

static void by_page(struct code_session *s, char refresh[REFRESH])
{
    code_authorize(s, &code_spa, OPENID "&" S256);
    (void)code_redeem(s, &code_spa, WITH_VERIFIER);
    keep_refresh(s, &s->reply, refresh);
}

static void by_native_api(struct code_session *s, char refresh[REFRESH])
{
    struct world_reply reply;
    char token[1024], code[16];

    world_advance(&s->world, RESEND);
    world_signin_start(&s->world, WORLD_APP_ES256, SAM, token, code);
    assert_true(world_code(&s->world, SAM, s->browser.mail, s->browser.code, &s->browser.mail));
    world_signin_token(&s->world, WORLD_APP_ES256, token, code, &reply);
    keep_refresh(s, &reply, refresh);
}

/* The device's code, with the user's answer still to come. */
static void ask_for_device(struct code_session *s, char device[REFRESH])
{
    char user_code[32], form[64];

    world_post(&s->world, "/petstore/oauth2/v2.0/devicecode", "", "client_id=" WORLD_APP_ES256 "&" OPENID, &s->reply);
    world_member(&s->reply, "device_code", device, REFRESH);
    world_member(&s->reply, "user_code", user_code, sizeof user_code);
    snprintf(form, sizeof form, "user_code=%s", user_code);
    assert_int_equal(browser_post(&s->browser, "/devicelogin", form), 200);
    assert_int_equal(browser_press(&s->browser, "do=allow"), 200);
}

static void poll(struct code_session *s, const char *device)
{
    char form[1024];

    snprintf(form, sizeof form, "client_id=" WORLD_APP_ES256 "&grant_type=" DEVICE "&device_code=%s", device);
    world_post(&s->world, TOKEN_ENDPOINT, "", form, &s->reply);
}

static void by_device(struct code_session *s, char refresh[REFRESH])
{
    char device[REFRESH];

    ask_for_device(s, device);
    poll(s, device);
    keep_refresh(s, &s->reply, refresh);
}

static const struct family families[] = {
    { "web", by_web, &code_web },
    { "single page", by_page, &code_spa },
    { "native API", by_native_api, &code_native },
    { "device", by_device, &code_native },
};

enum { FAMILIES = sizeof families / sizeof families[0] };

/* As the command does it: with what began in this very second. */
static void sign_out_everywhere(struct code_session *s)
{
    struct guid tenant;
    struct user sam;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(rooms_store(s->world.rooms), tenant, SLICE(SAM), &sam)));
    const struct store_write revoke = { .kind = WRITE_USER_REVOKE,
                                        .guid = sam.id,
                                        .at = world_now_us(&s->world) / 1000000 + 1 };
    assert_true(err_is_ok(store_write(rooms_store(s->world.rooms), &revoke, 1)));
}

static void check_refresh(struct code_session *s, const struct family *family, const char *refresh, long error)
{
    (void)code_refresh(s, family->app, refresh, "");
    if (code_error(s) != error)
        fail_msg("%s: %ld, not %ld", family->what, code_error(s), error);
}

static void test_everything_ends(void **state)
{
    struct code_session *s = *state;
    char refresh[FAMILIES][REFRESH], later[REFRESH], device[REFRESH], code[512];

    for (size_t i = 0; i < FAMILIES; i++) {
        families[i].begin(s, refresh[i]);
        check_refresh(s, &families[i], refresh[i], 0);
        world_member(&s->reply, "refresh_token", later, sizeof later); /* a descendant, too */
    }
    ask_for_device(s, device);
    code_authorize(s, &code_web, OPENID);
    snprintf(code, sizeof code, "%s", s->code);
    sign_out_everywhere(s);
    for (size_t i = 0; i < FAMILIES; i++)
        check_refresh(s, &families[i], refresh[i], 50173);
    check_refresh(s, &families[FAMILIES - 1], later, 50173);
    poll(s, device);
    assert_int_equal(code_error(s), 70018);
    snprintf(s->code, sizeof s->code, "%s", code);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_non_null(strstr(s->reply.body, "\"invalid_grant\""));
    assert_int_equal(
        browser_get(&s->browser,
                    "/petstore/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id=" WORLD_APP_WEB
                    "&redirect_uri=https%3A%2F%2Fweb.example%2Fcallback"
                    "&prompt=none"),
        302);
    assert_non_null(strstr(s->browser.location, "error=login_required"));
    /* and begins anew */
    world_advance(&s->world, RESEND);
    for (size_t i = 0; i < FAMILIES; i++) {
        families[i].begin(s, refresh[i]);
        check_refresh(s, &families[i], refresh[i], 0);
    }
}

/* The session is gone; what was given while it lived is the applications' (spec OIDC, 6.1). */
static void test_a_sign_out_ends_the_session_alone(void **state)
{
    struct code_session *s = *state;
    char refresh[FAMILIES][REFRESH];

    for (size_t i = 0; i < FAMILIES; i++)
        families[i].begin(s, refresh[i]);
    assert_int_equal(browser_get(&s->browser, "/petstore/oauth2/v2.0/logout"), 200);
    for (size_t i = 0; i < FAMILIES; i++)
        check_refresh(s, &families[i], refresh[i], 0);
    browser_open(&s->browser,
                 "/petstore/oauth2/v2.0/authorize?response_type=code&scope=openid&prompt=none&client_id=" WORLD_APP_WEB
                 "&redirect_uri=https%3A%2F%2Fweb.example%2Fcallback");
    assert_non_null(strstr(s->browser.location, "error=login_required"));
}

static void expire(struct code_session *s)
{
    uint64_t removed;

    assert_true(err_is_ok(store_expire(rooms_store(s->world.rooms), world_now_us(&s->world) / 1000000, &removed)));
}

/* A family outlives its first tokens for as long as it is refreshed within their time, and no longer: a single page's, which
 * is for a day from the sign-in on, not at all. */
static void test_a_family_lives_while_it_is_refreshed(void **state)
{
    struct code_session *s = *state;
    char refresh[FAMILIES][REFRESH];

    for (size_t i = 0; i < FAMILIES; i++)
        families[i].begin(s, refresh[i]);
    for (int round = 0; round < 3; round++) {
        world_advance(&s->world, policy_default.refresh_token_seconds - 2 * RESEND);
        expire(s);
        for (size_t i = 0; i < FAMILIES; i++) {
            bool lives = families[i].app != &code_spa;
            assert_int_equal(code_refresh(s, families[i].app, refresh[i], "") == 200, lives);
            if (lives)
                world_member(&s->reply, "refresh_token", refresh[i], REFRESH);
        }
    }
    world_advance(&s->world, policy_default.refresh_token_seconds);
    expire(s);
    for (size_t i = 0; i < FAMILIES; i++)
        assert_int_not_equal(code_refresh(s, families[i].app, refresh[i], ""), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = { CODE_TEST(test_everything_ends),
                                        CODE_TEST(test_a_sign_out_ends_the_session_alone),
                                        CODE_TEST(test_a_family_lives_while_it_is_refreshed) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
