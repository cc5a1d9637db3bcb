/* SPDX-License-Identifier: Apache-2.0 */
/* Custom authentication extensions from end to end: a server with a tenant that declares them, a receiver that answers, a
 * sign-up and a sign-in in between (spec OIDC, 11). */
#include "support/world_extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/b64.h"
#include "support/browser.h"

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

static void check_attributes(struct world *w, const char *email, const char *wanted)
{
    char space[1024];
    struct slice text;
    struct user user;
    struct guid tenant;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_int_equal(store_user_by_identity(rooms_store(w->rooms), tenant, slice_of(email), &user).code, ERR_OK);
    assert_int_equal(store_attributes(rooms_store(w->rooms), user.id, space, sizeof space, &text).code, ERR_OK);
    assert_int_equal(text.n, strlen(wanted));
    assert_memory_equal(text.p, wanted, text.n);
}

#define PREFILL                                            \
    ACTION("AttributeCollectionStart", "setPrefillValues", \
           ",\"inputs\":{\"displayName\":\"Ms Eve\",\"" SHOE "\":41,\"nobody\":\"x\",\"city\":\"Rome\"}")

/* Values set before attributes are asked for: told with the list, asked for all the same, and taken for what is left out. */
static void test_prefill(void **state)
{
    static const struct answer answers[] = { { "200 OK", NULL, NULL, PREFILL, 0, 0, 0 },
                                             { "200 OK", NULL, NULL, PREFILL, 0, 0, 0 } };
    struct world *w = *state;
    struct world_reply reply;
    struct answer_server server;
    char form[FORM], token[TOKEN];

    answer_server_start(&server, answers, 2);
    const struct extension e = extension(EXTENSION_ATTRIBUTES_START, server.origin, EXTENSION_AUTH_NONE);
    declare(w, &e, 1);
    sign_up_until_code(w, "eve@example.org", "", form);
    for (int i = 0; i < 2; i++) { /* also for the identical request: it does not end the sign-up */
        assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 400);
        assert_non_null(strstr(reply.body, "\"error\":\"attributes_required\""));
        assert_non_null(strstr(reply.body, "{\"name\":\"displayName\",\"type\":\"string\",\"required\":true,"
                                           "\"options\":{\"defaultValue\":\"Ms Eve\"}}"));
        assert_non_null(strstr(reply.body, "\"options\":{\"regex\":\"^[0-9]{2}$\",\"defaultValue\":\"41\"}}"));
    }
    world_member(&reply, "continuation_token", token, sizeof token);
    snprintf(form, sizeof form, APP "&continuation_token=%s&grant_type=attributes&attributes=%s", token,
             "%7B%22city%22%3A%22Oslo%22%7D");
    assert_int_equal(post(w, "/signup/v1.0/continue", form, &reply), 200);
    check_attributes(w, "eve@example.org", "{\"city\":\"Oslo\",\"displayName\":\"Ms Eve\",\"" SHOE "\":\"41\"}");
    assert_int_equal(answer_server_stop(&server), 2);
}

/* The page's field of an attribute holds the value. */
static void check_field(const struct browser *b, const char *attribute, const char *wanted)
{
    char name[96], value[64];

    snprintf(name, sizeof name, "name=\"attr.%s\"", attribute);
    const char *input = strstr(b->reply.body, name);
    assert_non_null(input);
    while (*input != '<')
        input--;
    assert_true(browser_attribute(input, "value", value, sizeof value));
    assert_string_equal(value, wanted);
}

/* On the page they stand in the fields, in place of the attribute's own default; who empties a field wants none. */
static void test_prefill_on_the_page(void **state)
{
    static const struct answer answer = { "200 OK", NULL, NULL, PREFILL, 0, 0, 0 };
    static struct browser b;
    struct answer_server server;
    char typed[64];

    memset(&b, 0, sizeof b);
    b.world = *state;
    answer_server_start(&server, &answer, 1);
    const struct extension e = extension(EXTENSION_ATTRIBUTES_START, server.origin, EXTENSION_AUTH_NONE);
    declare(*state, &e, 1);
    browser_open(&b,
                 "/petstore/oauth2/v2.0/authorize?" APP "&redirect_uri=http%3A%2F%2Flocalhost%3A53000&response_type="
                 "code&scope=openid&prompt=create");
    browser_submit(&b, "do=next&username=eve%40example.org");
    browser_read_code(&b, "eve@example.org");
    snprintf(typed, sizeof typed, "do=next&oob=%s", b.code);
    browser_submit(&b, typed);
    check_field(&b, "displayName", "Ms Eve");
    check_field(&b, SHOE, "41");
    check_field(&b, "city", "Rome");
    browser_submit(&b, "do=next&attr.displayName=Eve&attr.city=&attr." SHOE "=42");
    assert_int_equal(b.reply.status, 302);
    check_attributes(*state, "eve@example.org", "{\"displayName\":\"Eve\",\"" SHOE "\":\"42\"}");
    assert_int_equal(answer_server_stop(&server), 1);
}

