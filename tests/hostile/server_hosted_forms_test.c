/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the hosted pages by cookies and forms: altered, planted, copied, of other sites, browsers and tenants; steps
 * skipped, codes and passwords guessed, forms sent again (RFC 9700; spec OIDC, 2.6 and 3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hosted_attack.h"

/* ---- cookies ---- */

static const char *cookie_line(const struct browser *b, const char *name)
{
    const char *at = strcasestr(b->reply.head, "\r\nSet-Cookie: ");

    for (; at != NULL; at = strcasestr(at + 1, "\r\nSet-Cookie: "))
        if (strncmp(at + 14, name, strlen(name)) == 0)
            return at + 14;
    fail_msg("no cookie %s", name);
    return NULL;
}

static void cookie_has(const struct browser *b, const char *name, const char *part)
{
    char line[1024];
    const char *at = cookie_line(b, name);

    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\r"), at);
    assert_non_null(strstr(line, part));
    assert_null(strstr(line, "Domain"));
}

static void test_cookie_attributes(void **state)
{
    struct browser *b = *state;

    start(b);
    cookie_has(b, "__Host-doorcode-flow=", "; Path=/; HttpOnly; Secure; SameSite=Lax");
    browser_submit(b, TOM);
    browser_submit(b, RIGHT);
    cookie_has(b, "__Host-doorcode-session=", "; Path=/; HttpOnly; Secure; SameSite=None");
}

static struct browser_cookie *session_cookie(struct browser *b)
{
    for (size_t i = 0; i < b->cookie_count; i++)
        if (strcmp(b->cookies[i].name, "__Host-doorcode-session") == 0)
            return &b->cookies[i];
    fail_msg("no session cookie");
    return NULL;
}

/* Every bit of it counts. */
static void test_altered_session_cookies(void **state)
{
    struct browser *b = *state;
    struct browser_cookie good;

    sign_in(b);
    good = *session_cookie(b);
    size_t n = strlen(good.value);
    for (size_t i = 1; i + 1 < n; i++) { /* the ends hold the flag and spare bits */
        struct browser_cookie *c = session_cookie(b);
        if (i == 1)
            continue;
        c->value[i] = c->value[i] == 'A' ? 'B' : 'A';
        assert_false(is_signed_in(b));
        *session_cookie(b) = good;
    }
    assert_true(is_signed_in(b));
}

static void test_odd_session_cookies(void **state)
{
    static const char *const values[] = {
        ".", "....", "x", "AAAA", "%00", "\"\"", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    struct browser *b = *state;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        b->cookie_count = 1;
        snprintf(b->cookies[0].name, sizeof b->cookies[0].name, "__Host-doorcode-session");
        snprintf(b->cookies[0].value, sizeof b->cookies[0].value, "%s", values[i]);
        assert_false(is_signed_in(b));
    }
}

/* On https the unprefixed name, which a neighbour could set, is nobody's. */
static void test_unprefixed_cookie_is_ignored(void **state)
{
    struct browser *b = *state;

    sign_in(b);
    snprintf(session_cookie(b)->name, sizeof b->cookies[0].name, "doorcode-session");
    assert_false(is_signed_in(b));
}

static void test_session_of_another_tenant(void **state)
{
    char value[64];

    sign_in(*state);
    browser_open(*state, "/kennel/oauth2/v2.0/authorize?client_id=" WORLD_OTHER_PASSWORD "&redirect_uri=" LOOPBACK
                         "&response_type=code&scope=openid&prompt=none");
    assert_string_equal(browser_answer(*state, "error", value, sizeof value), "login_required");
}

/* A cookie planted before the sign-in is worth nothing after it, and each sign-in has one of its own. */
static void test_session_fixation(void **state)
{
    struct browser *b = *state;
    struct browser_cookie planted;

    sign_in(b);
    planted = *session_cookie(b);
    browser_open(b, AUTHORIZE BASE "&prompt=login");
    browser_submit(b, TOM);
    browser_submit(b, RIGHT);
    assert_string_not_equal(session_cookie(b)->value, planted.value);
    *session_cookie(b) = planted;
    assert_false(is_signed_in(b));
}

static void test_copied_cookie_dies_with_sign_out(void **state)
{
    struct browser *b = *state;
    struct browser *thief = browser_new();

    sign_in(b);
    memcpy(thief->cookies, b->cookies, sizeof b->cookies);
    thief->cookie_count = b->cookie_count;
    assert_true(is_signed_in(thief));
    browser_open(b, "/petstore/oauth2/v2.0/logout");
    assert_false(is_signed_in(thief));
    free(thief);
}

/* ---- forms of others ---- */

static void test_forms_without_a_ticket(void **state)
{
    static const char *const forms[] = {
        "",
        "do=next",
        TOM "&page=sign_in",
        "ticket=&page=sign_in&" TOM,
        "ticket=x&page=sign_in&" TOM,
        "ticket=AABQsHN7x_JQjzLZmD0Wcr8OmGex7neJwFmqOHJ142RDdxV&page=sign_in&" TOM,
        "page=picker&session=00000000-0000-0000-0000-000000000001",
        "page=stay&do=yes",
        "page=device_ask&do=allow",
        "do=cancel",
    };

    start(*state); /* with a flow cookie, even */
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        browser_send(*state, "POST", INTERACT, forms[i]);
        is_stopped(*state, forms[i]);
    }
}

