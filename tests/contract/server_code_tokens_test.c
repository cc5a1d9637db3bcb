/* SPDX-License-Identifier: Apache-2.0 */
/* What the tokens say that a code or a browser gets (spec OIDC, 4.5 to 4.7, 5.2 to 5.5), and how long they are refreshed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/code_client.h"

#include "crypto/digest.h"

/* ---- what the tokens say ---- */

static void test_id_token(void **state)
{
    struct code_session *s = *state;
    char sid[64];

    code_authorize(s, &code_web, "scope=openid+profile+email&nonce=n-0S6_WzA2Mj&max_age=1000");
    (void)browser_answer(&s->browser, "session_state", sid, sizeof sid);
    world_advance(&s->world, 60);
    assert_int_equal(code_redeem(s, &code_web, "&client_info=1"), 200);
    assert_null(strstr(s->reply.body, "\"refresh_token"));
    assert_non_null(strstr(s->reply.body, "\"client_info\":\"ey"));
    json_t *claims = code_claims_of(s, "id_token");
    code_check_claim(claims, "aud", WORLD_APP_WEB);
    code_check_claim(claims, "nonce", "n-0S6_WzA2Mj");
    code_check_claim(claims, "email", SAM);
    code_check_claim(claims, "sid", sid);
    code_check_list(claims, "roles", "Customer");
    assert_int_equal(json_integer_value(json_object_get(claims, "auth_time")), WORLD_START);
    static const char *const absent[] = { "c_hash", "at_hash", "azp", "acr", "amr", "signin_state", "given_name" };
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_null(json_object_get(claims, absent[i]));
    json_decref(claims);
}

static void test_without_nonce_or_openid(void **state)
{
    struct code_session *s = *state;

    code_authorize(s, &code_native, "scope=openid");
    assert_int_equal(code_redeem(s, &code_native, ""), 200);
    json_t *claims = code_claims_of(s, "id_token");
    assert_null(json_object_get(claims, "nonce"));
    assert_null(json_object_get(claims, "auth_time"));
    json_decref(claims);
    code_authorize(s, &code_native, "scope=User.Read");
    assert_int_equal(code_redeem(s, &code_native, ""), 200);
    assert_null(strstr(s->reply.body, "id_token"));
    assert_null(strstr(s->reply.body, "client_info"));
}

static void test_access_token_for_an_api(void **state)
{
    static const char *const names[] = { "api%3A%2F%2Fpetstore-api", WORLD_API, ("api%3A%2F%2F" WORLD_API) };
    struct code_session *s = *state;
    char scope[256], text[128];

    for (size_t i = 0; i < 3; i++) {
        snprintf(scope, sizeof scope, "scope=openid+%s%%2FPets.Read+%s%%2FPets.Write", names[i], names[i]);
        code_authorize(s, &code_web, scope);
        assert_int_equal(code_redeem(s, &code_web, ""), 200);
        json_t *claims = code_claims_of(s, "access_token");
        code_check_claim(claims, "aud", WORLD_API);
        code_check_claim(claims, "azp", WORLD_APP_WEB);
        code_check_claim(claims, "azpacr", "1");
        code_check_claim(claims, "scp", "Pets.Read Pets.Write");
        code_check_claim(claims, "ver", "2.0");
        code_check_claim(claims, "email", SAM); /* optional claims of the API */
        code_check_claim(claims, "ipaddr", "127.0.0.1");
        code_check_list(claims, "roles", "Keeper");
        assert_null(json_object_get(claims, "auth_time"));
        assert_null(json_object_get(claims, "nonce"));
        json_decref(claims);
    }
    assert_string_equal(world_member(&s->reply, "scope", text, sizeof text),
                        "openid api://" WORLD_API "/Pets.Read api://" WORLD_API "/Pets.Write");
}

static void test_access_token_of_version_one(void **state)
{
    struct code_session *s = *state;

    code_authorize(s, &code_web, "scope=openid+https%3A%2F%2Fold.example%2Fapi%2F.default");
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    json_t *claims = code_claims_of(s, "access_token");
    code_check_claim(claims, "aud", "https://old.example/api");
    code_check_claim(claims, "appid", WORLD_APP_WEB);
    code_check_claim(claims, "appidacr", "1");
    code_check_claim(claims, "scp", "Cats.Read");
    code_check_claim(claims, "ver", "1.0");
    code_check_claim(claims, "unique_name", SAM);
    code_check_claim(claims, "email", SAM);
    code_check_list(claims, "amr", "otp");
    json_decref(claims);
}

