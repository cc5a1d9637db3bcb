/* SPDX-License-Identifier: Apache-2.0 */
/* An application without a user (client_credentials; spec OIDC, 4.1 and 5.3): how it proves who it is, what its token says,
 * and where that token opens nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/assertion_signed.h"
#include "support/code_client.h"

#define ASK "grant_type=client_credentials&client_id=" WORLD_APP_WEB
#define PETS "&scope=api%3A%2F%2Fpetstore-api%2F.default"
#define BASIC \
    "Authorization: Basic M2Y4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMzOndlYi1zZWNyZXR+b2YucGV0c3RvcmUrMQ==\r\n"

static int ask(struct code_session *s, const char *headers, const char *form)
{
    world_post(&s->world, TOKEN_ENDPOINT, headers, form, &s->reply);
    return s->reply.status;
}

static void make_assertion(const char *jti, char out[ASSERTION_TEXT])
{
    char claims[1024];

    snprintf(claims, sizeof claims,
             "{\"aud\":\"https://login.example/petstore/oauth2/v2.0/token\",\"iss\":\"" WORLD_APP_WEB
             "\",\"sub\":\"" WORLD_APP_WEB "\",\"jti\":\"%s\",\"nbf\":%d,\"exp\":%d}",
             jti, WORLD_START, WORLD_START + 600);
    assertion_make("PS256", KEY_RSA, "{\"alg\":\"PS256\",\"x5t#S256\":\"" X5T_S256_RSA "\"}", claims, out);
}

static int ask_signed(struct code_session *s, const char *jti, const char *scope)
{
    static char form[ASSERTION_TEXT + 512], assertion[ASSERTION_TEXT];

    make_assertion(jti, assertion);
    snprintf(form, sizeof form,
             ASK "%s&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=%s",
             scope, assertion);
    return ask(s, "", form);
}

/* Nothing but what there is without a user. */
static void check_members(const struct code_session *s)
{
    static const char *const members[] = { "token_type", "expires_in", "ext_expires_in", "access_token" };
    json_t *body = json_loadb(s->reply.body, s->reply.body_n, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(body);
    assert_int_equal(json_object_size(body), 4);
    for (size_t i = 0; i < 4; i++)
        assert_non_null(json_object_get(body, members[i]));
    json_decref(body);
}

static void check_absent(const json_t *claims)
{
    static const char *const names[] = {
        "scp", "name", "preferred_username", "unique_name", "sid", "email", "idp", "amr", "upn", "nonce"
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(json_object_get(claims, names[i]));
}

static void test_three_ways(void **state)
{
    struct code_session *s = *state;
    char principal[64];
    struct guid id;

    for (int way = 0; way < 3; way++) {
        if (way < 2)
            assert_int_equal(ask(s, way == 0 ? "" : BASIC, way == 0 ? ASK PETS SECRET : ASK PETS), 200);
        else
            assert_int_equal(ask_signed(s, "one", PETS), 200);
        check_members(s);
        json_t *claims = code_claims_of(s, "access_token");
        code_check_claim(claims, "aud", WORLD_API);
        code_check_claim(claims, "iss", "https://login.example/" WORLD_TENANT "/v2.0");
        code_check_claim(claims, "azp", WORLD_APP_WEB);
        code_check_claim(claims, "azpacr", way < 2 ? "1" : "2");
        code_check_claim(claims, "tid", WORLD_TENANT);
        code_check_claim(claims, "ver", "2.0");
        code_check_list(claims, "roles", "Pets.Feed.All");
        assert_int_equal(json_integer_value(json_object_get(claims, "exp")), WORLD_START + 3600);
        assert_string_equal(code_claim(claims, "oid"), code_claim(claims, "sub"));
        assert_true(guid_parse(slice_of(code_claim(claims, "oid")), &id));
        if (way == 0)
            snprintf(principal, sizeof principal, "%s", code_claim(claims, "oid"));
        code_check_claim(claims, "oid", principal);
        check_absent(claims);
        json_decref(claims);
    }
}

static void test_other_resources(void **state)
{
    static const struct {
        const char *scope, *aud, *version;
    } rows[] = {
        { "&scope=https%3A%2F%2Fold.example%2Fapi%2F.default", "https://old.example/api", "1.0" },
        { "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", "00000003-0000-0000-c000-000000000000", "1.0" },
        { "&scope=" WORLD_API "%2F.default", WORLD_API, "2.0" },
        { "&scope=" WORLD_APP_WEB "%2F.default", WORLD_APP_WEB, "2.0" }, /* itself */
    };
    struct code_session *s = *state;
    char form[1024];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(form, sizeof form, "%s%s", ASK SECRET, rows[i].scope);
        assert_int_equal(ask(s, "", form), 200);
        json_t *claims = code_claims_of(s, "access_token");
        code_check_claim(claims, "aud", rows[i].aud);
        code_check_claim(claims, "ver", rows[i].version);
        bool v1 = rows[i].version[0] == '1';
        code_check_claim(claims, v1 ? "appid" : "azp", WORLD_APP_WEB);
        code_check_claim(claims, v1 ? "appidacr" : "azpacr", "1");
        code_check_claim(claims, "idtyp", v1 ? "app" : "");
        assert_int_equal(json_object_get(claims, "roles") != NULL, i == 2);
        check_absent(claims);
        json_decref(claims);
    }
}

/* Graph's, too, says nothing of any user. */
static void test_it_is_no_user(void **state)
{
    struct code_session *s = *state;
    char token[4096], headers[4200];
    int fd;

    assert_int_equal(ask(s, "", ASK SECRET "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"), 200);
    world_member(&s->reply, "access_token", token, sizeof token);
    int n = snprintf(headers, sizeof headers,
                     "GET /oidc/userinfo HTTP/1.1\r\nHost: login.example\r\nAuthorization: Bearer %s\r\n\r\n", token);
    assert_in_range(n, 1, sizeof headers - 1);
    fd = world_connect(&s->world);
    assert_true(world_exchange(fd, headers, (size_t)n, &s->reply));
    close(fd);
    assert_int_equal(s->reply.status, 401);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *headers, *form;
        int status;
        long error;
    } rows[] = {
        { "", ASK PETS, 400, 7000216 },
        { "", "grant_type=client_credentials&client_id=" WORLD_APP PETS, 400, 7000216 }, /* public */
        { "", ASK PETS "&client_secret=x", 401, 7000215 },
        { "", ASK PETS "&client_secret=" WORLD_SECRET_OLD, 401, 7000222 },
        { "", "grant_type=client_credentials&client_id=" WORLD_APP PETS SECRET, 401, 7000215 }, /* another's */
        { "Origin: https://web.example\r\n", ASK PETS SECRET, 400, 9002326 },
        { BASIC, ASK PETS SECRET, 400, 9002313 }, /* in two ways */
        { "", ASK SECRET, 400, 900144 },
        { "", ASK SECRET "&scope=", 400, 900144 },
        { "", ASK SECRET "&scope=openid", 400, 1002012 },
        { "", ASK SECRET "&scope=api%3A%2F%2Fpetstore-api%2FPets.Feed.All", 400, 1002012 },
        { "", ASK SECRET PETS "+openid", 400, 70011 },
        { "", ASK SECRET "&scope=api%3A%2F%2Fnobody%2F.default", 400, 500011 },
    };
    struct code_session *s = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int status = ask(s, rows[i].headers, rows[i].form);
        if (status != rows[i].status || code_error(s) != rows[i].error)
            fail_msg("row %zu: %d, %ld", i, status, code_error(s));
    }
}

/* An assertion is good once for a scope, as MSAL uses it for ten minutes. */
static void test_an_assertion_once(void **state)
{
    struct code_session *s = *state;

    assert_int_equal(ask_signed(s, "two", PETS), 200);
    assert_int_equal(ask_signed(s, "two", PETS), 401);
    assert_int_equal(ask_signed(s, "two", "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"), 200);
    assert_int_equal(ask_signed(s, "three", PETS), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = { CODE_TEST(test_three_ways), CODE_TEST(test_other_resources),
                                        CODE_TEST(test_it_is_no_user), CODE_TEST(test_refusals),
                                        CODE_TEST(test_an_assertion_once) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