/* Another site, another browser, another tenant, too late: with a ticket that was good. */
static void test_tickets_elsewhere(void **state)
{
    static char form[BROWSER_TEXT * 2];
    struct browser *b = *state;
    struct browser *other = browser_new();

    start(b);
    snprintf(form, sizeof form, "%s", JOINED(b->fields, "&" TOM));
    browser_send(other, "POST", INTERACT, form); /* cross-site: no flow cookie */
    is_stopped(other, "no flow cookie");
    start(other);
    browser_send(other, "POST", INTERACT, form); /* a sign-in that an attacker began */
    is_stopped(other, "another browser's ticket");
    browser_send(b, "POST", "/" WORLD_OTHER_TENANT "/interact", form);
    is_stopped(b, "another tenant");
    b->headers = "Origin: null\r\n";
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "origin null");
    b->headers = "Sec-Fetch-Site: cross-site\r\n";
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "cross-site");
    b->headers = "Sec-Fetch-Site: same-site\r\n";
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "a neighbour");
    b->headers = "Sec-Fetch-Site: same-origin\r\nOrigin: https://login.example\r\n";
    browser_send(b, "POST", INTERACT, form);
    assert_int_equal(b->reply.status, 200);
    b->headers = NULL;
    world_advance(&world, 3600);
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "too late");
    free(other);
}

static void test_altered_tickets(void **state)
{
    struct browser *b = *state;
    char ticket[4096];
    const char *form;

    start(b);
    (void)browser_field(b, "ticket", ticket, sizeof ticket);
    size_t n = strlen(ticket);
    for (size_t i = 0; i + 1 < n; i += 7) {
        char kept = ticket[i];
        ticket[i] = kept == 'A' ? 'B' : 'A';
        form = JOINED("ticket=", ticket, "&page=sign_in&" TOM);
        browser_send(b, "POST", INTERACT, form);
        is_stopped(b, "altered ticket");
        ticket[i] = kept;
    }
    ticket[n / 2] = '\0';
    form = JOINED("ticket=", ticket, "&page=sign_in&" TOM);
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "half a ticket");
}

