/* SPDX-License-Identifier: Apache-2.0 */
/* code_client.h: an application that sends a browser to the authorization endpoint and redeems what comes back. Included
 * after cmocka.h. */
#ifndef DOORCODE_TESTS_CODE_CLIENT_H
#define DOORCODE_TESTS_CODE_CLIENT_H

#include "support/browser.h"

#include "base/b64.h"

#include <jansson.h>

/* RFC 7636, appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

#define S256 "code_challenge_method=S256&code_challenge=" CHALLENGE
#define WITH_VERIFIER "&code_verifier=" VERIFIER
#define OPENID "scope=openid+profile+offline_access"

#define TOKEN_ENDPOINT "/petstore/oauth2/v2.0/token"
#define SAM "sam@example.org"

#define SECRET "&client_secret=web-secret~of.petstore%2B1" /* WORLD_SECRET */

/* Where an application is reached, as form values. */
struct code_app {
    const char *client_id;
    const char *redirect_uri;
    const char *origin;      /* of its pages; NULL: it has none */
    const char *credentials; /* "&client_secret=…"; "" */
};

static const struct code_app code_web = { WORLD_APP_WEB, "https%3A%2F%2Fweb.example%2Fcallback", NULL, SECRET };
static const struct code_app code_spa = { WORLD_APP_SPA, "https%3A%2F%2Fspa.example%2F", "https://spa.example", "" };
static const struct code_app code_native = { WORLD_APP_ES256, "http%3A%2F%2Flocalhost%3A4711", NULL, "" };

struct code_session {
    struct world world;
    struct browser browser;
    char code[512];
    struct world_reply reply;
};

static inline void code_open(struct code_session *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    world_open(&s->world, &(struct world_options){ .seed = seed, .plain_hooks = true });
    s->browser.world = &s->world;
}

/* The page's form; one without an address is the page's own. */
static inline void code_submit(struct code_session *s, const char *form)
{
    if (s->browser.action[0] == '\0')
        snprintf(s->browser.action, sizeof s->browser.action, "/petstore/interact");
    browser_submit(&s->browser, form);
}

/* Sam with the code from his mail, where the browser has no session yet. */
static inline void code_sign_in(struct code_session *s)
{
    char form[64];

    code_submit(s, "do=next&username=" SAM);
    if (s->browser.reply.status != 200)
        fail_msg("%s%s", s->browser.reply.head, s->browser.reply.body);
    browser_read_code(&s->browser, SAM);
    snprintf(form, sizeof form, "do=next&oob=%s", s->browser.code);
    code_submit(s, form);
}

/* To the authorization endpoint, with more parameters, and back. */
static inline void code_authorize(struct code_session *s, const struct code_app *app, const char *more)
{
    char target[4096];

    snprintf(target, sizeof target, "/petstore/oauth2/v2.0/authorize?client_id=%s&redirect_uri=%s%s&state=s&%s",
             app->client_id, app->redirect_uri, strstr(more, "response_type=") != NULL ? "" : "&response_type=code",
             more);
    browser_open(&s->browser, target);
    if (s->browser.reply.status == 200)
        code_sign_in(s);
    if (s->browser.reply.status != 302)
        fail_msg("%s%s", s->browser.reply.head, s->browser.reply.body);
    (void)browser_answer(&s->browser, "code", s->code, sizeof s->code);
}

/* POST to the token endpoint: `{code}` in the form is the code; `origin` of the application's pages, if it has some. */
static inline int code_post(struct code_session *s, const struct code_app *app, const char *headers, const char *form)
{
    char text[12288], lines[512] = "";
    const char *hole = strstr(form, "{code}");

    if (hole == NULL)
        snprintf(text, sizeof text, "%s", form);
    else
        snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - form), form, s->code, hole + 6);
    snprintf(lines, sizeof lines, "%s%s%s%s", app->origin != NULL ? "Origin: " : "",
             app->origin != NULL ? app->origin : "", app->origin != NULL ? "\r\n" : "", headers);
    world_post(&s->world, TOKEN_ENDPOINT, lines, text, &s->reply);
    return s->reply.status;
}

/* The redemption as it should be, and more parameters. */
static inline int code_redeem(struct code_session *s, const struct code_app *app, const char *more)
{
    char form[12288];

    snprintf(form, sizeof form, "client_id=%s&grant_type=authorization_code&code={code}&redirect_uri=%s%s%s",
             app->client_id, app->redirect_uri, app->credentials, more);
    return code_post(s, app, "", form);
}

static inline int code_refresh(struct code_session *s, const struct code_app *app, const char *token, const char *more)
{
    char form[12288];

    snprintf(form, sizeof form, "client_id=%s&grant_type=refresh_token&refresh_token=%s%s%s", app->client_id, token,
             app->credentials, more);
    return code_post(s, app, "", form);
}

/* The first of error_codes; 0: there is none. */
static inline long code_error(const struct code_session *s)
{
    const char *at = strstr(s->reply.body, "\"error_codes\":[");

    return at == NULL ? 0 : strtol(at + 15, NULL, 10);
}

/* The claims of a JWT, not verified here; the caller frees them. */
static inline json_t *code_claims(const char *jwt)
{
    char text[8192];
    struct slice rest, signature;
    size_t n;

    (void)slice_cut(slice_of(jwt), '.', &rest);
    if (!b64url_decode(slice_cut(rest, '.', &signature), text, sizeof text, &n))
        fail_msg("no JWT: %s", jwt);
    json_t *claims = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(claims);
    return claims;
}

/* Of the reply's token of that name. */
static inline json_t *code_claims_of(const struct code_session *s, const char *name)
{
    char jwt[8192];

    return code_claims(world_member(&s->reply, name, jwt, sizeof jwt));
}

static inline const char *code_claim(const json_t *claims, const char *name)
{
    const char *text = json_string_value(json_object_get(claims, name));

    return text == NULL ? "" : text;
}

/* ---- claims ---- */

static inline void code_check_claim(const json_t *claims, const char *name, const char *wanted)
{
    if (strcmp(code_claim(claims, name), wanted) != 0)
        fail_msg("%s is '%s', not '%s'", name, code_claim(claims, name), wanted);
}

static inline void code_check_list(const json_t *claims, const char *name, const char *only)
{
    const json_t *list = json_object_get(claims, name);

    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_array_get(list, 0)), only);
}

/* ---- tests with a world of their own ---- */

static struct code_session code_session_of_tests;

static inline int code_set_up(void **state)
{
    code_open(&code_session_of_tests, 41);
    *state = &code_session_of_tests;
    return 0;
}

static inline int code_tear_down(void **state)
{
    struct code_session *s = *state;

    world_close(&s->world);
    return 0;
}

#define CODE_TEST(name) cmocka_unit_test_setup_teardown(name, code_set_up, code_tear_down)

#endif
