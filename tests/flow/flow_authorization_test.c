/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization requests: what each parameter may be, what is told first, and the bytes they travel as (spec OIDC, 2.1). */
#include "flow/authorization.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOOD "response_type=code&redirect_uri=https%3A%2F%2Fweb.example%2Fcb&scope=openid"
#define TO "redirect_uri=https%3A%2F%2Fweb.example%2Fcb&"
#define CHALLENGE_43 "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static const struct redirect_uri registered[] = {
    { PLATFORM_WEB, SLICE("https://web.example/cb") },
    { PLATFORM_SPA, SLICE("http://localhost:3000") },
};
static struct application app = {
    .redirect_uris = registered, .redirect_uri_count = 2, .id_token_issuance = true, .access_token_issuance = true
};

static _Alignas(16) char block[65536];

struct parsed {
    struct authorization request;
    enum error_id address; /* of authorization_address */
    enum error_id rest;    /* of authorization_parse, where the address is good */
    struct slice detail;
};

static struct parsed parse(const char *query)
{
    struct parsed p;
    struct arena arena;
    struct form form;

    memset(&p, 0, sizeof p);
    arena_init(&arena, block, sizeof block);
    assert_true(err_is_ok(form_parse(slice_of(query), &arena, &form)));
    p.address = authorization_address(&form, &app, &p.request);
    if (p.address == ERROR_NONE)
        p.rest = authorization_parse(&form, &app, &p.request, &p.detail);
    return p;
}

static void test_addresses(void **state)
{
    static const struct {
        const char *query;
        enum error_id wrong;
    } cases[] = {
        { GOOD, ERROR_NONE },
        { "response_type=code&scope=openid", ERROR_REDIRECT_URI_MISSING },
        { "redirect_uri=https%3A%2F%2Fweb.example%2Fevil", ERROR_REDIRECT_URI_UNKNOWN },
        { "redirect_uri=https%3A%2F%2Fweb.example%2Fcb&redirect_uri=https%3A%2F%2Fweb.example%2Fcb",
          ERROR_REDIRECT_URI_UNKNOWN },
        { "redirect_uri=https%3A%2F%2Fweb.example%2Fcb&redirect_uri=https%3A%2F%2Fevil.test%2F",
          ERROR_REDIRECT_URI_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(parse(cases[i].query).address, cases[i].wrong);
    app.redirect_uri_count = 1;
    struct parsed p = parse("response_type=code&scope=openid");
    app.redirect_uri_count = 2;
    assert_int_equal(p.address, ERROR_NONE); /* the only one */
    assert_true(slice_eq(p.request.redirect_uri, registered[0].uri));
    assert_int_equal(p.request.platform, PLATFORM_WEB);
}

static const struct {
    const char *query;
    enum error_id wrong;
} parameters[] = {
    { GOOD, ERROR_NONE },
    { GOOD "&unknown=1&x-client-SKU=msal.js.browser", ERROR_NONE },
    { GOOD "&state=a&state=b", ERROR_PARAMETER_REPEATED },
    { GOOD "&unknown=1&unknown=2", ERROR_PARAMETER_REPEATED },
    { GOOD "&request=eyJ", ERROR_REQUEST_OBJECT_UNSUPPORTED },
    { GOOD "&request_uri=https%3A%2F%2Fx", ERROR_REQUEST_URI_UNSUPPORTED },
    { GOOD "&resource=https%3A%2F%2Fx", ERROR_RESOURCE_UNSUPPORTED },
    /* response_type, response_mode */
    { TO "response_type=&scope=openid", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=code+code&scope=openid", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=CODE&scope=openid", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=none&scope=openid", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=code+token&scope=openid", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=code+id_token+token&scope=openid&nonce=n", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=id_token&scope=openid&nonce=n", ERROR_NONE },
    { TO "response_type=code+id_token&scope=openid&nonce=n", ERROR_NONE },
    { TO "response_type=id_token+code&scope=openid&nonce=n", ERROR_NONE },
    { TO "response_type=token&scope=User.Read", ERROR_NONE },
    { TO "response_type=id_token+token&scope=openid&nonce=n", ERROR_NONE },
    { TO "response_type=id_token&scope=openid", ERROR_NONCE_MISSING },
    { TO "response_type=id_token&scope=profile&nonce=n", ERROR_RESPONSE_TYPE_UNSUPPORTED },
    { TO "response_type=id_token&scope=openid&nonce=n&response_mode=query", ERROR_RESPONSE_MODE_UNSUPPORTED },
    { TO "response_type=token&scope=openid&response_mode=query", ERROR_RESPONSE_MODE_UNSUPPORTED },
    { GOOD "&response_mode=query", ERROR_NONE },
    { GOOD "&response_mode=fragment", ERROR_NONE },
    { GOOD "&response_mode=form_post", ERROR_NONE },
    { GOOD "&response_mode=web_message", ERROR_RESPONSE_MODE_UNSUPPORTED },
    { GOOD "&response_mode=Query", ERROR_RESPONSE_MODE_UNSUPPORTED },
    /* scope */
    { TO "response_type=code", ERROR_PARAMETER_MISSING },
    { TO "response_type=code&scope=++", ERROR_PARAMETER_MISSING },
    /* prompt, hints */
    { GOOD "&prompt=none", ERROR_NONE },
    { GOOD "&prompt=login+select_account", ERROR_NONE },
    { GOOD "&prompt=create", ERROR_NONE },
    { GOOD "&prompt=none+login", ERROR_PROMPT_UNKNOWN },
    { GOOD "&prompt=login+login", ERROR_PROMPT_UNKNOWN },
    { GOOD "&prompt=attack", ERROR_PROMPT_UNKNOWN },
    { GOOD "&prompt=NONE", ERROR_PROMPT_UNKNOWN },
    { GOOD "&prompt=select_account&login_hint=a%40b.c", ERROR_HINT_WITH_SELECT },
    { GOOD "&prompt=login&login_hint=a%40b.c", ERROR_NONE },
    /* PKCE */
    { GOOD "&code_challenge=" CHALLENGE_43 "&code_challenge_method=S256", ERROR_NONE },
    { GOOD "&code_challenge=" CHALLENGE_43 "&code_challenge_method=plain", ERROR_NONE },
    { GOOD "&code_challenge=" CHALLENGE_43, ERROR_NONE },
    { GOOD "&code_challenge=" CHALLENGE_43 "&code_challenge_method=s256", ERROR_CHALLENGE_METHOD_INVALID },
    { GOOD "&code_challenge=" CHALLENGE_43 "&code_challenge_method=none", ERROR_CHALLENGE_METHOD_INVALID },
    { GOOD "&code_challenge_method=S256", ERROR_CODE_CHALLENGE_INVALID },
    { GOOD "&code_challenge=short&code_challenge_method=S256", ERROR_CODE_CHALLENGE_INVALID },
    { GOOD "&code_challenge=" CHALLENGE_43 "%3D&code_challenge_method=S256", ERROR_CODE_CHALLENGE_INVALID },
    { GOOD "&code_challenge=" CHALLENGE_43 CHALLENGE_43 CHALLENGE_43 "&code_challenge_method=S256",
      ERROR_CODE_CHALLENGE_INVALID },
    /* max_age, claims */
    { GOOD "&max_age=0", ERROR_NONE },
    { GOOD "&max_age=4294967295", ERROR_NONE },
    { GOOD "&max_age=4294967296", ERROR_REQUEST_MALFORMED },
    { GOOD "&max_age=-1", ERROR_REQUEST_MALFORMED },
    { GOOD "&max_age=1.5", ERROR_REQUEST_MALFORMED },
    { GOOD "&claims=%7B%22id_token%22%3A%7B%22auth_time%22%3A%7B%7D%7D%7D", ERROR_NONE },
    { GOOD "&claims=%7B%7D", ERROR_NONE },
    { GOOD "&claims=%5B%5D", ERROR_CLAIMS_MALFORMED },
    { GOOD "&claims=%7B", ERROR_CLAIMS_MALFORMED },
};

static void test_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        struct parsed p = parse(parameters[i].query);
        assert_int_equal(p.address, ERROR_NONE);
        if (p.rest != parameters[i].wrong)
            fail_msg("'%s': %d (%.*s)", parameters[i].query, p.rest, SLICE_ARGS(p.detail));
    }
}

