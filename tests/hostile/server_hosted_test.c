/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the hosted pages by what is asked of them: where answers may go, what is reflected, what pages may load, sizes,
 * forged sign-outs (RFC 6749, 10; RFC 9700; spec OIDC, 2, 3, 6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hosted_attack.h"

/* ---- where answers may go ---- */

static void test_redirect_tricks(void **state)
{
    static const char *const tricks[] = {
#define TRICK(uri) uri,
#include "support/redirect_tricks.def"
#undef TRICK
    };
    static char query[4096];
    struct buf out;

    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++) {
        buf_init(&out, query, sizeof query);
        form_put(&out, SLICE("redirect_uri"), slice_of(tricks[i]));
        buf_puts(&out, "&client_id=" WORLD_APP_WEB "&response_type=code&scope=openid&state=s");
        buf_putc(&out, '\0');
        const char *target;
        target = JOINED(AUTHORIZE, query);
        browser_open(*state, target);
        is_stopped(*state, tricks[i]);
        target = JOINED(AUTHORIZE, query, "&prompt=none"); /* nor with its error */
        browser_open(*state, target);
        is_stopped(*state, tricks[i]);
        target = JOINED("/petstore/oauth2/v2.0/logout?post_logout_", query);
        browser_open(*state, target);
        assert_string_equal(((struct browser *)*state)->location, "");
    }
}

/* Not an error at the address, but a page: nobody knows whose address it is. */
static void test_requests_of_nobody(void **state)
{
    static const char *const targets[] = {
        "/petstore/oauth2/v2.0/authorize",
        AUTHORIZE,
        AUTHORIZE "response_type=code&redirect_uri=" LOOPBACK,
        AUTHORIZE "client_id=x&response_type=code&scope=openid&redirect_uri=" LOOPBACK,
        AUTHORIZE
        "client_id=00000000-0000-0000-0000-000000000001&response_type=code&scope=openid&redirect_uri=" LOOPBACK,
        AUTHORIZE "client_id=" WORLD_OTHER_CODE "&response_type=code&scope=openid&redirect_uri=" LOOPBACK,
        "/kennel/oauth2/v2.0/authorize?" BASE, /* the other tenant */
        "/nowhere/oauth2/v2.0/authorize?" BASE,
        AUTHORIZE BASE "&client_id=" WORLD_APP_WEB, /* which of the two? */
        AUTHORIZE BASE "&redirect_uri=https%3A%2F%2Fevil.test",
        AUTHORIZE "client_id=" WORLD_APP_PASSWORD
                  "&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fweb.example"
                  "%2Fcallback",                                             /* another application's */
        AUTHORIZE "client_id=" WORLD_APP "&response_type=code&scope=openid", /* it has several */
        AUTHORIZE BASE "&x=%00",
        AUTHORIZE BASE "&x=%ff",
    };

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        browser_open(*state, targets[i]);
        is_stopped(*state, targets[i]);
    }
}

/* Told to the application, with `iss` against mix-up (RFC 9207), and without a code. */
static void test_refused_requests(void **state)
{
    static const struct {
        const char *more, *error;
    } rows[] = {
        { "&state=s&state=t", "invalid_request" },
        { "&prompt=none+login", "invalid_request" },
        { "&prompt=evil", "invalid_request" },
        { "&request=eyJhbGciOiJub25lIn0.e30.", "request_not_supported" },
        { "&request_uri=https%3A%2F%2Fevil.test", "request_uri_not_supported" },
        { "&response_mode=web_message", "invalid_request" },
        { "&code_challenge_method=S256", "invalid_request" }, /* half of PKCE */
        { "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=none", "invalid_request" },
        { "&code_challenge=short&code_challenge_method=S256", "invalid_request" },
        { "&nonce=n&response_mode=fragment&max_age=-1", "invalid_request" },
        { "&claims=%5B", "invalid_request" },
        { "&prompt=none", "login_required" },
        { "&prompt=none&sid=00000000-0000-0000-0000-000000000001", "login_required" },
    };
    struct browser *b = *state;
    char value[256];
    const char *target;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        target = JOINED(AUTHORIZE BASE, rows[i].more);
        browser_open(b, target);
        assert_int_equal(b->reply.status, 302);
        assert_string_equal(browser_answer(b, "error", value, sizeof value), rows[i].error);
        assert_string_equal(browser_answer(b, "code", value, sizeof value), "");
        assert_string_equal(browser_answer(b, "iss", value, sizeof value),
                            "https://login.example/" WORLD_TENANT "/v2.0");
        assert_int_equal(strncmp(b->location, "http://localhost/", 17), 0);
    }
}

