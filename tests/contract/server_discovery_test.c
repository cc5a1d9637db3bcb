/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever discovery advertises is there (spec OIDC, 1.2): each endpoint answers, each mode, type, method and scope does what
 * it says. The lists are read from the document, so what is added to it is tested, or the test says that it cannot. */
#include "support/world_browser.h"

#include "support/json_must.h"

#define DISCOVERY "/petstore/v2.0/.well-known/openid-configuration"
#define ORIGIN "https://login.example"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

enum { TEXT = 512, PATH = 2048 };

struct stage {
    struct world world;
    struct world_browser browser;
    json_t *document;
};

static struct stage stage;

static json_t *json_body(const struct world_reply *reply)
{
    json_t *body = json_loadb(reply->body, reply->body_n, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(body);
    return body;
}

static int open_stage(void **state)
{
    struct world_reply reply;

    (void)state;
    world_open(&stage.world, &(struct world_options){ .seed = 61 });
    stage.browser.world = &stage.world;
    world_get(&stage.world, DISCOVERY, &reply);
    assert_int_equal(reply.status, 200);
    stage.document = json_body(&reply);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    json_decref(stage.document);
    world_close(&stage.world);
    return 0;
}

static const char *member(const char *name)
{
    const char *text = json_string_value(json_object_get(stage.document, name));

    assert_non_null(text);
    return text;
}

static const json_t *list(const char *name)
{
    const json_t *items = json_object_get(stage.document, name);

    assert_true(json_is_array(items) && json_array_size(items) > 0);
    return items;
}

/* ---- endpoints ---- */

static const struct {
    const char *member;
    const char *form; /* NULL: GET */
    int status;
    const char *holds;
} endpoints[] = {
    { "token_endpoint", "client_id=" WORLD_APP "&grant_type=refresh_token&refresh_token=x", 400, "invalid_grant" },
    { "jwks_uri", NULL, 200, "\"keys\":[" },
    { "userinfo_endpoint", NULL, 401, "InvalidAuthenticationToken" },
    { "authorization_endpoint", NULL, 400, "<!doctype html>" },
    { "device_authorization_endpoint", "client_id=" WORLD_APP "&scope=openid", 200, "device_code" },
    { "end_session_endpoint", NULL, 200, "<!doctype html>" },
};

enum { ENDPOINTS = sizeof endpoints / sizeof endpoints[0] };

static bool is_address(const char *name)
{
    size_t n = strlen(name);

    return (n > 9 && strcmp(name + n - 9, "_endpoint") == 0) || (n > 4 && strcmp(name + n - 4, "_uri") == 0);
}

static void test_endpoints(void **state)
{
    struct world_reply reply;
    const char *name;
    json_t *value;
    size_t addresses = 0;

    (void)state;
    json_object_foreach(stage.document, name, value) addresses += is_address(name);
    assert_int_equal(addresses, ENDPOINTS);
    for (size_t i = 0; i < ENDPOINTS; i++) {
        const char *address = member(endpoints[i].member);
        assert_int_equal(strncmp(address, ORIGIN "/", sizeof ORIGIN), 0);
        if (endpoints[i].form == NULL)
            world_get(&stage.world, address + sizeof ORIGIN - 1, &reply);
        else
            world_post(&stage.world, address + sizeof ORIGIN - 1, "", endpoints[i].form, &reply);
        assert_int_equal(reply.status, endpoints[i].status);
        assert_non_null(strstr(reply.body, endpoints[i].holds));
    }
}

/* ---- the authorization endpoint ---- */

/* As the application that may ask for id tokens; `more`: further parameters. */
static int authorize(const char *more)
{
    char path[PATH];

    snprintf(path, sizeof path,
             "%s?client_id=" WORLD_APP_WEB
             "&redirect_uri=https%%3A%%2F%%2Fweb.example%%2Fcallback&state=s1&nonce=n1&%s",
             member("authorization_endpoint") + sizeof ORIGIN - 1, more);
    return browser_get(&stage.browser, path);
}

static void sign_in_once(void)
{
    static bool done;
    char code[16], form[64];

    if (done)
        return;
    done = true;
    assert_int_equal(authorize("response_type=code&scope=openid"), 200);
    assert_int_equal(browser_submit(&stage.browser, "petstore", "do=next&username=sam@example.org"), 200);
    assert_true(world_code(&stage.world, "sam@example.org", 0, code, NULL));
    snprintf(form, sizeof form, "do=next&oob=%s", code);
    assert_int_equal(browser_submit(&stage.browser, "petstore", form), 302);
}

static bool has_word(const char *list, const char *word)
{
    const char *at = strstr(list, word);
    size_t n = strlen(word);

    return at != NULL && (at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' ');
}

/* The answer holds what the type promises, at the place that the mode says. */
static void check_answer(const char *type, const char *mode)
{
    const struct world_reply *reply = &stage.browser.reply;
    bool posts = strcmp(mode, "form_post") == 0;
    const char *beginning = strcmp(mode, "query") == 0 ? "\r\nLocation: https://web.example/callback?"
                                                       : "\r\nLocation: https://web.example/callback#";
    const char *text = posts ? reply->body : reply->head;
    const char *names[] = { "code", "id_token", "access_token", "state", "iss" };
    bool wanted[] = { has_word(type, "code"), has_word(type, "id_token"), has_word(type, "token"), true, true };
    char mark[64];

    assert_int_equal(reply->status, posts ? 200 : 302);
    assert_true(posts || strstr(reply->head, beginning) != NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(mark, sizeof mark, posts ? "name=\"%s\"" : "%s=", names[i]);
        const char *at = strstr(text, mark);
        bool found = at != NULL && (posts || at[-1] == '?' || at[-1] == '#' || at[-1] == '&');
        if (found != wanted[i])
            fail_msg("%s by %s: %s", type, mode, names[i]);
    }
}

/* Tokens do not go into a query (spec OIDC, 2.1). */
static void check_refused(void)
{
    assert_int_equal(stage.browser.reply.status, 302);
    assert_non_null(strstr(stage.browser.reply.head, "error=invalid_request"));
    assert_non_null(strstr(stage.browser.reply.head, "iss=https%3A%2F%2Flogin.example"));
}

static void test_response_types_and_modes(void **state)
{
    const json_t *type, *mode;
    size_t i, k;
    char more[TEXT], encoded[64];

    (void)state;
    sign_in_once();
    json_array_foreach(list("response_types_supported"), i, type)
        json_array_foreach(list("response_modes_supported"), k, mode)
    {
        const char *types = json_string_value(type);
        snprintf(encoded, sizeof encoded, "%s", types);
        for (char *c = encoded; *c != '\0'; c++)
            *c = *c == ' ' ? '+' : *c;
        snprintf(more, sizeof more, "response_type=%s&response_mode=%s&scope=openid", encoded, json_string_value(mode));
        (void)authorize(more);
        if (strcmp(types, "code") != 0 && strcmp(json_string_value(mode), "query") == 0)
            check_refused();
        else
            check_answer(types, json_string_value(mode));
    }
    assert_true(json_is_true(json_object_get(stage.document, "authorization_response_iss_parameter_supported")));
}

/* `value` of the list is taken; another is refused. */
static void check_parameter(const char *list_name, const char *parameter)
{
    const json_t *value;
    size_t i;
    char more[TEXT];

    json_array_foreach(list(list_name), i, value)
    {
        snprintf(more, sizeof more, "response_type=code&scope=openid&%s=%s", parameter, json_string_value(value));
        (void)authorize(more);
        assert_null(strstr(stage.browser.reply.head, "error=invalid_request"));
    }
    snprintf(more, sizeof more, "response_type=code&scope=openid&%s=other", parameter);
    assert_int_equal(authorize(more), 302);
    assert_non_null(strstr(stage.browser.reply.head, "error=invalid_request"));
}

static void test_code_challenge_methods(void **state)
{
    (void)state;
    sign_in_once();
    check_parameter("code_challenge_methods_supported", "code_challenge=" CHALLENGE "&code_challenge_method");
}

static void test_prompts(void **state)
{
    (void)state;
    sign_in_once();
    check_parameter("prompt_values_supported", "prompt");
}

/* ---- tokens ---- */

static void test_grant_types(void **state)
{
    const json_t *grant;
    size_t i;
    struct world_reply reply;
    char form[TEXT];

    (void)state;
    json_array_foreach(list("grant_types_supported"), i, grant)
    {
        snprintf(form, sizeof form, "client_id=" WORLD_APP "&grant_type=%s", json_string_value(grant));
        world_post(&stage.world, member("token_endpoint") + sizeof ORIGIN - 1, "", form, &reply);
        assert_non_null(strstr(reply.body, "\"error\":"));
        assert_null(strstr(reply.body, "unsupported_grant_type"));
    }
}

static void test_scopes(void **state)
{
    const json_t *scope;
    size_t i;
    struct world_reply reply;
    char form[TEXT];

    (void)state;
    json_array_foreach(list("scopes_supported"), i, scope)
    {
        snprintf(form, sizeof form, "client_id=" WORLD_APP "&scope=%s", json_string_value(scope));
        world_post(&stage.world, member("device_authorization_endpoint") + sizeof ORIGIN - 1, "", form, &reply);
        assert_int_equal(reply.status, 200);
    }
}

/* Each algorithm has a published key. */
static void test_algorithms(void **state)
{
    const json_t *alg;
    size_t i;
    struct world_reply reply;
    char mark[64];

    (void)state;
    world_get(&stage.world, member("jwks_uri") + sizeof ORIGIN - 1, &reply);
    json_array_foreach(list("id_token_signing_alg_values_supported"), i, alg)
    {
        snprintf(mark, sizeof mark, "\"alg\":\"%s\"", json_string_value(alg));
        assert_non_null(strstr(reply.body, mark));
    }
}

/* MSAL Python, MSAL JS and others go by these (client requirements, 5). */
static void test_what_clients_need(void **state)
{
    static const char *const needed[] = { "issuer",
                                          "authorization_endpoint",
                                          "token_endpoint",
                                          "jwks_uri",
                                          "userinfo_endpoint",
                                          "end_session_endpoint",
                                          "cloud_instance_name" };

    (void)state;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        assert_true(strlen(member(needed[i])) > 0);
    assert_string_equal(member("issuer"), ORIGIN "/" WORLD_TENANT "/v2.0");
    assert_string_equal(member("cloud_instance_name"), "login.example");
    assert_true(json_is_null(json_object_get(stage.document, "tenant_region_scope")));
    assert_null(json_object_get(stage.document, "check_session_iframe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_endpoints),
                                        cmocka_unit_test(test_response_types_and_modes),
                                        cmocka_unit_test(test_code_challenge_methods),
                                        cmocka_unit_test(test_prompts),
                                        cmocka_unit_test(test_grant_types),
                                        cmocka_unit_test(test_scopes),
                                        cmocka_unit_test(test_algorithms),
                                        cmocka_unit_test(test_what_clients_need) };

    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
