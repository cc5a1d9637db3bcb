/* SPDX-License-Identifier: Apache-2.0 */
/* Hints of applications over HTTP (spec OIDC, 2.1, 6.1, 6.2): id tokens of this server that name an account at the
 * authorization endpoint and at sign-out; what a sign-out may do without being asked; front-channel addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/code_client.h"

#include "wire/login_hint.h"

#define AUTHORIZE "/petstore/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id="
#define LOGOUT "/petstore/oauth2/v2.0/logout?"
#define WEB WORLD_APP_WEB "&redirect_uri=https%3A%2F%2Fweb.example%2Fcallback"
#define BACK "post_logout_redirect_uri=https%3A%2F%2Fweb.example%2Fsigned-out"

enum { TOKEN = 4096, PATH = 8192, RESEND = 31 /* seconds until a user gets another code */ };

struct stage {
    struct world w;
    struct browser b;
    uint64_t mail;
};

static struct stage *stage_open(uint64_t seed)
{
    static struct stage s;

    memset(&s, 0, sizeof s);
    world_open(&s.w, &(struct world_options){ .seed = seed });
    s.b.world = &s.w;
    return &s;
}

static int go(struct stage *s, const char *target, const char *more)
{
    static char path[PATH];
    int n = snprintf(path, sizeof path, "%s%s", target, more);

    assert_in_range(n, 1, sizeof path - 1);
    return browser_get(&s->b, path);
}

/* Where the last answer sends the browser begins so, and holds that. */
static void check_sent(struct stage *s, const char *to, const char *holds)
{
    char mark[256];

    snprintf(mark, sizeof mark, "\r\nLocation: %s", to);
    assert_int_equal(s->b.reply.status, 302);
    assert_non_null(strstr(s->b.reply.head, mark));
    assert_non_null(strstr(s->b.reply.head, holds));
}

/* In the browser, at the Web application. */
static void sign_in(struct stage *s, const char *user)
{
    char code[16], form[128];

    world_advance(&s->w, RESEND);
    assert_int_equal(go(s, AUTHORIZE WEB, "&prompt=login"), 200);
    snprintf(form, sizeof form, "do=next&username=%s", user);
    assert_int_equal(browser_press(&s->b, form), 200);
    assert_true(world_code(&s->w, user, s->mail, code, &s->mail));
    snprintf(form, sizeof form, "do=next&oob=%s", code);
    assert_int_equal(browser_press(&s->b, form), 302);
}

