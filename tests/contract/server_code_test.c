/* SPDX-License-Identifier: Apache-2.0 */
/* The grant authorization_code over the wire (spec OIDC, 2.4, 2.5, 4.1 to 4.3): every platform with every way to
 * authenticate, and what a second redemption does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/code_client.h"

#include <pthread.h>

/* ---- a row: a code, and how it is redeemed ---- */

struct row {
    const struct code_app *app;
    const char *authorize;
    const char *form; /* behind the code and grant type */
    const char *headers;
    int status;
    long error;
};

#define CLIENT_WEB "client_id=" WORLD_APP_WEB
#define WEB_URI "&redirect_uri=https%3A%2F%2Fweb.example%2Fcallback"
#define SPA_URI "&redirect_uri=https%3A%2F%2Fspa.example%2F"
#define NATIVE_URI "&redirect_uri=http%3A%2F%2Flocalhost%3A4711"
#define CLIENT_SPA "client_id=" WORLD_APP_SPA
#define CLIENT_NATIVE "client_id=" WORLD_APP_ES256
/* base64 of the client id and the secret, form-encoded; raw; empty; wrong */
#define BASIC               \
    "Authorization: Basic " \
    "M2Y4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMzOndlYi1zZWNyZXR+b2YucGV0c3RvcmUlMkIx\r\n"
#define BASIC_RAW \
    "Authorization: Basic M2Y4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMzOndlYi1zZWNyZXR+b2YucGV0c3RvcmUrMQ==\r\n"
#define BASIC_EMPTY "Authorization: Basic MmY4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMyOg==\r\n"
#define BASIC_WRONG "Authorization: Basic M2Y4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMzOng=\r\n"
#define PAGE "Origin: https://spa.example\r\n"

static const struct row rows[] = {
    /* web applications say who they are */
    { &code_web, OPENID, CLIENT_WEB SECRET WEB_URI, "", 200, 0 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI, BASIC, 200, 0 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI, BASIC_RAW, 200, 0 },
    { &code_web, OPENID, "x=1" WEB_URI, BASIC, 200, 0 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI, "", 401, 7000218 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI "&client_secret=", "", 401, 7000218 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI "&client_secret=wrong", "", 401, 7000215 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI "&client_secret=" WORLD_SECRET_OLD, "", 401, 7000222 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI, BASIC_WRONG, 401, 7000215 },
    { &code_web, OPENID, CLIENT_WEB SECRET WEB_URI, BASIC, 400, 9002313 },
    { &code_web, OPENID, CLIENT_SPA SPA_URI, BASIC, 400, 9002313 },
    { &code_web, OPENID, CLIENT_WEB WEB_URI, "Authorization: Basic !\r\n", 400, 9002313 },
    { &code_web, OPENID, CLIENT_WEB SECRET WEB_URI, PAGE, 400, 9002326 },
    { &code_web, OPENID, CLIENT_WEB SECRET WEB_URI, "Authorization: Bearer x\r\n", 200, 0 },
    /* PKCE is theirs to choose, and then it holds */
    { &code_web, OPENID "&" S256, CLIENT_WEB SECRET WEB_URI WITH_VERIFIER, "", 200, 0 },
    { &code_web, OPENID "&" S256, CLIENT_WEB SECRET WEB_URI, "", 400, 501481 },
    { &code_web, OPENID, CLIENT_WEB SECRET WEB_URI WITH_VERIFIER, "", 400, 501481 },
    { &code_web, OPENID "&code_challenge=" VERIFIER, CLIENT_WEB SECRET WEB_URI WITH_VERIFIER, "", 200, 0 },
    /* a downgrade: what was hashed is not taken as it is */
    { &code_web, OPENID "&" S256, CLIENT_WEB SECRET WEB_URI "&code_verifier=" CHALLENGE, "", 400, 501481 },
    { &code_web, OPENID "&code_challenge=" CHALLENGE, CLIENT_WEB SECRET WEB_URI WITH_VERIFIER, "", 400, 501481 },
    /* single pages: PKCE, an origin, no secret */
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI WITH_VERIFIER, PAGE, 200, 0 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI WITH_VERIFIER, "Origin: https://elsewhere.example\r\n", 200, 0 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI WITH_VERIFIER, "", 400, 9002327 },
    { &code_spa, OPENID, CLIENT_SPA SPA_URI, PAGE, 400, 9002325 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI, PAGE, 400, 501481 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI WITH_VERIFIER "x", PAGE, 400, 501481 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI "&code_verifier=short", PAGE, 400, 501481 },
    { &code_spa, OPENID "&" S256, CLIENT_SPA SPA_URI WITH_VERIFIER "&client_secret=x", PAGE, 401, 7000215 },
    /* public clients: no secret, no page of another origin */
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI, "", 200, 0 },
    { &code_native, OPENID "&" S256, CLIENT_NATIVE NATIVE_URI WITH_VERIFIER, "", 200, 0 },
    { &code_native, OPENID "&" S256, CLIENT_NATIVE NATIVE_URI, "", 400, 501481 },
    { &code_native, OPENID, "x=1" NATIVE_URI, BASIC_EMPTY, 200, 0 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&client_secret=x", "", 401, 7000215 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI, PAGE, 400, 9002326 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI, "Origin: https://app.example\r\n", 200, 0 },
    /* the address, the client */
    { &code_native, OPENID, CLIENT_NATIVE "&redirect_uri=http%3A%2F%2Flocalhost%3A4712", "", 400, 500112 },
    { &code_native, OPENID, CLIENT_NATIVE, "", 400, 900144 },
    { &code_native, OPENID, "client_id=" WORLD_APP NATIVE_URI, "", 400, 70000 },
    { &code_web, OPENID, CLIENT_SPA SPA_URI, "", 401, 7000218 },
    { &code_spa, OPENID "&" S256, CLIENT_WEB SECRET WEB_URI WITH_VERIFIER, PAGE, 401, 700025 },
    /* scopes */
    { &code_native, OPENID "+User.Read", CLIENT_NATIVE NATIVE_URI "&scope=User.Read", "", 200, 0 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=", "", 400, 28003 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=a%22b", "", 400, 28002 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=User.Read+api%3A%2F%2Fpets%2FPets.Read", "", 400, 28000 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=Mail.Read", "", 400, 65001 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=api%3A%2F%2Fnobody%2FPets.Read", "", 400, 500011 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=api%3A%2F%2Fpetstore-api%2FPets.Fly", "", 400, 650053 },
    { &code_native, OPENID, CLIENT_NATIVE NATIVE_URI "&scope=api%3A%2F%2Fpetstore-api%2FPets.Read", "", 400, 65001 },
};

