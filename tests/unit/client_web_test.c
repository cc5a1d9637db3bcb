/* SPDX-License-Identifier: Apache-2.0 */
/* Web sign-ins: the address, what the browser brings back, the code's redemption and the id token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkce.h"
#include "support/web_visit.h"

#define WEB_TOKENS                                                                                \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid profile offline_access\",\"expires_in\":4199," \
    "\"access_token\":\"a.b.c\",\"refresh_token\":\"1.r\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"e30\"}"

static void expect_failure(const struct doorcode_web *web, enum doorcode_error_kind kind)
{
    assert_int_equal(doorcode_web_state(web), DOORCODE_WEB_FAILED);
    const struct doorcode_error *error = doorcode_web_error(web);
    if (error->kind != kind)
        fail_msg("%s: %s", doorcode_error_name(error->kind), error->description);
    assert_null(doorcode_web_tokens(web));
    assert_true(strlen(error->correlation_id) == 36);
    assert_true(strlen(error->message) > 0 && strlen(error->advice) > 0);
}

static void the_challenge_of_the_rfc(void **state)
{
    (void)state;
    struct pkce_text challenge; /* RFC 7636, appendix B */
    assert_true(pkce_challenge(SLICE("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), &challenge));
    assert_string_equal(challenge.c, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void the_address(void **state)
{
    (void)state;
    const struct doorcode_web_options options = { .login_hint = "sam+x@example.org",
                                                  .prompt = "login",
                                                  .query = "ui_locales=de&dc=EUW" };
    struct web_session s;
    char expected[2048];
    char texts[3][64];
    static const char *const names[] = { "state", "nonce", "code_challenge" };
    web_begin(&s, NULL, 0, &options);
    for (size_t i = 0; i < COUNT(names); i++) {
        web_param(s.web, names[i], texts[i], sizeof texts[i]);
        assert_int_equal(strlen(texts[i]), 43); /* 256 bits each */
    }
    assert_string_not_equal(texts[0], texts[1]);
    snprintf(expected, sizeof expected,
             "%s/" TENANT_ID "/oauth2/v2.0/authorize?client_id=" TENANT_CLIENT "&response_type=code&redirect_uri=http"
             "%%3A%%2F%%2Flocalhost%%3A%d&response_mode=query&scope=openid%%20profile%%20offline_access&state=%s&nonce="
             "%s&code_challenge=%s&code_challenge_method=S256&login_hint=sam%%2Bx%%40example.org&prompt=login&client_"
             "info=1&client-request-id=",
             s.base.server.origin, web_port(s.web), texts[0], texts[1], texts[2]);
    const char *url = doorcode_web_url(s.web);
    assert_memory_equal(url, expected, strlen(expected));
    snprintf(expected, sizeof expected, "%s&ui_locales=de&dc=EUW", doorcode_web_correlation_id(s.web));
    assert_string_equal(url + strlen(url) - strlen(expected), expected);
    web_end(&s, 0);
}

static void each_attempt_has_its_own(void **state)
{
    (void)state;
    struct web_session s;
    struct doorcode_web *other;
    char first[64];
    char second[64];
    web_begin(&s, NULL, 0, NULL);
    assert_int_equal(doorcode_web_start(s.base.client, NULL, &other), DOORCODE_WEB_OPEN); /* the tenant is known */
    static const char *const names[] = { "state", "nonce", "code_challenge" };
    for (size_t i = 0; i < COUNT(names); i++) {
        web_param(s.web, names[i], first, sizeof first);
        web_param(other, names[i], second, sizeof second);
        assert_string_not_equal(first, second);
    }
    assert_int_not_equal(web_port(s.web), web_port(other));
    assert_int_equal(s.tenant.metadata_asked, 1);
    doorcode_web_free(other);
    web_end(&s, 0);
}

/* The whole: page, code, verifier that fits the challenge, tokens. */
static void a_whole_sign_in(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    struct web_session s;
    char page[4096];
    char challenge[64];
    struct pkce_text hash;
    char expected[256];
    web_begin(&s, answers, 1, NULL);
    web_param(s.web, "code_challenge", challenge, sizeof challenge);
    assert_int_equal(web_visit(s.web, "/favicon.ico", NULL), 404);
    assert_int_equal(web_visit(s.web, "/?code=1.c%2B&state={state}&session_state=5", page), 200);
    assert_non_null(strstr(page, "You can close this window"));
    assert_non_null(strstr(page, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(page, "\r\nReferrer-Policy: no-referrer\r\n"));
    assert_null(strstr(page, "1.c"));
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    assert_string_equal(doorcode_web_tokens(s.web)->access_token, "a.b.c");
    assert_true(doorcode_web_tokens(s.web)->received_at > 0);
    assert_null(doorcode_web_error(s.web));
    const char *request = s.base.server.requests[0];
    snprintf(expected, sizeof expected,
             "client_id=" TENANT_CLIENT "&grant_type=authorization_code&code=1.c%%2B&redirect_uri=http%%3A%%2F%%2Flocal"
             "host%%3A%d&code_verifier=",
             web_port(s.web));
    assert_non_null(strstr(request, "POST /" TENANT_ID "/oauth2/v2.0/token HTTP/1.1\r\n"));
    assert_non_null(strstr(request, expected));
    assert_true(pkce_challenge(slice_bytes(strstr(request, "code_verifier=") + 14, 43), &hash));
    assert_string_equal(hash.c, challenge);
    web_end(&s, 1);
}

/* ---- what the browser brings back ---- */

static const struct {
    const char *target;
    int status;
    int kind; /* -1: nothing has happened, it is still awaited */
} visits[] = {
    { "/", 400, -1 },
    { "/?", 400, -1 },
    { "/?code=c", 400, -1 },
    { "/?code=c&state=", 400, -1 },
    { "/?code=c&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 400, -1 },
    { "/?code=c&state={state}x", 400, -1 },
    { "/?code=c&State={state}", 400, -1 },
    { "/?code=c&state={state}&state=x", 400, -1 },
    { "/?code=c&state=%zz{state}", 400, -1 },
    { "/?error=access_denied&state=other", 400, -1 },
    { "/other?code=c&state={state}", 404, -1 },
    { "//?code=c&state={state}", 404, -1 },
    { "/%2e?code=c&state={state}", 404, -1 },
    { "/?state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=c&code=d&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=%00&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=a%0d%0ab&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=c%4&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
    { "/?code=c&state={state}&iss=https%3A%2F%2Fevil.example", 200, DOORCODE_ERROR_MIXED_UP },
    { "/?error=access_denied&state={state}&iss=https%3A%2F%2Fevil.example", 200, DOORCODE_ERROR_MIXED_UP },
    { "/?error=access_denied&error_subcode=cancel&state={state}", 200, DOORCODE_ERROR_CANCELLED },
    { "/?error=access_denied&error_description=AADSTS65004%3A+declined&state={state}", 200, DOORCODE_ERROR_CANCELLED },
    { "/?error=access_denied&state={state}", 200, DOORCODE_ERROR_BLOCKED },
    { "/?code=c&error=access_denied&state={state}", 200, DOORCODE_ERROR_BLOCKED },
    { "/?error=login_required&error_description=AADSTS50058&state={state}", 200, DOORCODE_ERROR_INTERACTION_REQUIRED },
    { "/?error=interaction_required&state={state}", 200, DOORCODE_ERROR_INTERACTION_REQUIRED },
    { "/?error=invalid_scope&state={state}", 200, DOORCODE_ERROR_INVALID_SCOPE },
    { "/?error=unauthorized_client&state={state}", 200, DOORCODE_ERROR_CLIENT_NOT_FOUND },
    { "/?error=server_error&state={state}", 200, DOORCODE_ERROR_SERVER },
    { "/?error=temporarily_unavailable&state={state}", 200, DOORCODE_ERROR_THROTTLED },
    { "/?error=something_new&state={state}", 200, DOORCODE_ERROR_PROTOCOL },
};

static void each_visit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(visits); i++) {
        struct web_session s;
        web_begin(&s, NULL, 0, NULL);
        int status = web_visit(s.web, visits[i].target, NULL);
        if (status != visits[i].status)
            fail_msg("%s: %d", visits[i].target, status);
        web_finish(s.web);
        if (visits[i].kind < 0)
            assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_OPEN);
        else
            expect_failure(s.web, (enum doorcode_error_kind)visits[i].kind);
        web_end(&s, 0);
    }
}

static void the_servers_words_are_kept(void **state)
{
    (void)state;
    struct web_session s;
    char page[4096];
    web_begin(&s, NULL, 0, NULL);
    assert_int_equal(
        web_visit(s.web,
                  "/?error=invalid_request&error_description=AADSTS900144%3A+A+parameter+is+missing.&state={state}",
                  page),
        200);
    assert_non_null(strstr(page, "You are not signed in"));
    assert_null(strstr(page, "AADSTS")); /* nothing of what came is shown in the browser */
    web_finish(s.web);
    expect_failure(s.web, DOORCODE_ERROR_INVALID_REQUEST);
    assert_string_equal(doorcode_web_error(s.web)->error, "invalid_request");
    assert_string_equal(doorcode_web_error(s.web)->description, "AADSTS900144: A parameter is missing.");
    assert_int_equal(doorcode_web_error(s.web)->code_count, 1);
    assert_int_equal(doorcode_web_error(s.web)->codes[0], 900144);
    web_end(&s, 0);
}

/* RFC 9207: a server that says it names itself has to. */
static bool names_issuer;

static char *naming_metadata(void *ctx, const char *origin, const char *request)
{
    char *page = tenant_page(ctx, origin, request);
    if (page == NULL || strstr(request, "openid-configuration") == NULL || !names_issuer)
        return page;
    json_t *root = json_loads(page, 0, NULL);
    json_object_set_new(root, "authorization_response_iss_parameter_supported", json_true());
    free(page);
    page = json_dumps(root, 0);
    json_decref(root);
    return page;
}

static void the_issuer_in_the_answer(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    static const struct {
        bool declared;
        bool given;
        bool good;
    } rows[] = { { false, false, true }, { false, true, true }, { true, true, true }, { true, false, false } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct web_session s;
        char target[512];
        names_issuer = rows[i].declared;
        web_begin_with(&s, answers, 1, NULL, naming_metadata);
        snprintf(target, sizeof target, "/?code=c&state={state}%s%s%s", rows[i].given ? "&iss=" : "",
                 rows[i].given ? s.base.server.origin : "", rows[i].given ? "/" TENANT_ID "/v2.0" : "");
        assert_int_equal(web_visit(s.web, target, NULL), 200);
        web_finish(s.web);
        if (rows[i].good)
            assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_COMPLETED);
        else
            expect_failure(s.web, DOORCODE_ERROR_MIXED_UP);
        web_end(&s, rows[i].good ? 1 : 0);
    }
}

/* ---- redemption ---- */

static const struct {
    struct answer answer;
    enum doorcode_error_kind kind;
    size_t requests;
} redemptions[] = {
    { NO("{\"error\":\"invalid_grant\",\"error_codes\":[54005],\"error_description\":\"AADSTS54005: redeemed\"}"),
      DOORCODE_ERROR_INVALID_GRANT, 1 },
    { NO("{\"error\":\"invalid_grant\",\"error_codes\":[501481]}"), DOORCODE_ERROR_INVALID_GRANT, 1 },
    { NO("{\"error\":\"invalid_client\",\"error_codes\":[7000218]}"), DOORCODE_ERROR_CLIENT_NOT_FOUND, 1 },
    { { .status = "503 Service Unavailable", .body = "{}" }, DOORCODE_ERROR_SERVER, 1 }, /* not asked again */
    { { .status = "200 OK", .type = "text/html", .body = "<html>" }, DOORCODE_ERROR_PROTOCOL, 1 },
    { { .status = "200 OK", .body = "{\"challenge_type\":\"redirect\"}" }, DOORCODE_ERROR_PROTOCOL, 1 },
    { { .status = NULL }, DOORCODE_ERROR_UNREACHABLE, 1 },
    { NO("{\"error\":\"invalid_grant\",\"suberror\":\"mfa_required\",\"continuation_token\":\"m\"}"),
      DOORCODE_ERROR_PROTOCOL, 1 },
    { YES("{\"token_type\":\"Bearer\",\"access_token\":\"a\"}"), DOORCODE_ERROR_INVALID_TOKEN, 1 }, /* no id token */
    { YES("{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":\"eyJhbGciOiJub25lIn0.e30.\"}"),
      DOORCODE_ERROR_INVALID_TOKEN, 1 },
};

static void each_redemption(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(redemptions); i++) {
        struct web_session s;
        web_begin(&s, &redemptions[i].answer, 1, NULL);
        assert_int_equal(web_visit(s.web, "/?code=c&state={state}", NULL), 200);
        web_finish(s.web);
        expect_failure(s.web, redemptions[i].kind);
        web_end(&s, redemptions[i].requests);
    }
}

static void the_nonce_is_looked_at(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    static const char *const nonces[] = { NULL, "", "another" };
    for (size_t i = 0; i < COUNT(nonces); i++) {
        struct web_session s;
        web_begin(&s, answers, 1, NULL);
        s.tenant.nonce = nonces[i];
        web_visit(s.web, "/?code=c&state={state}", NULL);
        web_finish(s.web);
        expect_failure(s.web, DOORCODE_ERROR_INVALID_TOKEN);
        assert_string_equal(doorcode_web_error(s.web)->description, "the id token was made for another sign-in");
        web_end(&s, 1);
    }
}

static void newer_keys_are_asked_for_once(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    for (int more = 0; more < 2; more++) {
        struct web_session s;
        web_begin(&s, answers, 1, NULL);
        EVP_PKEY_free(
            s.tenant.keys[TENANT_ES256]); /* rolled since the client looked, under the name of the former one */
        s.tenant.keys[TENANT_ES256] = tenant_key(TENANT_ES256);
        s.tenant.kid_suffix = "-new";
        s.tenant.keys_hidden = more > 0 ? 10 : 0;
        web_visit(s.web, "/?code=c&state={state}", NULL);
        web_finish(s.web);
        if (more > 0)
            expect_failure(s.web, DOORCODE_ERROR_INVALID_TOKEN);
        else
            assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_COMPLETED);
        assert_int_equal(s.tenant.keys_asked, 2);
        web_end(&s, 1);
    }
}

/* ---- other ways ---- */

static void an_address_is_fed(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    struct web_session s;
    char own[64];
    char address[512];
    web_begin(&s, answers, 1, NULL);
    web_param(s.web, "state", own, sizeof own);
    static const char *const strays[] = { "", "?", "hello", "http://localhost:1/?code=c&state=x", "https://x/#state" };
    for (size_t i = 0; i < COUNT(strays); i++)
        assert_int_equal(doorcode_web_feed(s.web, strays[i]), DOORCODE_WEB_OPEN);
    snprintf(address, sizeof address, " http://localhost:5/?code=c&state=%s#x ", own);
    assert_int_equal(doorcode_web_feed(s.web, address), DOORCODE_WEB_FINISHING);
    assert_true(web_connect(AF_INET, web_port(s.web)) < 0); /* nobody else is awaited */
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    assert_int_equal(doorcode_web_feed(s.web, address), DOORCODE_WEB_COMPLETED);
    web_end(&s, 1);
}

static void a_path_of_its_own(void **state)
{
    (void)state;
    static const struct answer answers[] = { YES(WEB_TOKENS) };
    const struct doorcode_web_options options = { .path = "/signed-in" };
    struct web_session s;
    web_begin(&s, answers, 1, &options);
    assert_non_null(strstr(doorcode_web_redirect_uri(s.web), "/signed-in"));
    assert_non_null(strstr(doorcode_web_url(s.web), "%2Fsigned-in&"));
    assert_int_equal(web_visit(s.web, "/?code=c&state={state}", NULL), 404);
    assert_int_equal(web_visit(s.web, "/signed-in?code=c&state={state}", NULL), 200);
    assert_int_equal(web_finish(s.web), DOORCODE_WEB_COMPLETED);
    web_end(&s, 1);
}

static void nobody_comes_back(void **state)
{
    (void)state;
    struct web_session s;
    web_begin(&s, NULL, 0, &(struct doorcode_web_options){ .timeout_ms = CLIENT_WEB_MS / 2 });
    int port = web_port(s.web);
    assert_in_range(s.web->deadline - http_ticks(), 1, CLIENT_WEB_MS / 2);
    s.web->deadline = http_ticks() + 300;
    assert_int_equal(doorcode_web_run(s.web), DOORCODE_WEB_FAILED);
    expect_failure(s.web, DOORCODE_ERROR_TIMEOUT);
    assert_true(web_connect(AF_INET, port) < 0);
    web_end(&s, 0);
}

static void the_port_is_taken(void **state)
{
    (void)state;
    struct web_session s;
    struct doorcode_web *other;
    web_begin(&s, NULL, 0, NULL);
    const struct doorcode_web_options options = { .port = (unsigned)web_port(s.web) };
    assert_int_equal(doorcode_web_start(s.base.client, &options, &other), DOORCODE_WEB_FAILED);
    expect_failure(other, DOORCODE_ERROR_NO_PORT);
    doorcode_web_free(other);
    web_end(&s, 0);
}

static void options_that_do_not_fit(void **state)
{
    (void)state;
    static char long_text[2000];
    memset(long_text, 'a', sizeof long_text - 1);
    const struct doorcode_web_options rows[] = {
        { .prompt = "" },
        { .prompt = "login consent" },
        { .prompt = "select_account", .login_hint = "sam@example.org" },
        { .login_hint = long_text },
        { .path = "signed-in" },
        { .query = "a b" },
        { .query = "a=1#b" },
        { .path = "/a b" },
        { .path = "/a?b" },
        { .path = "/a%20" },
        { .port = 65536 },
        { .timeout_ms = -1 },
    };
    struct web_session s;
    web_begin(&s, NULL, 0, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct doorcode_web *web;
        assert_int_equal(doorcode_web_start(s.base.client, &rows[i], &web), DOORCODE_WEB_FAILED);
        expect_failure(web, DOORCODE_ERROR_USAGE);
        assert_null(doorcode_web_url(web));
        doorcode_web_free(web);
    }
    web_end(&s, 0);
}

static void nothing_without_a_tenant(void **state)
{
    (void)state;
    static const struct answer answers[] = { { .status = "404 Not Found", .body = "" } };
    struct doorcode_options options;
    struct session session = { 0 };
    struct doorcode_web *web;
    char authority[128];
    answer_server_start(&session.server, answers, 1);
    snprintf(authority, sizeof authority, "%s/petstore", session.server.origin);
    doorcode_options_init(&options);
    options.authority = authority;
    options.client_id = TENANT_CLIENT;
    assert_null(doorcode_client_new(&options, &session.client));
    assert_int_equal(doorcode_web_start(session.client, NULL, &web), DOORCODE_WEB_PREPARING);
    assert_null(doorcode_web_url(web));
    assert_int_equal(doorcode_web_run(web), DOORCODE_WEB_FAILED);
    expect_failure(web, DOORCODE_ERROR_NOT_AVAILABLE);
    doorcode_web_free(web);
    session_end(&session, NULL, 1);
    assert_int_equal(doorcode_web_step(NULL), DOORCODE_WEB_FAILED);
    assert_int_equal(doorcode_web_error(NULL)->kind, DOORCODE_ERROR_NO_MEMORY);
    doorcode_web_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_challenge_of_the_rfc),
        cmocka_unit_test(the_address),
        cmocka_unit_test(each_attempt_has_its_own),
        cmocka_unit_test(a_whole_sign_in),
        cmocka_unit_test(each_visit),
        cmocka_unit_test(the_servers_words_are_kept),
        cmocka_unit_test(the_issuer_in_the_answer),
        cmocka_unit_test(each_redemption),
        cmocka_unit_test(the_nonce_is_looked_at),
        cmocka_unit_test(newer_keys_are_asked_for_once),
        cmocka_unit_test(an_address_is_fed),
        cmocka_unit_test(a_path_of_its_own),
        cmocka_unit_test(nobody_comes_back),
        cmocka_unit_test(the_port_is_taken),
        cmocka_unit_test(options_that_do_not_fit),
        cmocka_unit_test(nothing_without_a_tenant),
    };
    return cmocka_run_group_tests_name("client: web sign-in", tests, NULL, NULL);
}
