/* SPDX-License-Identifier: Apache-2.0 */
/* The hosted pages as people go through them: every flow that the native API has, with its unhappy turns, and what single
 * sign-on and sign-out add (spec OIDC, 2 and 3). The forms' fields are read off the pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/browser_script.h"

#define APP_LOOPBACK "http%3A%2F%2Flocalhost%3A53000"
#define AT_APP "http://localhost:53000/"
#define ANSWER AT_APP " code !error"
#define WEB_CALLBACK "https%3A%2F%2Fweb.example%2Fcallback"
#define SHOE_SIZE "attr.extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
#define NEXT "do=next"
#define USER(name) NEXT "&username=" name "%40example.org"
#define CODE NEXT "&oob={code}"
#define PASSWORD(word) NEXT "&password=" word
#define NEW_PASSWORD(word) NEXT "&password=" word "&password2=" word

static const struct browser_app app = { "petstore", WORLD_APP, APP_LOOPBACK };
static const struct browser_app web_app = { WORLD_TENANT, WORLD_APP_WEB, WEB_CALLBACK };
static const struct browser_app password_app = { "petstore", WORLD_APP_PASSWORD, APP_LOOPBACK };
static const struct browser_app factor_app = { "petstore", WORLD_APP_FACTOR, APP_LOOPBACK };
static const struct browser_app attributes_app = { "petstore", WORLD_APP_ATTRIBUTES, APP_LOOPBACK };
static const struct browser_app hiding_app = { "kennel", WORLD_OTHER_CODE, APP_LOOPBACK };
static const struct browser_app staying_app = { "aviary", WORLD_THIRD_APP, APP_LOOPBACK };

/* ---- scripts ---- */

static const struct browser_step code_sign_in[] = {
    { OPEN, "state=s1", 200, "sign_in" },
    { SEND, USER("nobody"), 400, "sign_in" },
    { SEND, NEXT "&username=sam", 400, "sign_in" },
    { SEND, USER("SAM"), 200, "code" },
    { CODE_TO, "sam@example.org", 0, NULL },
    { SEND, NEXT "&oob=00000000", 400, "code" },
    { SEND, NEXT "&oob=1234", 400, "code" },
    { SEND, NEXT "&oob=", 400, "code" },
    { SEND, "do=resend", 400, "code" }, /* too early */
    { LATER, "31", 0, NULL },
    { SEND, "do=resend", 200, "code" },
    { CODE_TO, "sam@example.org", 0, NULL },
    { SEND, CODE, 302, ANSWER " state=s1 session_state iss=https://login.example/" WORLD_TENANT "/v2.0" },
    /* single sign-on */
    { OPEN, "state=s2", 302, ANSWER " state=s2" },
    { OPEN, "prompt=none", 302, ANSWER " !state" },
    { OPEN, "login_hint=sam%40example.org&prompt=none", 302, ANSWER },
    { OPEN, "login_hint=kim%40example.org&prompt=none", 302, AT_APP " !code error=login_required iss" },
    { OPEN, "login_hint=kim%40example.org", 200, "sign_in" },
    { OPEN, "prompt=login", 200, "sign_in" },
    { OPEN, "max_age=0", 200, "sign_in" }, /* even within the second */
    { LATER, "1", 0, NULL },
    { OPEN, "max_age=0", 200, "sign_in" },
    { OPEN, "max_age=3600", 302, ANSWER },
    { RESTART, "", 0, NULL },
    { OPEN, "prompt=none&state=x", 302, AT_APP " !code error=login_required state=x" },
};

static const struct browser_step back_and_forth[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, "do=sign_up", 200, "sign_up" },
    { SEND, "do=sign_in", 200, "sign_in" },
    { SEND, USER("kim"), 200, "code" },
    { SEND, "do=back", 200, "sign_in" },
    { SEND, USER("kim"), 400, "sign_in" }, /* the interval holds */
    { LATER, "31", 0, NULL },
    { SEND, USER("kim"), 200, "code" },
    { SEND, "do=cancel", 302, AT_APP " !code error=access_denied" },
};

