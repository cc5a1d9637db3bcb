/* SPDX-License-Identifier: Apache-2.0 */
/* The extension of token issuance (spec OIDC, 11.2) where a browser signs in: asked for a code's tokens and for those of the
 * authorization endpoint, with and without pages before; without its answer nothing is given and nothing is spent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/code_client.h"
#include "support/world_extension.h"

#define GOOD ACTION("TokenIssuanceStart", "provideClaimsForToken", ",\"claims\":{\"Mood\":\"fine\",\"sub\":\"forged\"}")

static const struct code_app hybrid = { WORLD_APP_HYBRID, "https%3A%2F%2Fhybrid.example%2Fcallback", NULL, SECRET };
static const struct answer fails_first[] = { { "500 Oops", NULL, NULL, "{}", 0, 0, 0 },
                                             { "200 OK", NULL, NULL, GOOD, 0, 0, 0 } };

static void start(struct code_session *s, struct answer_server *server, struct extension *e)
{
    answer_server_start(server, fails_first, 2);
    *e = extension(EXTENSION_TOKEN_ISSUANCE, server->origin, EXTENSION_AUTH_NONE);
    declare(&s->world, e, 1);
}

static void check_mood(json_t *claims)
{
    code_check_claim(claims, "Mood", "fine");
    assert_string_not_equal(code_claim(claims, "sub"), "forged");
    json_decref(claims);
}

static void test_a_code(void **state)
{
    struct code_session *s = *state;
    struct answer_server server;
    struct extension e;

    code_authorize(s, &code_web, OPENID);
    start(s, &server, &e);
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 1003000);
    assert_int_equal(code_redeem(s, &code_web, ""), 200);
    check_mood(code_claims_of(s, "id_token"));
    check_mood(code_claims_of(s, "access_token"));
    assert_int_equal(code_redeem(s, &code_web, ""), 400);
    assert_int_equal(code_error(s), 54005); /* nobody is asked about a spent code */
    assert_int_equal(answer_server_stop(&server), 2);
}

static json_t *answered(const struct code_session *s, const char *name)
{
    static char jwt[8192];

    return code_claims(browser_answer(&s->browser, name, jwt, sizeof jwt));
}

#define IMPLICIT "response_type=id_token+token&nonce=abc&scope=openid"

/* A session is there: the answer waits for the extension, and is an error to the application without it. */
static void test_at_once(void **state)
{
    struct code_session *s = *state;
    struct answer_server server;
    struct extension e;
    char text[256];

    code_authorize(s, &code_web, OPENID);
    start(s, &server, &e);
    code_authorize(s, &hybrid, IMPLICIT);
    assert_true(browser_answer(&s->browser, "error", text, sizeof text)[0] != '\0');
    assert_non_null(strstr(browser_answer(&s->browser, "error_description", text, sizeof text), "1003000"));
    assert_string_equal(browser_answer(&s->browser, "id_token", text, sizeof text), "");
    code_authorize(s, &hybrid, IMPLICIT);
    check_mood(answered(s, "id_token"));
    check_mood(answered(s, "access_token"));
    assert_int_equal(answer_server_stop(&server), 2);
}

/* Pages come first: a failure is told on the page, and the code from the mail is good for another try. */
static void test_after_pages(void **state)
{
    struct code_session *s = *state;
    struct answer_server server;
    struct extension e;
    char form[64];

    start(s, &server, &e);
    browser_open(&s->browser, "/petstore/oauth2/v2.0/authorize?client_id=" WORLD_APP_HYBRID
                              "&redirect_uri=https%3A%2F%2Fhybrid.example%2Fcallback&state=s&" IMPLICIT);
    assert_int_equal(s->browser.reply.status, 200);
    code_submit(s, "do=next&username=" SAM);
    browser_read_code(&s->browser, SAM);
    snprintf(form, sizeof form, "do=next&oob=%s", s->browser.code);
    code_submit(s, form);
    assert_int_equal(s->browser.reply.status, 400);
    code_submit(s, form);
    assert_int_equal(s->browser.reply.status, 302);
    check_mood(answered(s, "id_token"));
    assert_int_equal(answer_server_stop(&server), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CODE_TEST(test_a_code),
        CODE_TEST(test_at_once),
        CODE_TEST(test_after_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
