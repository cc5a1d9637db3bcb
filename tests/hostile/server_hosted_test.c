/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the hosted pages, each by its own row or test: where answers may go, forms of other sites and other browsers,
 * cookies, framing, what is reflected, what pages may load, guessing, replay (RFC 6749, 10; RFC 9700; spec OIDC, 2 and 3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/browser_script.h"

#define LOOPBACK "http%3A%2F%2Flocalhost"
#define AUTHORIZE "/petstore/oauth2/v2.0/authorize?"
#define BASE "client_id=" WORLD_APP_PASSWORD "&redirect_uri=" LOOPBACK "&response_type=code&scope=openid"
#define INTERACT "/" WORLD_TENANT "/interact"
#define TOM "do=next&username=tom%40example.org"
#define RIGHT "do=next&password=" WORLD_PASSWORD

static struct world world;

static struct browser *browser_new(void)
{
    struct browser *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->world = &world;
    return b;
}

static const char *joined(const char *const *parts)
{
    static char text[BROWSER_TEXT * 2];
    struct buf out;

    buf_init(&out, text, sizeof text);
    for (; *parts != NULL; parts++)
        buf_puts(&out, *parts);
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    return text;
}

#define JOINED(...) joined((const char *const[]){ __VA_ARGS__, NULL })

static int open_world(void **state)
{
    world_open(&world, &(struct world_options){ .seed = 11 });
    *state = browser_new();
    return 0;
}

static int close_world(void **state)
{
    free(*state);
    world_close(&world);
    return 0;
}

static void start(struct browser *b)
{
    browser_open(b, AUTHORIZE BASE "&state=s");
    assert_int_equal(b->reply.status, 200);
}

static void sign_in(struct browser *b)
{
    start(b);
    browser_submit(b, TOM);
    browser_submit(b, RIGHT);
    assert_int_equal(b->reply.status, 302);
}

/* An error as a page of ours: sent nowhere, nothing given. */
static void is_stopped(const struct browser *b, const char *what)
{
    if (b->reply.status < 400 || b->reply.status > 499 || b->location[0] != '\0' ||
        strstr(b->reply.head, "text/html") == NULL || strstr(b->reply.body, "AADSTS") == NULL)
        fail_msg("%s: %s%s", what, b->reply.head, b->reply.body);
}

static bool is_signed_in(struct browser *b)
{
    char code[128];

    browser_open(b, AUTHORIZE BASE "&prompt=none");
    return browser_answer(b, "code", code, sizeof code)[0] != '\0';
}

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
        "post_logout_redirect_uri=https%3A%2F%2Fweb.example%2Fcallback&client_id=" WORLD_APP_PASSWORD,
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

#define ATTACK(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_redirect_tricks),
        ATTACK(test_requests_of_nobody),
        ATTACK(test_refused_requests),
        ATTACK(test_scopes_not_permitted),
        ATTACK(test_nothing_breaks_out),
        ATTACK(test_header_injection),
        ATTACK(test_policies_of_pages),
        ATTACK(test_nonces_differ),
        ATTACK(test_no_referrer_of_codes),
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
        ATTACK(test_methods_and_sizes),
        ATTACK(test_largest_request),
        ATTACK(test_forged_sign_outs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