static const struct browser_step code_sign_up[] = {
    { OPEN, "prompt=create", 200, "sign_up" },
    { SEND, USER("sam"), 400, "sign_up" }, /* exists */
    { SEND, USER("eve"), 200, "code" },
    { CODE_TO, "eve@example.org", 0, NULL },
    { SEND, CODE, 200, "attributes" },
    { SEND, NEXT "&attr.displayName=Eve", 200, "attributes" },
    { SEND, NEXT "&attr.displayName=Eve&" SHOE_SIZE "=123", 400, "attributes" },
    { SEND, NEXT "&attr.displayName=Eve&" SHOE_SIZE "=42&attr.email=other%40example.org&attr.isAdmin=1", 302, ANSWER },
    { OPEN, "prompt=none", 302, ANSWER },
};

static const struct browser_step password_sign_up[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, "do=sign_up", 200, "sign_up" },
    { SEND, USER("fay"), 200, "code" },
    { CODE_TO, "fay@example.org", 0, NULL },
    { SEND, CODE, 200, "new_password" },
    { SEND, NEXT "&password=Red-Lantern-17&password2=Red-Lantern-18", 400, "new_password" },
    { SEND, NEW_PASSWORD("onlylowercase"), 400, "new_password" },
    { SEND, NEW_PASSWORD("Red-Lantern-17"), 302, ANSWER },
};

static const struct browser_step password_sign_in[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("tom"), 200, "password" },
    { SEND, PASSWORD("no"), 400, "password" },
    { SEND, PASSWORD(""), 400, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
};

static const struct browser_step forgotten_password[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("tom"), 200, "password" },
    { SEND, "do=forgot", 200, "reset" },
    { SEND, USER("nobody"), 400, "reset" },
    { SEND, USER("tom"), 200, "code" },
    { CODE_TO, "tom@example.org", 0, NULL },
    { SEND, NEXT "&oob=00000000", 400, "code" },
    { SEND, CODE, 200, "new_password" },
    { SEND, NEW_PASSWORD("onlylowercase"), 400, "new_password" },
    { SEND, NEW_PASSWORD("Red-Lantern-17"), 302, ANSWER },
    { RESTART, "", 0, NULL },
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("tom"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 400, "password" },
    { SEND, PASSWORD("Red-Lantern-17"), 302, ANSWER },
};

static const struct browser_step second_factor[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("mia"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 200, "code" }, /* her only one: no list */
    { CODE_TO, "mia.strong@example.org", 0, NULL },
    { SEND, NEXT "&oob=00000000", 400, "code" },
    { LATER, "31", 0, NULL },
    { SEND, "do=resend", 200, "code" },
    { CODE_TO, "mia.strong@example.org", 0, NULL },
    { SEND, CODE, 302, ANSWER },
    { OPEN, "prompt=none", 302, ANSWER }, /* the session has the factor */
};

static const struct browser_step registration[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("liv"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 200, "contact" },
    { SEND, NEXT "&challenge_channel=sms&challenge_target=%2B47", 400, "contact" },
    { SEND, NEXT "&challenge_channel=sms&challenge_target=%2B19005550100", 400, "contact" },
    { SEND, NEXT "&challenge_channel=sms&challenge_target=%2B19015550100", 400, "contact" },
    { SEND, NEXT "&challenge_channel=pigeon&challenge_target=liv%40example.org", 400, "contact" },
    { SEND, NEXT "&challenge_channel=sms&challenge_target=%2B4790000011", 200, "code" },
    { CODE_TO, "+4790000011", 0, NULL },
    { LATER, "31", 0, NULL },
    { SEND, "do=resend", 200, "code" },
    { CODE_TO, "+4790000011", 0, NULL },
    { SEND, CODE, 302, ANSWER },
};