/* One byte more than each may have. */
static void test_lengths(void **state)
{
    static const struct {
        const char *name;
        size_t max;
    } limits[] = { { "state", LIMIT_STATE },
                   { "nonce", LIMIT_NONCE },
                   { "scope", LIMIT_SCOPE - 1 },
                   { "login_hint", LIMIT_EMAIL },
                   { "ui_locales", LIMIT_NONCE },
                   { "mkt", LIMIT_NONCE },
                   { "claims", 4096 },
                   { "sid", LIMIT_NONCE } };
    static char query[16384];

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        int at = snprintf(query, sizeof query, "%sresponse_type=code&%s%s=", TO,
                          strcmp(limits[i].name, "scope") == 0 ? "" : "scope=openid&", limits[i].name);
        memset(query + at, 'a', limits[i].max + 1);
        query[(size_t)at + limits[i].max + 1] = '\0';
        struct parsed p = parse(query);
        assert_int_equal(p.rest, ERROR_PARAMETER_TOO_LONG);
        assert_true(slice_eq(p.detail, slice_of(limits[i].name)));
        query[(size_t)at + limits[i].max] = '\0';
        assert_int_not_equal(parse(query).rest, ERROR_PARAMETER_TOO_LONG);
    }
}

static void test_issuance_is_declared(void **state)
{
    (void)state;
    app.id_token_issuance = false;
    assert_int_equal(parse(TO "response_type=id_token&scope=openid&nonce=n").rest, ERROR_ID_TOKEN_NOT_ENABLED);
    assert_int_equal(parse(TO "response_type=code+id_token&scope=openid&nonce=n").rest, ERROR_ID_TOKEN_NOT_ENABLED);
    app.id_token_issuance = true;
    app.access_token_issuance = false;
    assert_int_equal(parse(TO "response_type=token&scope=openid").rest, ERROR_ACCESS_TOKEN_NOT_ENABLED);
    assert_int_equal(parse(TO "response_type=id_token+token&scope=openid&nonce=n").rest,
                     ERROR_ACCESS_TOKEN_NOT_ENABLED);
    app.access_token_issuance = true;
}