/* The scope decides before anybody is asked for a password. */
static void test_scopes_not_permitted(void **state)
{
    static const char *const scopes[] = { "openid+api%3A%2F%2Fpets%2FPets.Delete", "Mail.Read", "openid+%22" };
    char value[64];
    const char *target;

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        target =
            JOINED(AUTHORIZE "client_id=" WORLD_APP_PASSWORD "&redirect_uri=" LOOPBACK "&response_type=code&scope=",
                   scopes[i]);
        browser_open(*state, target);
        assert_string_not_equal(browser_answer(*state, "error", value, sizeof value), "");
    }
}

/* ---- what is reflected ---- */

static void test_nothing_breaks_out(void **state)
{
    static const char *const evil[] = {
        "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%27%20onfocus%3Dalert(1)%20x%3D%27",
        "%3C%2Ftitle%3E%3Cb%3E",
        "%7B%7Bconstructor%7D%7D",
        "javascript%3Aalert(1)",
        "%26lt%3Bscript%26gt%3B",
        "%E2%80%AE%3Cimg+src%3Dx%3E",
    };
    struct browser *b = *state;
    const char *target, *typed;

    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        target = JOINED(AUTHORIZE BASE "&prompt=login&login_hint=", evil[i], "&ui_locales=", evil[i]);
        browser_open(b, target);
        assert_null(strstr(b->reply.body, "<script>alert"));
        assert_null(strstr(b->reply.body, "<img"));
        assert_null(strstr(b->reply.body, "</title><b>"));
        assert_null(strstr(b->reply.body, "' onfocus"));
        typed = JOINED("do=next&username=", evil[i]);
        browser_submit(b, typed);
        assert_null(strstr(b->reply.body, "<script>alert"));
        assert_null(strstr(b->reply.body, "<img"));
        target = JOINED(AUTHORIZE BASE "&response_mode=form_post&prompt=none&state=", evil[i]);
        browser_open(b, target);
        assert_int_equal(b->reply.status, 200);
        assert_null(strstr(b->reply.body, "<script>alert"));
        assert_null(strstr(b->reply.body, "</title><b>"));
        typed = JOINED("user_code=", evil[i]);
        browser_send(b, "POST", "/devicelogin", typed);
        assert_null(strstr(b->reply.body, "<script>alert"));
        assert_null(strstr(b->reply.body, "<img"));
    }
}

/* A line break in what comes back is a byte of the value, never a header. */
static void test_header_injection(void **state)
{
    static const char *const evil[] = { "%0d%0aSet-Cookie:+x%3D1", "%0aX-Evil:1", "%0d", "a%0d%0a%0d%0a%3Cb%3E",
                                        "%e5%98%8a%e5%98%8dX-Evil:1" };
    struct browser *b = *state;
    char value[256];
    const char *target;

    sign_in(b);
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        target = JOINED(AUTHORIZE BASE "&state=", evil[i]);
        browser_open(b, target);
        assert_int_equal(b->reply.status, 302);
        assert_null(strcasestr(b->reply.head, "\nX-Evil"));
        assert_null(strcasestr(b->reply.head, "\nSet-Cookie: x"));
        assert_string_not_equal(browser_answer(b, "state", value, sizeof value), "");
        target = JOINED("/petstore/oauth2/v2.0/logout?post_logout_redirect_uri=" LOOPBACK "&state=", evil[i]);
        browser_open(b, target);
        assert_null(strcasestr(b->reply.head, "\nX-Evil"));
        sign_in(b);
    }
}

/* ---- what pages may do ---- */