/* A session without the factor is not enough where one is needed. */
static const struct browser_step step_up[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("mia"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
    { GO,
      "/petstore/oauth2/v2.0/authorize?client_id=" WORLD_APP_FACTOR
      "&response_type=code&scope=openid&prompt=none&redirect_uri=" APP_LOOPBACK,
      302, AT_APP " error=interaction_required !code" },
    { GO,
      "/petstore/oauth2/v2.0/authorize?client_id=" WORLD_APP_FACTOR
      "&response_type=code&scope=openid&redirect_uri=" APP_LOOPBACK,
      200, "sign_in" },
};

/* Unknown people get the same page, and no mail. */
static const struct browser_step hidden_users[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("nobody"), 200, "code" },
    { SEND, NEXT "&oob=12345678", 400, "code" },
};

static const struct browser_step stay_signed_in[] = {
    { OPEN, "state=s", 200, "sign_in" },
    { SEND, USER("tom"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 200, "stay" },
    { SEND, "do=yes", 302, ANSWER " state=s" },
    { LATER, "172800", 0, NULL }, /* two days */
    { OPEN, "prompt=none", 302, ANSWER },
    { LATER, "7776000", 0, NULL }, /* 90 days unused */
    { OPEN, "prompt=none", 302, AT_APP " error=login_required" },
};

static const struct browser_step stay_not[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("ann"), 200, "code" }, /* made by an administrator, without a password */
    { CODE_TO, "ann@example.org", 0, NULL },
    { SEND, CODE, 200, "stay" },
    { SEND, "do=no", 302, ANSWER },
    { OPEN, "prompt=none", 302, ANSWER },
    { LATER, "86400", 0, NULL },
    { OPEN, "prompt=none", 302, AT_APP " error=login_required" },
};

static const struct browser_step sign_out[] = {
    { OPEN, "", 200, "sign_in" },
    { SEND, USER("tom"), 200, "password" },
    { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
    { GO, "/petstore/oauth2/v2.0/logout?post_logout_redirect_uri=" APP_LOOPBACK "&state=bye", 302,
      AT_APP " state=bye" },
    { OPEN, "prompt=none", 302, AT_APP " error=login_required" },
    { GO, "/petstore/oauth2/v2.0/logout", 200, "" }, /* twice is no error */
    { GO, "/petstore/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F", 200, "" },
};

/* After the pages the web application is told in a frame before anything goes on. */
static const struct browser_step front_channel[] = {
    { OPEN, "state=s", 200, "sign_in" },
    { SEND, USER("kim"), 200, "code" },
    { CODE_TO, "kim@example.org", 0, NULL },
    { SEND, CODE, 302, WORLD_WEB_CALLBACK " code state=s" },
    { GO,
      "/petstore/oauth2/v2.0/logout?client_id=" WORLD_APP_WEB
      "&post_logout_redirect_uri=https%3A%2F%2Fweb.example%2Fsigned-out",
      200, "" },
};

#define SCRIPT(rows, app)                                \
    {                                                    \
#rows, &app, rows, sizeof(rows) / sizeof rows[0] \
    }

static const struct {
    const char *name;
    const struct browser_app *app;
    const struct browser_step *rows;
    size_t n;
} scripts[] = {
    SCRIPT(code_sign_in, app),
    SCRIPT(back_and_forth, app),
    SCRIPT(code_sign_up, attributes_app),
    SCRIPT(password_sign_up, password_app),
    SCRIPT(password_sign_in, password_app),
    SCRIPT(forgotten_password, password_app),
    SCRIPT(second_factor, factor_app),
    SCRIPT(registration, factor_app),
    SCRIPT(step_up, password_app),
    SCRIPT(hidden_users, hiding_app),
    SCRIPT(stay_signed_in, staying_app),
    SCRIPT(stay_not, staying_app),
    SCRIPT(sign_out, password_app),
    SCRIPT(front_channel, web_app),
};

static struct world world;

static void run(struct browser *b, const struct browser_app *of, const struct browser_step *rows, size_t n)
{
    browser_run(b, of, rows, n, of->client_id);
}

#define RUN(b, of, rows) run(b, of, rows, sizeof(rows) / sizeof rows[0])

static void test_scripts(void **state)
{
    static struct browser b;

    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        world_open(&world, &(struct world_options){ .seed = 7 });
        memset(&b, 0, sizeof b);
        b.world = &world;
        browser_run(&b, scripts[i].app, scripts[i].rows, scripts[i].n, scripts[i].name);
        world_close(&world);
    }
}