static void test_what_is_read(void **state)
{
    (void)state;
    struct parsed p = parse("redirect_uri=http%3A%2F%2Flocalhost%3A4000&response_type=code+id_token&scope=openid+a&"
                            "state=s%20%26&nonce=n&client_info=1&mkt=de&login_hint=+sam%40example.org+&"
                            "claims=%7B%22id_token%22%3A%7B%22auth_time%22%3Anull%7D%7D&sid=x&prompt=login");
    assert_int_equal(p.rest, ERROR_NONE);
    assert_int_equal(p.request.platform, PLATFORM_SPA);
    assert_int_equal(p.request.mode, MODE_FRAGMENT);
    assert_int_equal(p.request.response_types, RESPONSE_CODE | RESPONSE_ID_TOKEN);
    assert_int_equal(p.request.prompts, PROMPT_LOGIN);
    assert_true(p.request.client_info);
    assert_true(slice_eq(p.request.state, SLICE("s &")));
    assert_true(slice_eq(p.request.ui_locales, SLICE("de")));
    assert_true(slice_eq(p.request.login_hint, SLICE("sam@example.org")));
    assert_false(p.request.has_max_age);
    p = parse(GOOD "&max_age=7&response_mode=form_post");
    assert_true(p.request.has_max_age && p.request.auth_time && p.request.max_age == 7);
    assert_int_equal(p.request.mode, MODE_FORM_POST);
}

/* ---- bytes ---- */

static struct authorization full_request(void)
{
    struct authorization a;

    memset(&a, 0, sizeof a);
    memset(a.tenant_id.b, 1, 16);
    memset(a.client_id.b, 2, 16);
    memset(a.correlation_id.b, 3, 16);
    memset(a.binding, 4, sizeof a.binding);
    a.platform = PLATFORM_WEB;
    a.response_types = RESPONSE_CODE | RESPONSE_ID_TOKEN;
    a.mode = MODE_FORM_POST;
    a.prompts = PROMPT_LOGIN;
    a.client_info = a.auth_time = a.has_max_age = true;
    a.max_age = 4294967295U;
    a.device_id = 0x8000000000000001ULL;
    a.started_at = 1800000000;
    a.redirect_uri = SLICE("https://web.example/cb");
    a.scope = SLICE("openid profile");
    a.state = SLICE("state");
    a.nonce = SLICE("nonce");
    a.code_challenge = SLICE(CHALLENGE_43);
    a.login_hint = SLICE("sam@example.org");
    a.sid = SLICE("sid");
    a.ui_locales = SLICE("de en");
    return a;
}

static struct slice packed(const struct authorization *a)
{
    static char space[AUTHORIZATION_MAX];
    struct buf out;

    buf_init(&out, space, sizeof space);
    assert_true(err_is_ok(authorization_pack(a, &out)));
    return buf_slice(&out);
}

static void test_there_and_back(void **state)
{
    struct authorization a = full_request(), b;
    char again[AUTHORIZATION_MAX];

    (void)state;
    struct slice bytes = packed(&a);
    memcpy(again, bytes.p, bytes.n);
    struct slice first = slice_bytes(again, bytes.n);
    assert_true(err_is_ok(authorization_unpack(first, &b)));
    assert_true(slice_eq(packed(&b), first));
    assert_true(slice_eq(b.ui_locales, a.ui_locales) && slice_eq(b.redirect_uri, a.redirect_uri));
    assert_int_equal(b.max_age, a.max_age);
    assert_true(b.device_id == a.device_id && b.started_at == a.started_at);
}

/* Sealed, so nobody can write such bytes; an older or newer server could. */
static void test_every_cut_is_refused(void **state)
{
    struct authorization a = full_request(), b;
    char longer[AUTHORIZATION_MAX];

    (void)state;
    struct slice bytes = packed(&a);
    for (size_t n = 0; n < bytes.n; n++)
        assert_false(err_is_ok(authorization_unpack(slice_bytes(bytes.p, n), &b)));
    memcpy(longer, bytes.p, bytes.n);
    longer[bytes.n] = 'x';
    assert_false(err_is_ok(authorization_unpack(slice_bytes(longer, bytes.n + 1), &b)));
    longer[0] = 99; /* another version */
    assert_false(err_is_ok(authorization_unpack(slice_bytes(longer, bytes.n), &b)));
}

static void test_too_much_for_a_ticket(void **state)
{
    static char text[AUTHORIZATION_MAX], space[AUTHORIZATION_MAX];
    struct authorization a = full_request();
    struct buf out;

    (void)state;
    memset(text, 'a', sizeof text);
    a.state = slice_bytes(text, sizeof text);
    buf_init(&out, space, sizeof space);
    assert_int_equal(authorization_pack(&a, &out).code, ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_issuance_is_declared),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_too_much_for_a_ticket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
