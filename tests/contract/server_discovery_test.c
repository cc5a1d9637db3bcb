/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever discovery advertises is there (spec OIDC, 1.2): each endpoint answers, each mode, type, method and scope does what
 * it says. The lists are read from the document, so what is added to it is tested, or the test says that it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/assertion_signed.h"
#include "support/code_client.h"

#include "support/json_must.h"

#define DISCOVERY "/petstore/v2.0/.well-known/openid-configuration"
#define ORIGIN "https://login.example"

enum { TEXT = 512, PATH = 2048 };

struct stage {
    struct world world;
    struct browser browser;
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

/* As the application that may ask for tokens here; `more`: further parameters. */
static int authorize(const char *more)
{
    char path[PATH];

    snprintf(path, sizeof path,
             "%s?client_id=" WORLD_APP_HYBRID
             "&redirect_uri=https%%3A%%2F%%2Fhybrid.example%%2Fcallback&state=s1&nonce=n1&%s",
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
    assert_int_equal(browser_press(&stage.browser, "do=next&username=sam@example.org"), 200);
    assert_true(world_code(&stage.world, "sam@example.org", 0, code, NULL));
    snprintf(form, sizeof form, "do=next&oob=%s", code);
    assert_int_equal(browser_press(&stage.browser, form), 302);
}

static bool has_word(const char *list, const char *word)
{
    struct slice rest = slice_of(list);

    for (struct slice each = slice_word(&rest); each.n > 0; each = slice_word(&rest))
        if (slice_eq(each, slice_of(word)))
            return true;
    return false;
}

/* The answer holds what the type promises, at the place that the mode says. */
static void check_answer(const char *type, const char *mode)
{
    const struct world_reply *reply = &stage.browser.reply;
    bool posts = strcmp(mode, "form_post") == 0;
    const char *beginning = strcmp(mode, "query") == 0 ? "\r\nLocation: https://hybrid.example/callback?"
                                                       : "\r\nLocation: https://hybrid.example/callback#";
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
        if (strcmp(json_string_value(grant), "implicit") ==
            0) /* at the other endpoint: test_response_types_and_modes */
            continue;
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

/* ---- what tokens say ---- */

static void add_claims(json_t *all, const json_t *claims)
{
    assert_int_equal(json_object_update_missing(all, (json_t *)claims), 0);
}

static void add_token(json_t *all, const char *token)
{
    json_t *claims = code_claims(token);

    add_claims(all, claims);
    json_decref(claims);
}

/* The tokens that the authorization endpoint gives for this type. */
static void add_answer(json_t *all, const char *type)
{
    static const char *const names[] = { "id_token", "access_token" };
    char more[TEXT], token[8192];

    snprintf(more, sizeof more, "response_type=%s&scope=openid+profile+email+User.Read&max_age=1000", type);
    assert_int_equal(authorize(more), 302);
    for (size_t i = 0; i < 2; i++)
        if (browser_answer(&stage.browser, names[i], token, sizeof token)[0] != '\0')
            add_token(all, token);
}

/* Sam has roles in the Web application. */
static void add_redeemed(json_t *all)
{
    char path[PATH], code[TEXT], form[PATH], token[8192];
    struct world_reply reply;

    snprintf(path, sizeof path, "%s?client_id=" WORLD_APP_WEB "&response_type=code&scope=openid",
             member("authorization_endpoint") + sizeof ORIGIN - 1);
    snprintf(path + strlen(path), sizeof path - strlen(path), "&redirect_uri=%s",
             "https%3A%2F%2Fweb.example%2Fcallback");
    assert_int_equal(browser_get(&stage.browser, path), 302);
    (void)browser_answer(&stage.browser, "code", code, sizeof code);
    snprintf(form, sizeof form, "client_id=%s&grant_type=authorization_code&code=%s&redirect_uri=%s%s", WORLD_APP_WEB,
             code, "https%3A%2F%2Fweb.example%2Fcallback", SECRET);
    world_post(&stage.world, TOKEN_ENDPOINT, "", form, &reply);
    assert_int_equal(reply.status, 200);
    add_token(all, world_member(&reply, "id_token", token, sizeof token));
}

static void name_sam(void)
{
    struct store *store = rooms_store(stage.world.rooms);
    struct guid tenant;
    struct user sam;

    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(store, tenant, SLICE(SAM), &sam)));
    snprintf(sam.given_name, sizeof sam.given_name, "Sam");
    snprintf(sam.surname, sizeof sam.surname, "Example");
    const struct store_write named = { .kind = WRITE_USER_PUT, .user = &sam };
    assert_true(err_is_ok(store_write(store, &named, 1)));
}

static void test_claims(void **state)
{
    json_t *all = json_object();
    const json_t *claim;
    size_t i;

    (void)state;
    sign_in_once();
    name_sam();
    add_answer(all, "code+id_token");
    add_answer(all, "id_token+token");
    add_redeemed(all);
    json_array_foreach(list("claims_supported"), i, claim)
    {
        if (json_object_get(all, json_string_value(claim)) == NULL)
            fail_msg("no token has %s", json_string_value(claim));
    }
    json_decref(all);
}

/* ---- how clients prove who they are ---- */

static const struct {
    const char *method;
    const char *headers;
    const char *form; /* NULL: signed */
} proofs[] = {
    { "client_secret_post", "", "client_id=" WORLD_APP_WEB SECRET },
    { "client_secret_basic",
      "Authorization: Basic M2Y4YjdjNjYtM2ExZC00ZjVlLTljNDItN2QyZTBiOWE4YzMzOndlYi1zZWNyZXR+b2YucGV0c3RvcmUrMQ==\r\n",
      "x=" },
    { "private_key_jwt", "", NULL },
    { "none", "", "client_id=" WORLD_APP },
};

static void sign(char out[ASSERTION_TEXT + PATH])
{
    char claims[1024], text[ASSERTION_TEXT];

    snprintf(claims, sizeof claims,
             "{\"aud\":\"%s\",\"iss\":\"" WORLD_APP_WEB "\",\"sub\":\"" WORLD_APP_WEB
             "\",\"jti\":\"j\",\"nbf\":%d,\"exp\":%d}",
             member("token_endpoint"), WORLD_START, WORLD_START + 600);
    assertion_make("PS256", KEY_RSA, "{\"alg\":\"PS256\",\"x5t#S256\":\"" X5T_S256_RSA "\"}", claims, text);
    snprintf(out, ASSERTION_TEXT + PATH,
             "client_id=%s&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
             "&client_assertion=%s",
             WORLD_APP_WEB, text);
}

/* Who proves who it is gets a token; a public client gets as far as its code. */
static void test_client_methods(void **state)
{
    static char form[ASSERTION_TEXT + 2 * PATH], proof[ASSERTION_TEXT + PATH];
    const json_t *methods = list("token_endpoint_auth_methods_supported");
    struct world_reply reply;

    (void)state;
    assert_int_equal(json_array_size(methods), sizeof proofs / sizeof proofs[0]);
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
        bool advertised = false;
        for (size_t k = 0; k < json_array_size(methods); k++)
            advertised = advertised || strcmp(json_string_value(json_array_get(methods, k)), proofs[i].method) == 0;
        assert_true(advertised);
        sign(proof);
        bool is_public = strcmp(proofs[i].method, "none") == 0;
        snprintf(form, sizeof form, "%s&grant_type=%s", proofs[i].form == NULL ? proof : proofs[i].form,
                 is_public ? "urn:ietf:params:oauth:grant-type:device_code&device_code=x"
                           : "client_credentials&scope=https://graph.microsoft.com/.default");
        world_post(&stage.world, TOKEN_ENDPOINT, proofs[i].headers, form, &reply);
        assert_int_equal(reply.status, is_public ? 400 : 200);
        assert_true(!is_public || strstr(reply.body, "bad_verification_code") != NULL);
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
                                        cmocka_unit_test(test_claims),
                                        cmocka_unit_test(test_client_methods),
                                        cmocka_unit_test(test_algorithms),
                                        cmocka_unit_test(test_what_clients_need) };

    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