/* From the native API: another session than the browser's, the same user. */
static void tokens_of(struct stage *s, const char *app, const char *user, char id[TOKEN], char access[TOKEN])
{
    struct world_reply reply;
    char token[1024], code[16];

    world_advance(&s->w, RESEND);
    world_signin_start(&s->w, app, user, token, code);
    assert_true(world_code(&s->w, user, s->mail, code, &s->mail));
    world_signin_token(&s->w, app, token, code, &reply);
    assert_int_equal(reply.status, 200);
    world_member(&reply, "id_token", id, TOKEN);
    world_member(&reply, "access_token", access, TOKEN);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

/* ---- sign-in ---- */

#define NATIVE WORLD_APP_ES256 "&redirect_uri=http%3A%2F%2Flocalhost"

static void test_id_token_hint(void **state)
{
    static char id[TOKEN], access[TOKEN], foreign[TOKEN], more[TOKEN + 64];
    struct stage *s = stage_open(71);

    (void)state;
    tokens_of(s, WORLD_APP, "sam@example.org", foreign, access);
    tokens_of(s, WORLD_APP_ES256, "sam@example.org", id, access);
    /* nobody is signed in: the field is filled in */
    snprintf(more, sizeof more, "&prompt=none&id_token_hint=%s", id);
    go(s, AUTHORIZE NATIVE, more);
    check_sent(s, "http://localhost/?error=login_required", "AADSTS50058");
    sign_in(s, "kim@example.org");
    go(s, AUTHORIZE NATIVE, "&prompt=none");
    check_sent(s, "http://localhost/?code=", "");
    /* kim is, who is not meant */
    go(s, AUTHORIZE NATIVE, more);
    check_sent(s, "http://localhost/?error=login_required", "AADSTS50058");
    sign_in(s, "sam@example.org");
    go(s, AUTHORIZE NATIVE, more);
    check_sent(s, "http://localhost/?code=", "");
    /* expired is fine */
    world_advance(&s->w, 4000);
    go(s, AUTHORIZE NATIVE, more);
    check_sent(s, "http://localhost/?code=", "");
    /* another application's, an access token, nonsense */
    const char *const bad[] = { foreign, access, "x.y.z" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(more, sizeof more, "&prompt=none&id_token_hint=%s", bad[i]);
        go(s, AUTHORIZE NATIVE, more);
        check_sent(s, "http://localhost/?error=invalid_request", "AADSTS50027");
    }
    world_close(&s->w);
}

/* The claim of the id token that the Web application gets for whom the browser answers now. */
static void claim_of_id_token(struct stage *s, char out[64])
{
    char code[512], form[1024], token[TOKEN];
    struct world_reply reply;

    (void)browser_answer(&s->b, "code", code, sizeof code);
    snprintf(form, sizeof form, "client_id=%s&grant_type=authorization_code&code=%s%s", WEB, code, SECRET);
    world_post(&s->w, TOKEN_ENDPOINT, "", form, &reply);
    assert_int_equal(reply.status, 200);
    json_t *claims = code_claims(world_member(&reply, "id_token", token, sizeof token));
    snprintf(out, 64, "%s", code_claim(claims, "login_hint"));
    json_decref(claims);
}

static void test_login_hint(void **state)
{
    struct stage *s = stage_open(72);
    char more[128], hint[64];
    struct guid user;

    (void)state;
    sign_in(s, "kim@example.org");
    claim_of_id_token(s, hint);
    assert_true(login_hint_parse(slice_of(hint), &user));
    sign_in(s, "sam@example.org");
    go(s, AUTHORIZE WEB, "&prompt=none");
    check_sent(s, "https://web.example/callback?error=login_required", "");
    snprintf(more, sizeof more, "&prompt=none&login_hint=%s", hint);
    go(s, AUTHORIZE WEB, more);
    check_sent(s, "https://web.example/callback?code=", "");
    /* a domain for federation that is not configured changes nothing */
    snprintf(more, sizeof more, "&prompt=none&domain_hint=example.org&login_hint=%s", hint);
    go(s, AUTHORIZE WEB, more);
    check_sent(s, "https://web.example/callback?code=", "");
    /* it signs out whom it means, and tells no page her address */
    snprintf(more, sizeof more, "logout_hint=%s", hint);
    assert_int_equal(go(s, LOGOUT, more), 200);
    snprintf(more, sizeof more, "&login_hint=%s", hint);
    assert_int_equal(go(s, AUTHORIZE WEB, more), 200);
    assert_string_equal(browser_page(&s->b), "sign_in");
    assert_null(strstr(s->b.reply.body, "kim@"));
    assert_null(strstr(s->b.reply.body, hint));
    assert_int_equal(go(s, AUTHORIZE WEB, "&login_hint=kim@example.org"), 200);
    assert_non_null(strstr(s->b.reply.body, "kim@example.org"));
    world_close(&s->w);
}

static void test_max_age(void **state)
{
    struct stage *s = stage_open(73);

    (void)state;
    sign_in(s, "sam@example.org");
    world_advance(&s->w, 100);
    go(s, AUTHORIZE WEB, "&max_age=100");
    check_sent(s, "https://web.example/callback?code=", "");
    assert_int_equal(go(s, AUTHORIZE WEB, "&max_age=99"), 200);
    assert_string_equal(browser_page(&s->b), "sign_in");
    go(s, AUTHORIZE WEB, "&max_age=99&prompt=none");
    check_sent(s, "https://web.example/callback?error=login_required", "");
    /* proved anew, the same request is answered */
    sign_in(s, "sam@example.org");
    go(s, AUTHORIZE WEB, "&max_age=99&prompt=none");
    check_sent(s, "https://web.example/callback?code=", "");
    assert_int_equal(go(s, AUTHORIZE WEB, "&max_age=0"), 200);
    world_close(&s->w);
}

static void test_a_page_has_one_type(void **state)
{
    struct stage *s = stage_open(74);

    (void)state;
    assert_int_equal(go(s, AUTHORIZE WEB, ""), 200);
    assert_non_null(strstr(s->b.reply.head, "\r\nSet-Cookie: "));
    assert_int_equal(count(s->b.reply.head, "\r\nContent-Type: "), 1);
    assert_non_null(strstr(s->b.reply.head, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
    world_close(&s->w);
}

/* ---- sign-out ---- */

static bool is_signed_in(struct stage *s)
{
    go(s, AUTHORIZE WEB, "&prompt=none");
    return strstr(s->b.reply.head, "?code=") != NULL;
}

/* The session's applications are told by a frame each, so the page stands between. */
static void test_sign_out(void **state)
{
    struct stage *s = stage_open(75);

    (void)state;
    sign_in(s, "sam@example.org");
    assert_true(is_signed_in(s));
    assert_int_equal(go(s, LOGOUT BACK "&state=a%3D", ""), 200);
    assert_non_null(strstr(s->b.reply.body, "src=\"https://web.example/front-channel?sid="));
    assert_non_null(strstr(s->b.reply.body, "iss=https%3A%2F%2Flogin.example%2F" WORLD_TENANT "%2Fv2.0\""));
    assert_non_null(strstr(s->b.reply.body, "href=\"https://web.example/signed-out?state=a%3D\""));
    assert_non_null(strstr(s->b.reply.head, "frame-src https://web.example"));
    assert_false(is_signed_in(s));
    /* nobody is there: done, and back */
    go(s, LOGOUT BACK "&state=a%3D", "");
    check_sent(s, "https://web.example/signed-out?state=a%3D\r\n", "");
    /* not registered: a page, and nowhere */
    assert_int_equal(go(s, LOGOUT "post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F", ""), 200);
    assert_int_equal(go(s, LOGOUT BACK "&client_id=" WORLD_APP_SPA, ""), 200);
    world_close(&s->w);
}

static void test_whose_hint(void **state)
{
    static char id[TOKEN], access[TOKEN], more[TOKEN + 256];
    struct stage *s = stage_open(76);

    (void)state;
    tokens_of(s, WORLD_APP_ES256, "kim@example.org", id, access);
    sign_in(s, "sam@example.org");
    /* kim is meant, who is not here: sam is asked */
    snprintf(more, sizeof more, "id_token_hint=%s", id);
    assert_int_equal(go(s, LOGOUT, more), 200);
    assert_true(is_signed_in(s));
    /* it says that it is another application than the hint's */
    snprintf(more, sizeof more, "%s&client_id=" WORLD_APP_WEB "&id_token_hint=%s", BACK, id);
    assert_int_equal(go(s, LOGOUT, more), 400);
    assert_true(is_signed_in(s));
    /* her own hint needs no question */
    sign_in(s, "kim@example.org");
    snprintf(more, sizeof more, "id_token_hint=%s", id);
    assert_int_equal(go(s, LOGOUT, more), 200);
    assert_true(is_signed_in(s)); /* sam alone */
    world_close(&s->w);
}

/* Another site cannot answer the question for the user, whatever it sends. */
static void test_who_is_asked_answers(void **state)
{
    struct stage *s = stage_open(77);
    char asked[64], form[256];

    (void)state;
    sign_in(s, "kim@example.org");
    sign_in(s, "sam@example.org");
    assert_int_equal(go(s, LOGOUT "do=all", ""), 200);
    assert_int_equal(browser_post(&s->b, "/petstore/oauth2/v2.0/logout", "do=all"), 200);
    assert_string_not_equal(browser_field(&s->b, "asked", asked, sizeof asked), "");
    assert_int_equal(go(s, AUTHORIZE WEB, "&prompt=none&login_hint=sam@example.org"), 302);
    assert_non_null(strstr(s->b.reply.head, "?code="));
    snprintf(form, sizeof form, "do=all&asked=AAAAAAAAAAAAAAAAAAAAAA");
    assert_int_equal(browser_post(&s->b, "/petstore/oauth2/v2.0/logout", form), 200);
    assert_int_equal(go(s, AUTHORIZE WEB, "&prompt=none&login_hint=sam@example.org"), 302);
    assert_non_null(strstr(s->b.reply.head, "?code="));
    snprintf(form, sizeof form, "do=all&asked=%s", asked);
    assert_int_equal(browser_post(&s->b, "/petstore/oauth2/v2.0/logout", form), 200);
    go(s, AUTHORIZE WEB, "&prompt=none&login_hint=sam@example.org");
    check_sent(s, "https://web.example/callback?error=login_required", "");
    go(s, AUTHORIZE WEB, "&prompt=none&login_hint=kim@example.org");
    check_sent(s, "https://web.example/callback?error=login_required", "");
    world_close(&s->w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id_token_hint),
        cmocka_unit_test(test_login_hint),
        cmocka_unit_test(test_max_age),
        cmocka_unit_test(test_a_page_has_one_type),
        cmocka_unit_test(test_sign_out),
        cmocka_unit_test(test_whose_hint),
        cmocka_unit_test(test_who_is_asked_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
