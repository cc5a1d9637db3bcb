/* SPDX-License-Identifier: Apache-2.0 */
/* Codes handed to the operator's extensions, onOtpSend and onSmsSend, by a running server (spec OIDC, 11.5). */
#include "support/world_extension.h"

enum { FORM = 4096, TOKEN = 1024 };

static const struct answer takes_it = { "200 OK", NULL, NULL, ACTION("OtpSend", "continueWithDefaultBehavior", ""),
                                        0,        0,    0 };

/* What came, once it was answered. */
static void wait_for_calls(const struct answer_server *server, size_t n)
{
    for (int i = 0; i < 6000 && atomic_load(&server->served) < n; i++)
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    assert_int_equal(atomic_load(&server->served), n);
}

static void says(const char *request, const char *name, const char *value)
{
    char member[256];

    snprintf(member, sizeof member, "\"%s\":\"%s\"", name, value);
    if (strstr(request, member) == NULL)
        fail_msg("no %s in %s", member, request);
}

static void test_mail(void **state)
{
    struct world *w = *state;
    struct answer_server server;
    char token[TOKEN], code[16];

    answer_server_start(&server, &takes_it, 1);
    struct extension e = extension(EXTENSION_OTP_SEND, server.origin, EXTENSION_AUTH_TOKEN);
    e.applications = (struct slices){ (const struct slice[]){ SLICE(WORLD_APP) }, 1 };
    declare(w, &e, 1);
    world_signin_start(w, WORLD_APP_ES256, "sam@example.org", token, code); /* not that application's */
    world_advance(w, 60);
    world_signin_start(w, WORLD_APP, "sam@example.org", token, code);
    wait_for_calls(&server, 1);
    const char *request = server.requests[0];
    says(request, "type", "microsoft.graph.authenticationEvent.emailOtpSend");
    says(request, "identifier", "sam@example.org");
    says(request, "oneTimeCode", code);
    says(request, "requestType", "signIn");
    says(request, "appId", WORLD_APP);
    says(request, "tenantId", WORLD_TENANT);
    says(request, "locale", "en");
    assert_non_null(strstr(request, "\r\nAuthorization: Bearer eyJ"));
    assert_int_equal(answer_server_stop(&server), 1);
}

static void test_purposes(void **state)
{
    struct world *w = *state;
    const struct answer answers[] = { takes_it, takes_it };
    struct answer_server server;
    struct world_reply reply;
    char token[TOKEN], form[FORM];

    answer_server_start(&server, answers, 2);
    const struct extension e = extension(EXTENSION_OTP_SEND, server.origin, EXTENSION_AUTH_NONE);
    declare(w, &e, 1);
    post(w, "/signup/v1.0/start", "client_id=" WORLD_APP "&username=new%40example.org&challenge_type=oob+redirect",
         &reply);
    world_member(&reply, "continuation_token", token, sizeof token);
    snprintf(form, sizeof form, "client_id=" WORLD_APP "&continuation_token=%s", token);
    assert_int_equal(post(w, "/signup/v1.0/challenge", form, &reply), 200);
    wait_for_calls(&server, 1);
    says(server.requests[0], "requestType", "signUp");
    post(w, "/resetpassword/v1.0/start",
         "client_id=" WORLD_APP_PASSWORD "&username=tom%40example.org&challenge_type=oob+redirect", &reply);
    world_member(&reply, "continuation_token", token, sizeof token);
    snprintf(form, sizeof form, "client_id=" WORLD_APP_PASSWORD "&continuation_token=%s", token);
    assert_int_equal(post(w, "/resetpassword/v1.0/challenge", form, &reply), 200);
    wait_for_calls(&server, 2);
    says(server.requests[1], "requestType", "forgotPassword");
    assert_int_equal(answer_server_stop(&server), 2);
}

static void test_text_message(void **state)
{
    struct world *w = *state;
    struct answer_server server;
    struct world_reply reply;
    char token[TOKEN], form[FORM], code[16];

    answer_server_start(&server, &takes_it, 1);
    const struct extension e = extension(EXTENSION_SMS_SEND, server.origin, EXTENSION_AUTH_NONE);
    declare(w, &e, 1);
#define APP "client_id=" WORLD_APP_FACTOR
    static const struct {
        const char *path, *form;
    } steps[] = {
        { "/oauth2/v2.0/initiate", APP "&username=tom%40example.org&challenge_type=oob+password+redirect"
                                       "&capabilities=mfa_required+registration_required" },
        { "/oauth2/v2.0/challenge", APP },
        { "/oauth2/v2.0/token", APP "&grant_type=password&password=" WORLD_PASSWORD "&scope=openid" },
        { "/register/v1.0/introspect", APP },
        { "/register/v1.0/challenge", APP "&challenge_type=oob&challenge_channel=sms&challenge_target=%2B4790000001" },
    };
    token[0] = '\0';
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        snprintf(form, sizeof form, "%s%s%s", steps[i].form, i == 0 ? "" : "&continuation_token=", token);
        post(w, steps[i].path, form, &reply);
        world_member(&reply, "continuation_token", token, sizeof token);
        if (token[0] == '\0')
            fail_msg("%s: %s", steps[i].path, reply.body);
    }
    wait_for_calls(&server, 1);
    assert_true(world_code(w, "+4790000001", 0, code, NULL));
    says(server.requests[0], "type", "microsoft.graph.authenticationEvent.smsOtpSend");
    says(server.requests[0], "identifier", "+4790000001");
    says(server.requests[0], "oneTimeCode", code);
    assert_int_equal(answer_server_stop(&server), 1);
}

static int open_world(void **state)
{
    static struct world w;

    world_open(&w, &(struct world_options){ .seed = 11, .plain_hooks = true });
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
    const struct CMUnitTest tests[] = { TEST(test_mail), TEST(test_purposes), TEST(test_text_message) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