static void test_of_several_resources_the_first(void **state)
{
    struct code_session *s = *state;
    char text[256], token[512];

    code_authorize(s, &code_web, "scope=openid+offline_access+api%3A%2F%2Fpetstore-api%2F.default+User.Read");
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    json_t *claims = code_claims_of(s, "access_token");
    code_check_claim(claims, "aud", WORLD_API);
    code_check_claim(claims, "scp", "Pets.Read Pets.Write");
    json_decref(claims);
    /* refresh tokens are not bound to a resource */
    world_member(&s->reply, "refresh_token", token, sizeof token);
    assert_int_equal(code_refresh(s, &code_web, token, "&scope=openid+User.Read+api%3A%2F%2Fpetstore-api%2FPets.Read"),
                     200);
    assert_string_equal(world_member(&s->reply, "scope", text, sizeof text), "openid User.Read");
    assert_int_equal(code_refresh(s, &code_web, token, ""), 200);
    claims = code_claims_of(s, "access_token");
    code_check_claim(claims, "aud", WORLD_API);
    json_decref(claims);
    assert_int_equal(code_refresh(s, &code_web, token, "&scope=Mail.Read"), 400);
    assert_int_equal(code_error(s), 65001);
    assert_non_null(strstr(s->reply.body, "\"suberror\":\"consent_required\""));
}

static void test_for_itself(void **state)
{
    struct code_session *s = *state;

    code_authorize(s, &code_web, "scope=openid+" WORLD_APP_WEB "%2F.default");
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    json_t *claims = code_claims_of(s, "access_token");
    code_check_claim(claims, "aud", WORLD_APP_WEB);
    json_decref(claims);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    code_authorize(s, &code_web, "scope=openid+api%3A%2F%2F" WORLD_APP_WEB "%2F.default");
    char error[64];
    assert_string_equal(browser_answer(&s->browser, "error", error, sizeof error), "invalid_request");
}

/* ---- refresh tokens of single pages ---- */

static void test_single_pages_refresh_for_a_day(void **state)
{
    struct code_session *s = *state;
    char token[512];

    code_authorize(s, &code_spa, OPENID "&" S256);
    assert_int_equal(code_redeem(s, &code_spa, WITH_VERIFIER), 200);
    assert_non_null(strstr(s->reply.body, "\"refresh_token_expires_in\":86400"));
    assert_non_null(strcasestr(s->reply.head, "Access-Control-Allow-Origin: https://spa.example\r\n"));
    world_member(&s->reply, "refresh_token", token, sizeof token);
    world_advance(&s->world, 43200);
    assert_int_equal(code_refresh(s, &code_spa, token, ""), 200);
    assert_non_null(strstr(s->reply.body, "\"refresh_token_expires_in\":43200"));
    world_member(&s->reply, "refresh_token", token, sizeof token);
    world_advance(&s->world, 43199);
    assert_int_equal(code_refresh(s, &code_spa, token, ""), 200);
    const struct code_app no_page = { WORLD_APP_SPA, code_spa.redirect_uri, NULL, "" };
    assert_int_equal(code_refresh(s, &no_page, token, ""), 400);
    assert_int_equal(code_error(s), 9002327);
    world_advance(&s->world, 1);
    assert_int_equal(code_refresh(s, &code_spa, token, ""), 400);
    assert_int_equal(code_error(s), 700084);
    assert_non_null(strcasestr(s->reply.head, "Access-Control-Allow-Origin: https://spa.example\r\n"));
}

static void test_web_refresh_needs_the_secret(void **state)
{
    struct code_session *s = *state;
    char token[512];
    const struct code_app bare = { WORLD_APP_WEB, code_web.redirect_uri, NULL, "" };
    const struct code_app page = { WORLD_APP_WEB, code_web.redirect_uri, "https://spa.example", code_web.credentials };

    code_authorize(s, &code_web, OPENID);
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    assert_null(strstr(s->reply.body, "refresh_token_expires_in"));
    world_member(&s->reply, "refresh_token", token, sizeof token);
    assert_int_equal(code_refresh(s, &bare, token, ""), 401);
    assert_int_equal(code_error(s), 7000218);
    assert_int_equal(code_refresh(s, &page, token, ""), 400);
    assert_int_equal(code_error(s), 9002326);
    world_advance(&s->world, 89 * 86400);
    assert_int_equal(code_refresh(s, &code_web, token, ""), 200);
}

/* ---- tokens of the authorization endpoint ---- */

static const struct code_app hybrid = { WORLD_APP_HYBRID, "https%3A%2F%2Fhybrid.example%2Fcallback", NULL, SECRET };

static void check_half_hash(const json_t *claims, const char *name, const char *text)
{
    uint8_t hash[DIGEST_SHA256];
    char space[64];
    struct buf wanted;

    digest_sha256(slice_of(text), hash);
    buf_init(&wanted, space, sizeof space);
    b64url_put(&wanted, hash, 16);
    assert_int_equal(wanted.n, 22);
    assert_true(slice_eq(buf_slice(&wanted), slice_of(code_claim(claims, name))));
}

