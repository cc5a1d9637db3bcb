/* SPDX-License-Identifier: Apache-2.0 */
/* Custom authentication extensions from end to end: a server with a tenant that declares them, a receiver that answers, a
 * sign-up and a sign-in in between (spec OIDC, 11). */
#include "support/world_extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/b64.h"

#define APP "client_id=" WORLD_APP_ATTRIBUTES
#define SHOE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"

enum { FORM = 4096, TOKEN = 1024 };

static void step(struct world *w, const char *path, const char *form, char token[TOKEN])
{
    struct world_reply reply;

    if (post(w, path, form, &reply) != 200)
        fail_msg("%s: %s", path, reply.body);
    world_member(&reply, "continuation_token", token, TOKEN);
}

/* A sign-up up to the code; *form redeems it. */
static void sign_up_until_code(struct world *w, const char *user, const char *attributes, char form[FORM])
{
    char token[TOKEN], code[16];

    snprintf(form, FORM, APP "&username=%s&challenge_type=oob+redirect%s%s", user,
             attributes[0] == '\0' ? "" : "&attributes=", attributes);
    step(w, "/signup/v1.0/start", form, token);
    snprintf(form, FORM, APP "&continuation_token=%s", token);
    step(w, "/signup/v1.0/challenge", form, token);
    assert_true(world_code(w, user, 0, code, NULL));
    snprintf(form, FORM, APP "&continuation_token=%s&grant_type=oob&oob=%s", token, code);
}

static void redeem(struct world *w, const char *token, struct world_reply *reply)
{
    char form[FORM];

    snprintf(form, sizeof form, APP "&continuation_token=%s&grant_type=continuation_token&scope=openid+offline_access",
             token);
    post(w, "/oauth2/v2.0/token", form, reply);
}

#define GIVEN "%7B%22displayName%22%3A%22Eve%22%2C%22" SHOE "%22%3A42%7D"

/* Before attributes are asked for: the extension stops the sign-up; then it lets it go on. */
static void test_attribute_collection_start(void **state)
{
    static const struct answer answers[] = {
        { "200 OK", NULL, NULL, ACTION("AttributeCollectionStart", "showBlockPage", ",\"message\":\"not you\""), 0, 0,
          0 },
        { "200 OK", NULL, NULL, ACTION("AttributeCollectionStart", "continueWithDefaultBehavior", ""), 0, 0, 0 },
    };
    struct world *w = *state;
    struct world_reply reply;
    struct answer_server server;
    char form[FORM], code_form[FORM];

    answer_server_start(&server, answers, 2);
    const struct extension e = extension(EXTENSION_ATTRIBUTES_START, server.origin, EXTENSION_AUTH_TOKEN);
    declare(w, &e, 1);
    sign_up_until_code(w, "eve@example.org", "", code_form);
    assert_int_equal(post(w, "/signup/v1.0/continue", code_form, &reply), 400);
    assert_non_null(strstr(reply.body, "\"error\":\"access_denied\""));
    assert_non_null(
        strstr(server.requests[0], "\"type\":\"microsoft.graph.authenticationEvent.attributeCollectionStart\""));
    assert_non_null(strstr(server.requests[0], "\"issuerAssignedId\":\"eve@example.org\""));
    assert_non_null(
        strstr(server.requests[0], "\"" SHOE "\":{\"@odata.type\":\"microsoft.graph.int64DirectoryAttributeValue\""));
    assert_non_null(strstr(server.requests[0], "\r\nAuthorization: Bearer eyJ"));
    sign_up_until_code(w, "fay@example.org", "", form);
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 400);
    assert_non_null(strstr(reply.body, "\"error\":\"attributes_required\""));
    assert_int_equal(answer_server_stop(&server), 2);
}

/* After they were handed in: refused by name, then changed; the user has the changed ones. */
static void test_attribute_collection_submit(void **state)
{
    static const struct answer answers[] = {
        { "200 OK", NULL, NULL,
          ACTION("AttributeCollectionSubmit", "showValidationError",
                 ",\"message\":\"?\",\"attributeErrors\":{\"displayName\":\"too plain\"}"),
          0, 0, 0 },
        { "200 OK", NULL, NULL,
          ACTION("AttributeCollectionSubmit", "modifyAttributeValues",
                 ",\"attributes\":{\"displayName\":\"Dame Eve\",\"city\":\"Oslo\"}"),
          0, 0, 0 },
    };
    struct world *w = *state;
    struct world_reply reply;
    struct answer_server server;
    char form[FORM], space[1024];
    struct slice text;
    struct user user;
    struct guid tenant;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    setenv("DOORCODE_TEST_HOOK_SECRET", "a shared secret", 1);
    answer_server_start(&server, answers, 2);
    const struct extension e = extension(EXTENSION_ATTRIBUTES_SUBMIT, server.origin, EXTENSION_AUTH_HMAC);
    declare(w, &e, 1);
    sign_up_until_code(w, "eve@example.org", GIVEN, form);
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 400);
    assert_non_null(strstr(reply.body, "\"suberror\":\"attribute_validation_failed\""));
    assert_non_null(strstr(reply.body, "\"invalid_attributes\":[{\"name\":\"displayName\"}]"));
    assert_non_null(strstr(server.requests[0], "\r\nX-Doorcode-Signature: sha256="));
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 200);
    assert_int_equal(answer_server_stop(&server), 2);
    assert_int_equal(store_user_by_identity(rooms_store(w->rooms), tenant, SLICE("eve@example.org"), &user).code,
                     ERR_OK);
    assert_string_equal(user.display_name, "Dame Eve");
    assert_int_equal(store_attributes(rooms_store(w->rooms), user.id, space, sizeof space, &text).code, ERR_OK);
    assert_true(slice_eq(text, SLICE("{\"city\":\"Oslo\",\"displayName\":\"Dame Eve\",\"" SHOE "\":\"42\"}")));
}