/* The flow's token of another application or tenant, and what is no token at all. */
static void test_foreign_continuation_tokens(void **state)
{
    struct browser *b = *state;
    struct world_reply reply;
    char ticket[4096], token[1024];
    const char *form;

    start(b);
    (void)browser_field(b, "ticket", ticket, sizeof ticket);
    world_post(&world, "/petstore/oauth2/v2.0/initiate", "",
               "client_id=" WORLD_APP "&username=sam%40example.org&challenge_type=oob+redirect", &reply);
    (void)world_member(&reply, "continuation_token", token, sizeof token);
    form = JOINED("ticket=", ticket, "&page=code&continuation_token=", token, "&do=next&oob=12345678");
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "another application's token");
    form = JOINED("ticket=", ticket, "&page=code&continuation_token=", ticket, "&do=next&oob=12345678");
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "a ticket for a token");
    form = JOINED("ticket=", ticket, "&page=code&continuation_token=xyz&do=next&oob=12345678");
    browser_send(b, "POST", INTERACT, form);
    is_stopped(b, "no token");
}

/* Steps that were not reached: the page's name in the form decides nothing. */
static void test_skipped_steps(void **state)
{
    static const char *const forms[] = {
        "page=stay&do=yes&session=00000000-0000-0000-0000-000000000001",
        "page=stay&do=no",
        "page=picker&session=00000000-0000-0000-0000-000000000001",
        "page=new_password&do=next&password=Red-Lantern-17&password2=Red-Lantern-17",
        "page=attributes&do=next&attr.displayName=x",
        "page=code&do=next&oob=12345678",
        "page=methods&do=next&id=x",
        "page=contact&do=next&challenge_channel=email&challenge_target=tom%40example.org",
        "page=evil&do=next",
    };
    struct browser *b = *state;
    char ticket[4096];
    const char *form;

    start(b);
    (void)browser_field(b, "ticket", ticket, sizeof ticket);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        form = JOINED("ticket=", ticket, "&", forms[i]);
        browser_send(b, "POST", INTERACT, form);
        assert_int_not_equal(b->reply.status, 302);
        assert_true(b->reply.status < 500);
        assert_false(is_signed_in(b));
    }
}

/* A password page's form after the password was changed to the code's, and the other way round. */
static void test_wrong_grant_for_the_page(void **state)
{
    struct browser *b = *state;

    start(b);
    browser_submit(b, TOM);
    browser_submit(b, "do=next&oob=12345678");
    assert_int_equal(b->reply.status, 400);
    assert_false(is_signed_in(b));
}

/* What a page does not ask for cannot be set by its form. */
static void test_smuggled_attributes(void **state)
{
    static const struct browser_step steps[] = {
        { OPEN, "prompt=create", 200, "sign_up" },
        { SEND, "do=next&username=eve%40example.org", 200, "code" },
        { CODE_TO, "eve@example.org", 0, NULL },
        { SEND, "do=next&oob={code}", 200, "attributes" },
        { SEND,
          "do=next&attr.displayName=Eve&attr.extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize=42"
          "&attr.email=tom%40example.org&attr.id=x&attr.roles=admin&attributes=%7B%22displayName%22%3A%22Tom%22%7D",
          302, NULL },
    };
    static const struct browser_app of = { "petstore", WORLD_APP_ATTRIBUTES, LOOPBACK };
    struct user user;
    char name[64] = "";

    (void)name;
    browser_run(*state, &of, steps, sizeof steps / sizeof steps[0], "smuggled");
    struct guid tenant;
    assert_true(guid_parse(SLICE(WORLD_TENANT), &tenant));
    assert_true(err_is_ok(store_user_by_identity(rooms_store(world.rooms), tenant, SLICE("eve@example.org"), &user)));
    assert_string_equal(user.display_name, "Eve");
    assert_string_equal(user.email, "eve@example.org");
}

/* ---- guessing and replay ---- */

