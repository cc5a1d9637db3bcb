/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that sign who they are: private_key_jwt (spec OIDC, 4.2; RFC 7523). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/assertion_signed.h"
#include "support/code_client.h"

#define CLIENT_WEB "client_id=" WORLD_APP_WEB

/* ---- assertions ---- */

struct signed_row {
    const char *alg, *key;
    const char *name; /* of the thumbprint */
    const char *x5t;
    const char *audience;
    int64_t life; /* seconds from now */
    long error;
};

#define TOKEN_URL "https://login.example/petstore.onmicrosoft.com/oauth2/v2.0/token"
#define X5T_S256 "x5t#S256"
#define X5T "x5t"

static const struct signed_row signed_rows[] = {
    { "PS256", KEY_RSA, X5T_S256, X5T_S256_RSA, TOKEN_URL, 600, 0 },
    { "RS256", KEY_RSA, X5T, X5T_RSA, TOKEN_URL, 600, 0 },
    { "RS256", KEY_RSA, X5T, X5T_RSA "=", TOKEN_URL, 600, 0 },
    { "ES256", KEY_EC, X5T_S256, X5T_S256_EC, TOKEN_URL, 600, 0 },
    { "RS256", KEY_RSA, "kid", X5T_RSA, "https://login.example/" WORLD_TENANT "/v2.0", 600, 0 },
    { "PS256", KEY_RSA, X5T_S256, X5T_S256_RSA, "https://login.microsoftonline.com/petstore/v2.0", 600, 50013 },
    { "PS256", KEY_RSA, X5T_S256, X5T_S256_RSA, TOKEN_URL, -300, 700024 },
    { "PS256", KEY_RSA, X5T_S256, X5T_S256_EC, TOKEN_URL, 600, 700027 },
    { "RS256", KEY_STRANGER, X5T_S256, X5T_S256_RSA, TOKEN_URL, 600, 700027 },
    { "RS256", KEY_STRANGER, X5T_S256, X5T_S256_OLD, TOKEN_URL, 600, 700027 }, /* its certificate ended */
    { "PS256", KEY_RSA, "x", X5T_S256_RSA, TOKEN_URL, 600, 700027 },           /* names none */
    { "PS256", KEY_RSA, "crit\":[\"x\"],\"x5t#S256", X5T_S256_RSA, TOKEN_URL, 600, 50027 },
};

static void sign_row(const struct code_session *s, const struct signed_row *row, size_t serial,
                     char out[ASSERTION_TEXT])
{
    char header[512], claims[1024], names[256];
    int64_t now = world_now_us(&s->world) / 1000000;

    snprintf(names, sizeof names, "\"%s\":\"%s\"", row->name, row->x5t);
    snprintf(header, sizeof header, "{\"alg\":\"%s\",%s}", row->alg, names);
    snprintf(claims, sizeof claims,
             "{\"aud\":\"%s\",\"iss\":\"" WORLD_APP_WEB "\",\"sub\":\"" WORLD_APP_WEB
             "\",\"jti\":\"jti-%zu\",\"nbf\":%lld,\"exp\":%lld}",
             row->audience, serial, (long long)now - 900, (long long)(now + row->life));
    assertion_make(row->alg, row->key, header, claims, out);
}

#define ASSERTION_TYPE "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"

static int redeem_signed(struct code_session *s, const char *assertion)
{
    static char credentials[8192];
    const struct code_app app = { WORLD_APP_WEB, code_web.redirect_uri, NULL, credentials };

    snprintf(credentials, sizeof credentials, "%s%s", ASSERTION_TYPE "&client_assertion=", assertion);
    return code_redeem(s, &app, "");
}

static void test_assertions(void **state)
{
    struct code_session *s = *state;
    char assertion[ASSERTION_TEXT];

    for (size_t i = 0; i < sizeof signed_rows / sizeof signed_rows[0]; i++) {
        const struct signed_row *row = &signed_rows[i];
        code_authorize(s, &code_web, OPENID "+api%3A%2F%2Fpetstore-api%2FPets.Read");
        sign_row(s, row, i, assertion);
        int status = redeem_signed(s, assertion);
        if (status != (row->error == 0 ? 200 : 401) || code_error(s) != row->error)
            fail_msg("row %zu: %d %s", i, status, s->reply.body);
        if (row->error != 0)
            continue;
        json_t *claims = code_claims_of(s, "access_token");
        code_check_claim(claims, "azpacr", "2");
        json_decref(claims);
    }
}

static void refresh_form(const char *token, const char *assertion, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s%s%s", CLIENT_WEB "&grant_type=refresh_token&refresh_token=", token,
             ASSERTION_TYPE "&client_assertion=", assertion);
}

/* MSAL uses one assertion for all requests of ten minutes; the same request twice is somebody else's. */
static void test_an_assertion_is_good_once_for_each_request(void **state)
{
    struct code_session *s = *state;
    char assertion[ASSERTION_TEXT], token[512], form[8192];

    code_authorize(s, &code_web, OPENID);
    sign_row(s, &signed_rows[0], 77, assertion);
    assert_int_equal(redeem_signed(s, assertion), 200);
    world_member(&s->reply, "refresh_token", token, sizeof token);
    refresh_form(token, assertion, form, sizeof form);
    assert_int_equal(code_post(s, &code_web, "", form), 200);
    assert_int_equal(code_post(s, &code_web, "", form), 401);
    assert_int_equal(code_error(s), 50013);
    assert_int_equal(redeem_signed(s, assertion), 401); /* nor does that revoke anything */
    sign_row(s, &signed_rows[0], 78, assertion);
    refresh_form(token, assertion, form, sizeof form);
    assert_int_equal(code_post(s, &code_web, "", form), 200);
}

static void test_one_way_only(void **state)
{
    struct code_session *s = *state;
    char assertion[ASSERTION_TEXT];
    static char credentials[8192];
    const struct code_app app = { WORLD_APP_WEB, code_web.redirect_uri, NULL, credentials };

    code_authorize(s, &code_web, OPENID);
    sign_row(s, &signed_rows[0], 80, assertion);
    snprintf(credentials, sizeof credentials, "%s%s", SECRET ASSERTION_TYPE "&client_assertion=", assertion);
    assert_int_equal(code_redeem(s, &app, ""), 400);
    snprintf(credentials, sizeof credentials, "&client_assertion=%s", assertion);
    assert_int_equal(code_redeem(s, &app, ""), 400);
    snprintf(credentials, sizeof credentials, "&client_assertion_type=jwt&client_assertion=%s", assertion);
    assert_int_equal(code_redeem(s, &app, ""), 400);
    assert_int_equal(code_error(s), 9002313);
    assert_int_equal(redeem_signed(s, assertion), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CODE_TEST(test_assertions),
        CODE_TEST(test_an_assertion_is_good_once_for_each_request),
        CODE_TEST(test_one_way_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