static void run_row(struct code_session *s, const struct row *row, size_t i)
{
    const struct code_app bare = { NULL, NULL, NULL, NULL };
    char form[4096];

    code_authorize(s, row->app, row->authorize);
    snprintf(form, sizeof form, "%s&grant_type=authorization_code&code={code}", row->form);
    if (code_post(s, &bare, row->headers, form) != row->status || code_error(s) != row->error)
        fail_msg("row %zu: %s\n%d %s", i, row->form, s->reply.status, s->reply.body);
    /* nothing is burnt by a mistake */
    if (row->error != 0 && row->error != 7000218 && row->app == &code_native)
        assert_int_equal(code_redeem(s, row->app, strstr(row->authorize, "challenge") != NULL ? WITH_VERIFIER : ""),
                         200);
}

static void test_rows(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_row(*state, &rows[i], i);
}

/* ---- what is not a code, or none any more ---- */

static void test_codes_that_are_none(void **state)
{
    static const struct {
        const char *code;
        long error;
    } none[] = { { "&code=nonsense", 9002313 },
                 { "&code=", 900144 },
                 { "", 900144 },
                 { "&code=1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 9002313 },
                 { "&code=0.AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 70008 } };
    struct code_session *s = *state;
    char form[1024];

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        snprintf(form, sizeof form, "%s%s", CLIENT_WEB SECRET WEB_URI "&grant_type=authorization_code", none[i].code);
        assert_int_equal(code_post(s, &code_web, "", form), 400);
        if (code_error(s) != none[i].error)
            fail_msg("%s: %s", none[i].code, s->reply.body);
    }
}

/* A secret of another row with its id, a code of another tenant, one that is too old. */
static void test_codes_of_others(void **state)
{
    struct code_session *s = *state;

    code_authorize(s, &code_web, OPENID);
    s->code[20] = s->code[20] == 'A' ? 'B' : 'A';
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 70008);
    code_authorize(s, &code_native, OPENID);
    char form[1024];
    snprintf(form, sizeof form, "%s%s",
             "client_id=" WORLD_OTHER_APP NATIVE_URI "&grant_type=authorization_code&code=", s->code);
    world_post(&s->world, "/kennel/oauth2/v2.0/token", "", form, &s->reply);
    assert_int_equal(code_error(s), 700005);
    world_advance(&s->world, 599);
    assert_int_equal(code_redeem(s, &code_native, ""), 200);
    code_authorize(s, &code_native, OPENID);
    world_advance(&s->world, 600);
    assert_int_equal(code_redeem(s, &code_native, ""), 400);
    assert_int_equal(code_error(s), 70008);
}

static struct user load_sam(struct code_session *s)
{
    struct store *store = rooms_store(s->world.rooms);
    struct guid tenant;
    struct user user;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(store, tenant, SLICE(SAM), &user)));
    return user;
}