/* ---- what scripts cannot say ---- */

static struct browser *fresh(void)
{
    static struct browser b;

    memset(&b, 0, sizeof b);
    b.world = &world;
    return &b;
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world, &(struct world_options){ .seed = 7 });
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void test_fragment(void **state)
{
    static const struct browser_step steps[] = {
        { OPEN, "response_mode=fragment&state=s", 200, "sign_in" },
        { SEND, USER("tom"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER " state=s" },
    };
    struct browser *b = fresh();

    (void)state;
    RUN(b, &password_app, steps);
    assert_int_equal(strncmp(b->location, AT_APP "#code=", strlen(AT_APP "#code=")), 0);
    assert_null(strchr(b->location, '?'));
}

/* The answer is a page that posts it on: to the address, and with nothing of the flow. */
static void test_form_post(void **state)
{
    static const struct browser_step steps[] = {
        { OPEN, "response_mode=form_post&state=s", 200, "sign_in" },
        { SEND, USER("tom"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 200, "" },
    };
    struct browser *b = fresh();
    char value[512];

    (void)state;
    RUN(b, &password_app, steps);
    assert_string_equal(b->action, AT_APP);
    assert_string_not_equal(browser_field(b, "code", value, sizeof value), "");
    assert_string_equal(browser_field(b, "state", value, sizeof value), "s");
    assert_string_equal(browser_field(b, "ticket", value, sizeof value), "");
}

/* Sign-up on the page, then the three native calls for that same user. */
static void test_native_after_page(void **state)
{
    struct browser *b = fresh();
    struct world_reply reply;
    char token[1024], code[16];

    (void)state;
    RUN(b, &attributes_app, code_sign_up);
    world_advance(&world, 60);
    world_signin_start(&world, WORLD_APP, "eve@example.org", token, code);
    world_signin_token(&world, WORLD_APP, token, code, &reply);
    assert_int_equal(reply.status, 200);
}

/* What falls back to the web natively goes through on the web. */
static void test_page_after_native_fallback(void **state)
{
    static const struct browser_step steps[] = {
        { OPEN, "login_hint=tom%40example.org", 200, "sign_in" },
        { SEND, USER("tom"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
    };
    struct world_reply reply;
    char value[64];

    (void)state;
    world_post(&world, "/petstore/oauth2/v2.0/initiate", "",
               "client_id=" WORLD_APP "&username=tom%40example.org&challenge_type=oob+redirect", &reply);
    assert_string_equal(world_member(&reply, "challenge_type", value, sizeof value), "redirect");
    RUN(fresh(), &app, steps);
}

/* Two accounts in one browser: the picker, by name or by button; each answer is of the one that was picked. */
static void test_two_accounts(void **state)
{
    static const struct browser_step two[] = {
        { OPEN, "", 200, "sign_in" },
        { SEND, USER("tom"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
        { OPEN, "prompt=login", 200, "sign_in" },
        { SEND, USER("mia"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER " session_state" },
    };
    static const struct browser_step others[] = {
        { OPEN, "prompt=none", 302, AT_APP " error=login_required" },
        { OPEN, "login_hint=tom%40example.org&prompt=none", 302, ANSWER },
        { OPEN, "", 200, "picker" },
        { SEND, "do=other", 200, "sign_in" },
        { OPEN, "prompt=select_account", 200, "picker" },
        { SEND, "session=00000000-0000-0000-0000-000000000001", 200, "picker" },
    };
    struct browser *b = fresh();
    char sid[64], query[128], answered[64];

    (void)state;
    RUN(b, &password_app, two);
    (void)browser_answer(b, "session_state", sid, sizeof sid);
    RUN(b, &password_app, others);
    snprintf(query, sizeof query, "session=%s", sid);
    browser_submit(b, query);
    assert_int_equal(b->reply.status, 302);
    assert_string_equal(browser_answer(b, "session_state", answered, sizeof answered), sid);
    /* sign-out asks which, ends that one only */
    browser_open(b, "/petstore/oauth2/v2.0/logout?post_logout_redirect_uri=" APP_LOOPBACK);
    assert_int_equal(b->reply.status, 200);
    browser_submit(b, query);
    assert_string_equal(b->location, AT_APP);
    const struct browser_step after[] = { { OPEN, "login_hint=tom%40example.org&prompt=none", 302, ANSWER },
                                          { OPEN, "login_hint=mia%40example.org&prompt=none", 302,
                                            AT_APP " error=login_required" } };
    RUN(b, &password_app, after);
}

static void test_sign_out_of_all(void **state)
{
    static const struct browser_step after[] = {
        { OPEN, "login_hint=tom%40example.org&prompt=none", 302, AT_APP " error=login_required" },
        { OPEN, "login_hint=mia%40example.org&prompt=none", 302, AT_APP " error=login_required" },
    };
    static const struct browser_step two[] = {
        { OPEN, "", 200, "sign_in" },
        { SEND, USER("tom"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
        { OPEN, "prompt=login", 200, "sign_in" },
        { SEND, USER("mia"), 200, "password" },
        { SEND, PASSWORD(WORLD_PASSWORD), 302, ANSWER },
        { GO, "/petstore/oauth2/v2.0/logout", 200, "" },
        { SEND, "do=all", 200, "" },
    };
    struct browser *b = fresh();

    (void)state;
    RUN(b, &password_app, two);
    assert_int_equal(b->cookie_count, 1); /* the flow's */
    RUN(b, &password_app, after);
}

static void test_sign_out_page_names_frames(void **state)
{
    struct browser *b = fresh();

    (void)state;
    RUN(b, &web_app, front_channel);
    assert_non_null(strstr(b->reply.body, "https://web.example/front-channel?sid="));
    assert_non_null(strstr(b->reply.head, "frame-src https://web.example"));
}

/* A code was asked for too early: the page tells what is left of the wait, not the whole of it. Its style sheet is there, and
 * may be kept, as its address changes with it. */
static void test_page_tells_the_wait(void **state)
{
    static const struct browser_step steps[] = { { OPEN, "", 200, "sign_in" },
                                                 { SEND, USER("sam"), 200, "code" },
                                                 { LATER, "10", 0, NULL },
                                                 { SEND, "do=resend", 400, "code" } };
    static const char mark[] = "<link rel=\"stylesheet\" href=\"";
    char path[128], kept[64];
    struct browser *b = fresh();

    (void)state;
    RUN(b, &app, steps);
    assert_non_null(strstr(b->reply.body, "<bdi>20 s</bdi>"));
    assert_non_null(strstr(b->reply.body, "data-wait=\"20\""));
    const char *at = strstr(b->reply.body, mark);
    assert_non_null(at);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at + sizeof mark - 1, "\""), at + sizeof mark - 1);
    assert_non_null(strstr(path, "hosted.css?v="));
    browser_open(b, path);
    assert_int_equal(b->reply.status, 200);
    assert_non_null(strstr(b->reply.head, "text/css"));
    assert_true(browser_header(b, "Cache-Control", kept, sizeof kept));
    assert_non_null(strstr(kept, "max-age="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test_setup_teardown(test_fragment, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_form_post, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_native_after_page, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_page_after_native_fallback, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_two_accounts, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_sign_out_of_all, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_sign_out_page_names_frames, open_world, close_world),
        cmocka_unit_test_setup_teardown(test_page_tells_the_wait, open_world, close_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