static void check_page(const struct browser *b)
{
    char policy[4096], value[256];

    assert_non_null(strstr(b->reply.head, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
    assert_null(strstr(b->reply.head, "application/json")); /* one type, beside cookies, too */
    assert_true(browser_header(b, "Content-Security-Policy", policy, sizeof policy));
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_non_null(strstr(policy, "frame-ancestors 'none'"));
    assert_non_null(strstr(policy, "base-uri 'none'"));
    assert_non_null(strstr(policy, "form-action "));
    assert_null(strstr(policy, "unsafe"));
    assert_null(strstr(policy, "*"));
    assert_true(browser_header(b, "X-Frame-Options", value, sizeof value));
    assert_string_equal(value, "DENY");
    assert_true(browser_header(b, "X-Content-Type-Options", value, sizeof value));
    assert_true(browser_header(b, "Cache-Control", value, sizeof value));
    assert_non_null(strstr(value, "no-store"));
    assert_true(browser_header(b, "Referrer-Policy", value, sizeof value));
    assert_false(browser_header(b, "Cross-Origin-Opener-Policy", value, sizeof value)); /* popups live by it */
    assert_false(browser_header(b, "Access-Control-Allow-Origin", value, sizeof value));
    assert_null(strstr(b->reply.body, " onclick="));
    assert_null(strstr(b->reply.body, "<script>"));
    assert_null(strstr(b->reply.body, "src=\"http"));
}

static void test_policies_of_pages(void **state)
{
    static const char *const targets[] = {
        AUTHORIZE BASE,
        AUTHORIZE BASE "&prompt=create",
        AUTHORIZE BASE "&prompt=none&response_mode=form_post",
        AUTHORIZE,
        "/devicelogin",
        "/petstore/oauth2/v2.0/logout",
    };
    struct browser *b = *state;

    b->headers = "Origin: https://app.example\r\n";
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        browser_open(b, targets[i]);
        check_page(b);
    }
    b->headers = NULL;
    start(b);
    browser_submit(b, TOM);
    check_page(b);
    browser_submit(b, "do=forgot");
    check_page(b);
}

static void test_nonces_differ(void **state)
{
    struct browser *b = *state;
    char first[4096], second[4096];

    start(b);
    (void)browser_header(b, "Content-Security-Policy", first, sizeof first);
    start(b);
    (void)browser_header(b, "Content-Security-Policy", second, sizeof second);
    assert_string_not_equal(first, second);
}

/* The code's address tells nobody where it came from. */
static void test_no_referrer_of_codes(void **state)
{
    char value[64];

    sign_in(*state);
    assert_true(browser_header(*state, "Referrer-Policy", value, sizeof value));
    assert_string_equal(value, "no-referrer");
}

/* ---- methods, sizes ---- */

static void test_methods_and_sizes(void **state)
{
    struct browser *b = *state;
    static char big[34000];

    start(b);
    browser_send(b, "GET", INTERACT, "");
    assert_int_equal(b->reply.status, 405);
    browser_send(b, "PUT", "/petstore/oauth2/v2.0/authorize", "");
    assert_int_equal(b->reply.status, 405);
    memset(big, 'a', 33000);
    memcpy(big, "state=", 6);
    browser_send(b, "POST", "/petstore/oauth2/v2.0/authorize", big);
    assert_int_equal(b->reply.status, 413);
    assert_false(is_signed_in(b));
}

/* The longest request that is legal goes all the way. */
static void test_largest_request(void **state)
{
    static char form[16384];
    struct browser *b = *state;
    char value[LIMIT_STATE + 1];

    int at = snprintf(form, sizeof form, "%s",
                      BASE "&ui_locales=en&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                           "&code_challenge_method=S256&state=");
    memset(form + at, 's', LIMIT_STATE);
    form[at + LIMIT_STATE] = '\0';
    browser_send(b, "POST", "/petstore/oauth2/v2.0/authorize", form);
    assert_int_equal(b->reply.status, 200);
    browser_submit(b, TOM);
    browser_submit(b, RIGHT);
    assert_int_equal(b->reply.status, 302);
    assert_int_equal(strlen(browser_answer(b, "state", value, sizeof value)), LIMIT_STATE);
}

/* ---- sign-out ---- */

static void test_forged_sign_outs(void **state)
{
    static const char *const hints[] = {
        "id_token_hint=x",
        "id_token_hint=eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0.",
        "id_token_hint=eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiJ4In0.AAAA",
        "session=00000000-0000-0000-0000-000000000001",
        ("post_logout_redirect_uri=https%3A%2F%2Fweb.example%2Fcallback&client_id=" WORLD_APP_PASSWORD),
        "post_logout_redirect_uri=javascript%3Aalert(1)",
        "post_logout_redirect_uri=%2F%2Fevil.test",
    };
    struct browser *b = *state;
    const char *target;

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        target = JOINED("/petstore/oauth2/v2.0/logout?", hints[i]);
        browser_open(b, target);
        assert_int_equal(b->reply.status, 200);
        assert_string_equal(b->location, "");
        assert_null(strstr(b->reply.body, "evil.test"));
        assert_null(strstr(b->reply.body, "javascript:"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_redirect_tricks),      ATTACK(test_requests_of_nobody), ATTACK(test_refused_requests),
        ATTACK(test_scopes_not_permitted), ATTACK(test_nothing_breaks_out), ATTACK(test_header_injection),
        ATTACK(test_policies_of_pages),    ATTACK(test_nonces_differ),      ATTACK(test_no_referrer_of_codes),
        ATTACK(test_methods_and_sizes),    ATTACK(test_largest_request),    ATTACK(test_forged_sign_outs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