static void put_user(struct code_session *s, const struct user *user)
{
    const struct store_write write = { .kind = WRITE_USER_PUT, .user = user };

    assert_true(err_is_ok(store_write(rooms_store(s->world.rooms), &write, 1)));
}

static void test_the_user_must_stand_behind_it(void **state)
{
    struct code_session *s = *state;

    code_authorize(s, &code_web, OPENID);
    struct user user = load_sam(s);
    user.enabled = false;
    put_user(s, &user);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 50057);
    user.enabled = true;
    user.sessions_valid_from = WORLD_START + 5;
    put_user(s, &user);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 50173);
    const struct store_write gone = { .kind = WRITE_USER_DELETE, .tenant_id = user.tenant_id, .guid = user.id };
    assert_true(err_is_ok(store_write(rooms_store(s->world.rooms), &gone, 1)));
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_not_equal(code_error(s), 0);
}

/* ---- replay ---- */

static void test_a_second_redemption_revokes_the_first(void **state)
{
    struct code_session *s = *state;
    char token[512], other[512];

    code_authorize(s, &code_web, OPENID);
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    world_member(&s->reply, "refresh_token", token, sizeof token);
    char first[512];
    snprintf(first, sizeof first, "%s", s->code);
    code_authorize(s, &code_web, OPENID); /* another sign-in of the same session */
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    world_member(&s->reply, "refresh_token", other, sizeof other);
    assert_int_equal(code_refresh(s, &code_web, token, ""), 200);
    snprintf(s->code, sizeof s->code, "%s", first);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 54005);
    char error[64];
    assert_string_equal(world_member(&s->reply, "error", error, sizeof error), "invalid_grant");
    assert_int_equal(code_refresh(s, &code_web, token, ""), 400);
    assert_int_equal(code_error(s), 50173);
    assert_int_equal(code_refresh(s, &code_web, other, ""), 200);
}

/* Nobody but its client, with its secret, may do that. */
static void test_strangers_cannot_revoke(void **state)
{
    struct code_session *s = *state;
    char token[512];

    code_authorize(s, &code_web, OPENID);
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    world_member(&s->reply, "refresh_token", token, sizeof token);
    const struct code_app thief = { WORLD_APP_WEB, code_web.redirect_uri, NULL, "&client_secret=guess" };
    assert_int_equal(code_redeem(s, &thief, ""), 401);
    const struct code_app other = { WORLD_APP_ES256, code_web.redirect_uri, NULL, "" };
    assert_int_not_equal(code_redeem(s, &other, ""), 200);
    s->code[30] = s->code[30] == 'A' ? 'B' : 'A';
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_refresh(s, &code_web, token, ""), 200);
}

enum { RACERS = 64 };

struct racer {
    pthread_t thread;
    const struct code_session *session;
    const char *form;
    struct world_reply reply;
};

static void *race(void *ctx)
{
    struct racer *r = ctx;

    world_post(&r->session->world, TOKEN_ENDPOINT, "", r->form, &r->reply);
    return NULL;
}

static void test_of_sixty_four_at_once_one_wins(void **state)
{
    static struct racer racers[RACERS];
    struct code_session *s = *state;
    char form[1024];
    int won = 0, used = 0;

    code_authorize(s, &code_native, OPENID);
    snprintf(form, sizeof form, "%s%s", CLIENT_NATIVE NATIVE_URI "&grant_type=authorization_code&code=", s->code);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){ .session = s, .form = form };
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        won += racers[i].reply.status == 200;
        used += racers[i].reply.status == 400 && strstr(racers[i].reply.body, "[54005]") != NULL;
    }
    assert_int_equal(won, 1);
    assert_int_equal(used, RACERS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CODE_TEST(test_rows),
        CODE_TEST(test_codes_that_are_none),
        CODE_TEST(test_codes_of_others),
        CODE_TEST(test_the_user_must_stand_behind_it),
        CODE_TEST(test_a_second_redemption_revokes_the_first),
        CODE_TEST(test_strangers_cannot_revoke),
        CODE_TEST(test_of_sixty_four_at_once_one_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
