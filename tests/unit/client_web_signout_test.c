/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-outs at the server's pages (OpenID Connect RP-Initiated Logout 1.0). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/web_visit.h"

#define ID_TOKEN "e30.e30.c2ln"

static void begin(struct web_session *s, const char *id_token, const struct doorcode_web_options *options,
                  char *(*page)(void *ctx, const char *origin, const char *request))
{
    web_prepare(s, NULL, 0, page);
    if (doorcode_web_signout_start(s->base.client, id_token, options, &s->web) == DOORCODE_WEB_PREPARING)
        doorcode_web_run(s->web);
}

static void the_browser_goes_there_and_comes_back(void **state)
{
    (void)state;
    const struct doorcode_web_options options = { .login_hint = "sam@example.org", .query = "ui_locales=de" };
    struct web_session s;
    char expected[1024];
    char sent[64];
    begin(&s, ID_TOKEN, &options, tenant_page);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_OPEN);
    web_param(s.web, "state", sent, sizeof sent);
    snprintf(expected, sizeof expected,
             "%s/" TENANT_ID "/oauth2/v2.0/logout?client_id=" TENANT_CLIENT "&post_logout_redirect_uri=http%%3A%%2F%%2F"
             "localhost%%3A%d&state=%s&id_token_hint=" ID_TOKEN "&logout_hint=sam%%40example.org&client-request-id=%s&"
             "ui_locales=de",
             s.base.server.origin, web_port(s.web), sent, doorcode_web_correlation_id(s.web));
    assert_string_equal(doorcode_web_url(s.web), expected);
    assert_int_equal(web_visit(s.web, "/?state=another", NULL), 400);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_OPEN);
    assert_int_equal(web_visit(s.web, "/?state={state}", NULL), 200);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_COMPLETED);
    assert_null(doorcode_web_tokens(s.web));
    assert_null(doorcode_web_error(s.web));
    web_end(&s, 0); /* the token endpoint was not asked */
}

static void nobody_in_particular(void **state)
{
    (void)state;
    struct web_session s;
    begin(&s, NULL, NULL, tenant_page);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_OPEN);
    assert_null(strstr(doorcode_web_url(s.web), "hint"));
    web_end(&s, 0);
}

/* The tenant's metadata with another end_session_endpoint; NULL: without. */
static char *page_with(const char *endpoint, void *ctx, const char *origin, const char *request)
{
    char *body = tenant_page(ctx, origin, request);
    json_t *page = body != NULL ? json_loads(body, 0, NULL) : NULL;
    if (json_object_get(page, "end_session_endpoint") != NULL) {
        json_object_del(page, "end_session_endpoint");
        if (endpoint != NULL)
            json_object_set_new(page, "end_session_endpoint", json_string(endpoint));
        free(body);
        body = json_dumps(page, JSON_COMPACT);
    }
    json_decref(page);
    return body;
}

static char *page_without(void *ctx, const char *origin, const char *request)
{
    return page_with(NULL, ctx, origin, request);
}

static char *page_elsewhere(void *ctx, const char *origin, const char *request)
{
    return page_with("https://evil.example/logout", ctx, origin, request);
}

static void a_tenant_without_such_pages(void **state)
{
    (void)state;
    struct web_session s;
    begin(&s, NULL, NULL, page_without);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_FAILED);
    assert_int_equal(doorcode_web_error(s.web)->kind, DOORCODE_ERROR_NOT_AVAILABLE);
    web_end(&s, 0);
}

static void an_address_elsewhere(void **state)
{
    (void)state;
    struct web_session s;
    begin(&s, NULL, NULL, page_elsewhere);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_FAILED);
    assert_int_equal(doorcode_web_error(s.web)->kind, DOORCODE_ERROR_PROTOCOL);
    web_end(&s, 0);
}

static void a_hint_too_long(void **state)
{
    (void)state;
    static char token[CLIENT_TOKEN + 2];
    struct web_session s;
    memset(token, 'a', sizeof token - 1);
    begin(&s, token, NULL, tenant_page);
    assert_int_equal(doorcode_web_state(s.web), DOORCODE_WEB_FAILED);
    assert_int_equal(doorcode_web_error(s.web)->kind, DOORCODE_ERROR_USAGE);
    web_end(&s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_browser_goes_there_and_comes_back),
        cmocka_unit_test(nobody_in_particular),
        cmocka_unit_test(a_tenant_without_such_pages),
        cmocka_unit_test(an_address_elsewhere),
        cmocka_unit_test(a_hint_too_long),
    };
    return cmocka_run_group_tests_name("client: web sign-out", tests, NULL, NULL);
}