/* The page's tries and the API's are counted together; a code that was tried too often is dead, the right one too. */
static void test_guessing_codes(void **state)
{
    static const struct browser_app of = { "petstore", WORLD_APP, LOOPBACK };
    static const struct browser_step steps[] = {
        { OPEN, "", 200, "sign_in" },
        { SEND, "do=next&username=kim%40example.org", 200, "code" },
        { CODE_TO, "kim@example.org", 0, NULL },
        { SEND, "do=next&oob=00000001", 400, "code" },
        { SEND, "do=next&oob=00000002", 400, "code" },
        { SEND, "do=next&oob=00000003", 400, "code" },
        { SEND, "do=next&oob=00000004", 400, "code" },
        { SEND, "do=next&oob=00000005", 400, NULL },
        { SEND, "do=next&oob={code}", 400, NULL },
    };

    browser_run(*state, &of, steps, sizeof steps / sizeof steps[0], "guessing");
    assert_false(is_signed_in(*state));
}

static void test_guessing_passwords(void **state)
{
    struct browser *b = *state;

    start(b);
    browser_submit(b, TOM);
    for (int i = 0; i < 10; i++) {
        const char digit[] = { (char)('0' + i), '\0' }; /* the same again would be a repeat */
        browser_submit(b, JOINED("do=next&password=wrong", digit));
    }
    browser_submit(b, RIGHT); /* locked: not even the right one */
    assert_int_not_equal(b->reply.status, 302);
    assert_false(is_signed_in(b));
}

/* The form of a code once used gives no second answer to whoever finds it. */
static void test_replayed_form(void **state)
{
    static char form[BROWSER_TEXT * 2];
    static const struct browser_app of = { "petstore", WORLD_APP, LOOPBACK };
    static const struct browser_step steps[] = {
        { OPEN, "", 200, "sign_in" },
        { SEND, "do=next&username=sam%40example.org", 200, "code" },
        { CODE_TO, "sam@example.org", 0, NULL },
    };
    struct browser *b = *state;

    browser_run(b, &of, steps, 3, "replay");
    snprintf(form, sizeof form, "%s", JOINED(b->fields, "&do=next&oob=", b->code));
    browser_send(b, "POST", INTERACT, form);
    assert_int_equal(b->reply.status, 302);
    world_advance(&world, 11); /* no lost answer any more */
    browser_send(b, "POST", INTERACT, form);
    assert_int_equal(b->reply.status, 400);
}

/* Known and unknown addresses get pages that differ in nothing but what is sealed. */
static void test_unknown_users_look_alike(void **state)
{
    static const char *const users[] = { "sam%40example.org", "nobody%40example.org" };
    static char pages[2][32768];
    static char token[4096];

    for (size_t i = 0; i < 2; i++) {
        struct browser *b = browser_new();
        const char *typed;
        browser_open(b, "/kennel/oauth2/v2.0/authorize?client_id=" WORLD_OTHER_CODE "&redirect_uri=" LOOPBACK
                        "&response_type=code&scope=openid");
        typed = JOINED("do=next&username=", users[i]);
        browser_submit(b, typed);
        assert_int_equal(b->reply.status, 200);
        (void)browser_field(b, "page", token, sizeof token);
        assert_string_equal(token, "code");
        snprintf(pages[i], sizeof pages[i], "%zu", strlen(browser_field(b, "ticket", token, sizeof token)));
        free(b);
    }
    assert_string_equal(pages[0], pages[1]);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_cookie_attributes),
        ATTACK(test_altered_session_cookies),
        ATTACK(test_odd_session_cookies),
        ATTACK(test_unprefixed_cookie_is_ignored),
        ATTACK(test_session_of_another_tenant),
        ATTACK(test_session_fixation),
        ATTACK(test_copied_cookie_dies_with_sign_out),
        ATTACK(test_forms_without_a_ticket),
        ATTACK(test_tickets_elsewhere),
        ATTACK(test_altered_tickets),
        ATTACK(test_foreign_continuation_tokens),
        ATTACK(test_skipped_steps),
        ATTACK(test_wrong_grant_for_the_page),
        ATTACK(test_smuggled_attributes),
        ATTACK(test_guessing_codes),
        ATTACK(test_guessing_passwords),
        ATTACK(test_replayed_form),
        ATTACK(test_unknown_users_look_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