static json_t *answered_claims(struct code_session *s, const char *name)
{
    static char jwt[8192];

    assert_true(strncmp(s->browser.location, "https://hybrid.example/callback#", 32) == 0);
    return code_claims(browser_answer(&s->browser, name, jwt, sizeof jwt));
}

static void test_hybrid(void **state)
{
    struct code_session *s = *state;
    char text[512];

    code_authorize(s, &hybrid, "response_type=code+id_token&nonce=abc&client_info=1&max_age=600&" OPENID);
    json_t *claims = answered_claims(s, "id_token");
    code_check_claim(claims, "nonce", "abc");
    code_check_claim(claims, "aud", WORLD_APP_HYBRID);
    check_half_hash(claims, "c_hash", s->code);
    assert_null(json_object_get(claims, "at_hash"));
    assert_int_equal(json_integer_value(json_object_get(claims, "auth_time")), WORLD_START);
    code_check_claim(claims, "sid", browser_answer(&s->browser, "session_state", text, sizeof text));
    json_decref(claims);
    assert_string_equal(browser_answer(&s->browser, "state", text, sizeof text), "s");
    assert_true(browser_answer(&s->browser, "client_info", text, sizeof text)[0] != '\0');
    assert_string_equal(browser_answer(&s->browser, "access_token", text, sizeof text), "");
    assert_int_equal(code_redeem(s, &hybrid, ""), 200);
    claims = code_claims_of(s, "id_token");
    code_check_claim(claims, "nonce", "abc");
    assert_null(json_object_get(claims, "c_hash"));
    json_decref(claims);
}

static void test_implicit(void **state)
{
    static char jwt[8192];
    struct code_session *s = *state;
    char text[512];

    code_authorize(s, &hybrid, "response_type=id_token&nonce=abc&scope=openid+email");
    json_t *claims = answered_claims(s, "id_token");
    assert_null(json_object_get(claims, "c_hash"));
    code_check_claim(claims, "email", SAM);
    json_decref(claims);
    code_authorize(s, &hybrid,
                   "response_type=id_token+token&nonce=abc&scope=openid+api%3A%2F%2Fpetstore-api%2FPets.Read");
    claims = answered_claims(s, "id_token");
    check_half_hash(claims, "at_hash", browser_answer(&s->browser, "access_token", jwt, sizeof jwt));
    json_decref(claims);
    claims = answered_claims(s, "access_token");
    code_check_claim(claims, "aud", WORLD_API);
    code_check_claim(claims, "azpacr", "0");
    code_check_claim(claims, "scp", "Pets.Read");
    json_decref(claims);
    assert_string_equal(browser_answer(&s->browser, "token_type", text, sizeof text), "Bearer");
    assert_string_equal(browser_answer(&s->browser, "expires_in", text, sizeof text), "3600");
    assert_string_equal(browser_answer(&s->browser, "scope", text, sizeof text), "openid api://petstore-api/Pets.Read");
    assert_string_equal(browser_answer(&s->browser, "code", text, sizeof text), "");
    assert_string_equal(browser_answer(&s->browser, "refresh_token", text, sizeof text), "");
}

/* The token alone, by a form that posts itself. */
static void test_form_post(void **state)
{
    struct code_session *s = *state;
    char value[8192];

    code_authorize(s, &hybrid, "response_type=id_token&nonce=n&scope=openid");
    browser_open(&s->browser,
                 "/petstore/oauth2/v2.0/authorize?client_id=" WORLD_APP_HYBRID
                 "&redirect_uri=https%3A%2F%2Fhybrid.example%2Fcallback&response_type=code+id_token&nonce=n2"
                 "&scope=openid&response_mode=form_post&state=z");
    assert_int_equal(s->browser.reply.status, 200);
    json_t *claims = code_claims(browser_field(&s->browser, "id_token", value, sizeof value));
    code_check_claim(claims, "nonce", "n2");
    check_half_hash(claims, "c_hash", browser_field(&s->browser, "code", value, sizeof value));
    json_decref(claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CODE_TEST(test_id_token),
        CODE_TEST(test_without_nonce_or_openid),
        CODE_TEST(test_access_token_for_an_api),
        CODE_TEST(test_access_token_of_version_one),
        CODE_TEST(test_of_several_resources_the_first),
        CODE_TEST(test_for_itself),
        CODE_TEST(test_single_pages_refresh_for_a_day),
        CODE_TEST(test_web_refresh_needs_the_secret),
        CODE_TEST(test_hybrid),
        CODE_TEST(test_implicit),
        CODE_TEST(test_form_post),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