/* Before anything is asked for, an extension is told the attributes' own defaults, each in its type. */
static void test_defaults_are_told(void **state)
{
    static const struct answer answer = {
        "200 OK", NULL, NULL, ACTION("AttributeCollectionStart", "continueWithDefaultBehavior", ""), 0, 0, 0
    };
    static const struct flow_attribute attributes[] = {
        { .name = SLICE("displayName"), .type = SLICE("string"), .required = true, .default_value = SLICE("You") },
        { .name = SLICE("news"), .type = SLICE("boolean"), .default_value = SLICE("true") },
        { .name = SLICE("age"), .type = SLICE("integer"), .default_value = SLICE("18") },
        { .name = SLICE("club"), .type = SLICE("boolean") },
    };
    const struct user_flow flow = { .name = SLICE("attributes"),
                                    .sign_up = true,
                                    .attributes = attributes,
                                    .attribute_count = sizeof attributes / sizeof attributes[0] };
    struct answer_server server;
    struct world_reply reply;
    char form[FORM];

    answer_server_start(&server, &answer, 1);
    const struct extension e = extension(EXTENSION_ATTRIBUTES_START, server.origin, EXTENSION_AUTH_NONE);
    declare_flow(*state, &flow);
    declare(*state, &e, 1);
    sign_up_until_code(*state, "eve@example.org", "", form);
    assert_int_equal(post(*state, "/signup/v1.0/continue", form, &reply), 400);
    static const char *const told[] = { "stringDirectoryAttributeValue\",\"value\":\"You\"",
                                        "booleanDirectoryAttributeValue\",\"value\":true",
                                        "booleanDirectoryAttributeValue\",\"value\":false",
                                        "int64DirectoryAttributeValue\",\"value\":18" };
    for (size_t i = 0; i < 4; i++)
        assert_non_null(strstr(server.requests[0], told[i]));
    assert_int_equal(answer_server_stop(&server), 1);
}

/* A value of another type than the attribute's is no answer, before and after. */
static void test_types_of_values(void **state)
{
    static const struct {
        enum extension_event event;
        const char *body;
        bool fine;
    } cases[] = {
#define START(inputs) \
    EXTENSION_ATTRIBUTES_START, ACTION("AttributeCollectionStart", "setPrefillValues", ",\"inputs\":" inputs)
#define SUBMIT(values) \
    EXTENSION_ATTRIBUTES_SUBMIT, ACTION("AttributeCollectionSubmit", "modifyAttributeValues", ",\"attributes\":" values)
        { START("{\"" SHOE "\":\"41\"}"), false },
        { START("{\"displayName\":7}"), false },
        { START("{\"displayName\":true}"), false },
        { START("{\"" SHOE "\":true}"), false },
        { START("{\"" SHOE "\":41}"), true },
        { SUBMIT("{\"" SHOE "\":\"41\"}"), false },
        { SUBMIT("{\"city\":1}"), false },
        { SUBMIT("{\"city\":\"Bergen\",\"x\":1}"), true },
        { SUBMIT("{\"" SHOE "\":44,\"city\":null}"), true },
    };
    struct answer answers[sizeof cases / sizeof cases[0]];
    struct answer_server server;
    struct world_reply reply;
    char form[FORM], user[32];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        answers[i] = (struct answer){ "200 OK", NULL, NULL, cases[i].body, 0, 0, 0 };
    answer_server_start(&server, answers, sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct extension e = extension(cases[i].event, server.origin, EXTENSION_AUTH_NONE);
        declare(*state, &e, 1);
        snprintf(user, sizeof user, "t%zu@example.org", i);
        bool start = cases[i].event == EXTENSION_ATTRIBUTES_START;
        sign_up_until_code(*state, user, start ? "" : GIVEN, form);
        int status = post(*state, "/signup/v1.0/continue", form, &reply);
        if (!cases[i].fine)
            assert_non_null(strstr(reply.body, "[1003000]"));
        else
            assert_true(start ? strstr(reply.body, "attributes_required") != NULL : status == 200);
    }
    assert_int_equal(answer_server_stop(&server), sizeof cases / sizeof cases[0]);
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
        TEST(test_prefill),
        TEST(test_prefill_on_the_page),
        TEST(test_defaults_are_told),
        TEST(test_types_of_values),
        TEST(test_token_issuance),
        TEST(test_the_most_claims),
        TEST(test_extension_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