/* Claims at sign-in and at refresh; without an answer no token, and the proof is not spent. */
static void test_token_issuance(void **state)
{
    static const struct answer answers[] = {
        { "500 Oops", NULL, NULL, "{}", 0, 0, 0 },
        { "200 OK", NULL, NULL,
          ACTION("TokenIssuanceStart", "provideClaimsForToken",
                 ",\"claims\":{\"DateOfBirth\":\"1990-02-01\",\"sub\":\"forged\"}"),
          0, 0, 0 },
        { "200 OK", NULL, NULL,
          ACTION("TokenIssuanceStart", "provideClaimsForToken", ",\"claims\":{\"Mood\":\"fine\"}"), 0, 0, 0 },
    };
    struct world *w = *state;
    struct world_reply reply;
    struct answer_server server;
    char form[FORM], token[TOKEN], access[8192], refresh[256];

    answer_server_start(&server, answers, 3);
    const struct extension e = extension(EXTENSION_TOKEN_ISSUANCE, server.origin, EXTENSION_AUTH_NONE);
    sign_up_until_code(w, "eve@example.org", GIVEN, form);
    step(w, "/signup/v1.0/continue", form, token);
    declare(w, &e, 1);
    redeem(w, token, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "[1003000]"));
    redeem(w, token, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(server.requests[1], "\"mail\":\"eve@example.org\""));
    world_member(&reply, "access_token", access, sizeof access);
    world_member(&reply, "refresh_token", refresh, sizeof refresh);
    char *payload = strchr(access, '.') + 1;
    char plain[4096];
    size_t n;
    *strchr(payload, '.') = '\0';
    assert_true(b64url_decode(slice_of(payload), plain, sizeof plain - 1, &n));
    plain[n] = '\0';
    assert_non_null(strstr(plain, "\"DateOfBirth\":\"1990-02-01\""));
    assert_null(strstr(plain, "forged"));
    snprintf(form, sizeof form, APP "&grant_type=refresh_token&refresh_token=%s", refresh);
    assert_int_equal(post(w, "/oauth2/v2.0/token", form, &reply), 200);
    assert_int_equal(answer_server_stop(&server), 3);
}

/* As many claims as there may be fit into tokens and reply. */
static void test_the_most_claims(void **state)
{
    static char value[LIMIT_HOOK_CLAIMS - 3], body[2 * LIMIT_HOOK_CLAIMS];
    struct world *w = *state;
    struct world_reply reply;
    struct answer_server server;
    char form[FORM], token[TOKEN];

    memset(value, 'v', sizeof value - 1);
    snprintf(body, sizeof body, ACTION("TokenIssuanceStart", "provideClaimsForToken", ",\"claims\":{\"Long\":\"%s\"}"),
             value);
    const struct answer answer = { "200 OK", NULL, NULL, body, 0, 0, 0 };
    answer_server_start(&server, &answer, 1);
    const struct extension e = extension(EXTENSION_TOKEN_ISSUANCE, server.origin, EXTENSION_AUTH_TOKEN);
    sign_up_until_code(w, "eve@example.org", GIVEN, form);
    step(w, "/signup/v1.0/continue", form, token);
    declare(w, &e, 1);
    redeem(w, token, &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(answer_server_stop(&server), 1);
}

/* Nobody listens: the sign-up fails with words, and goes on when the extension is gone. */
static void test_extension_away(void **state)
{
    struct world *w = *state;
    struct world_reply reply;
    char form[FORM];
    const struct extension e = extension(EXTENSION_ATTRIBUTES_SUBMIT, "http://127.0.0.1:1", EXTENSION_AUTH_NONE);

    declare(w, &e, 1);
    sign_up_until_code(w, "eve@example.org", GIVEN, form);
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 400);
    assert_non_null(strstr(reply.body, "[1003000]"));
    declare(w, NULL, 0);
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 200);
}

static int open_world(void **state)
{
    static struct world w;

    world_open(&w, &(struct world_options){ .seed = 5, .plain_hooks = true });
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(test_attribute_collection_start),
        TEST(test_attribute_collection_submit),
        TEST(test_token_issuance),
        TEST(test_the_most_claims),
        TEST(test_extension_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
