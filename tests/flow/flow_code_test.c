/* SPDX-License-Identifier: Apache-2.0 */
/* The redemption of an authorization code, decided (spec OIDC, 4.1; RFC 6749, 4.1.3): one thing at a time is not as it was, on
 * every platform; and which is told where several are. */
#include "flow/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1784715330 };

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define URI "https://app.example/callback"

/* What is wrong; the order is that in which it is told. */
enum change {
    NOTHING,
    NO_ROW,
    OTHER_SECRET,
    OTHER_TENANT,
    OTHER_CLIENT,
    USED,
    EXPIRED,
    USER_GONE,
    USER_DISABLED,
    USER_REVOKED,
    OTHER_URI,
    NO_URI,
    NO_CHALLENGE,
    NO_VERIFIER,
    OTHER_VERIFIER,
    CHANGES
};

static const enum error_id refusals[CHANGES] = {
    [NO_ROW] = ERROR_CODE_EXPIRED,
    [OTHER_SECRET] = ERROR_CODE_EXPIRED,
    [OTHER_TENANT] = ERROR_CODE_OF_TENANT,
    [OTHER_CLIENT] = ERROR_CODE_OF_CLIENT,
    [USED] = ERROR_CODE_USED,
    [EXPIRED] = ERROR_CODE_EXPIRED,
    [USER_GONE] = ERROR_USER_GONE,
    [USER_DISABLED] = ERROR_USER_DISABLED,
    [USER_REVOKED] = ERROR_REFRESH_REVOKED,
    [OTHER_URI] = ERROR_REDIRECT_URI_DIFFERS,
    [NO_URI] = ERROR_REDIRECT_URI_DIFFERS,
    [NO_CHALLENGE] = ERROR_CODE_VERIFIER_WRONG, /* PKCE_REQUIRED on a single page */
    [NO_VERIFIER] = ERROR_CODE_VERIFIER_WRONG,
    [OTHER_VERIFIER] = ERROR_CODE_VERIFIER_WRONG,
};

struct case_ {
    struct application app;
    struct authorization_code code;
    struct user user;
    struct code_facts facts;
};

static void make(struct case_ *c, enum platform_type platform)
{
    memset(c, 0, sizeof *c);
    c->app = (struct application){ .client_id = { { 2 } }, .redirect_uri_count = 2 };
    c->code = (struct authorization_code){ .id = 9,
                                           .tenant_id = { { 1 } },
                                           .client_id = { { 2 } },
                                           .user_id = { { 3 } },
                                           .platform = platform,
                                           .redirect_uri = URI,
                                           .code_challenge = CHALLENGE,
                                           .authenticated_at = NOW - 100,
                                           .issued_at = NOW - 10,
                                           .expires_at = NOW + 1 };
    c->user = (struct user){ .id = { { 3 } }, .enabled = true, .sessions_valid_from = NOW - 100 };
    c->facts = (struct code_facts){ .tenant_id = { { 1 } },
                                    .application = &c->app,
                                    .code = &c->code,
                                    .secret_right = true,
                                    .user = &c->user,
                                    .redirect_uri = SLICE(URI),
                                    .verifier = SLICE(VERIFIER),
                                    .verifier_hashed = SLICE(CHALLENGE),
                                    .now = NOW };
}

static void spoil_request(struct case_ *c, enum change change)
{
    switch (change) {
    case OTHER_URI:
        c->facts.redirect_uri = SLICE(URI "/");
        break;
    case NO_URI:
        c->facts.redirect_uri = SLICE_EMPTY;
        break;
    case NO_CHALLENGE:
        c->code.code_challenge[0] = '\0';
        break;
    case NO_VERIFIER:
        c->facts.verifier = c->facts.verifier_hashed = SLICE_EMPTY;
        break;
    case OTHER_VERIFIER:
        c->facts.verifier_hashed = SLICE("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        break;
    default:
        break;
    }
}

static void spoil_user(struct case_ *c, enum change change)
{
    if (change == USER_GONE)
        c->facts.user = NULL;
    else if (change == USER_DISABLED)
        c->user.enabled = false;
    else if (change == USER_REVOKED)
        c->user.sessions_valid_from = NOW - 99;
}

static void spoil(struct case_ *c, enum change change)
{
    if (change == NO_ROW)
        c->facts.code = NULL;
    else if (change == OTHER_SECRET)
        c->facts.secret_right = false;
    else if (change == OTHER_TENANT)
        c->code.tenant_id.b[0] = 7;
    else if (change == OTHER_CLIENT)
        c->code.client_id.b[0] = 7;
    else if (change == USED)
        c->code.used_at = NOW - 5;
    else if (change == EXPIRED)
        c->code.expires_at = NOW;
    spoil_user(c, change);
    spoil_request(c, change);
}

static enum error_id expected(enum platform_type platform, enum change change)
{
    return platform == PLATFORM_SPA && change == NO_CHALLENGE ? ERROR_PKCE_REQUIRED : refusals[change];
}

static void check(const struct case_ *c, enum error_id refusal, bool revoke, const char *what)
{
    struct code_outcome out;

    memset(&out, 0xff, sizeof out);
    code_decide(&c->facts, &out);
    if (out.refusal != refusal || out.revoke != revoke)
        fail_msg("%s: %s, revoke %d", what, out.refusal == ERROR_NONE ? "none" : error_row(out.refusal)->name,
                 out.revoke);
}

/* Every platform × everything that can be wrong. */
static void test_cells(void **state)
{
    struct case_ c;
    char what[64];

    (void)state;
    for (unsigned i = 0; i < PLATFORM_COUNT * (unsigned)CHANGES; i++) {
        enum platform_type platform = (enum platform_type)(i / CHANGES);
        enum change change = (enum change)(i % CHANGES);
        make(&c, platform);
        spoil(&c, change);
        snprintf(what, sizeof what, "platform %d, change %d", (int)platform, (int)change);
        check(&c, expected(platform, change), change == USED, what);
    }
}

/* Of two that are wrong the one is told that says less to who has no right to the code. */
static void test_pairs(void **state)
{
    struct case_ c;
    char what[64];

    (void)state;
    for (unsigned first = NO_ROW; first < OTHER_URI; first++)
        for (unsigned second = first + 1; second < CHANGES; second++) {
            make(&c, PLATFORM_SPA);
            spoil(&c, (enum change)second);
            spoil(&c, (enum change)first);
            if (first == USER_GONE && second <= USER_REVOKED)
                c.facts.user = NULL;
            snprintf(what, sizeof what, "%u before %u", first, second);
            check(&c, refusals[first], first == USED, what);
        }
}

/* Without PKCE where nobody asked for it; single pages must. */
static void test_without_pkce(void **state)
{
    struct case_ c;

    (void)state;
    for (unsigned platform = 0; platform < PLATFORM_COUNT; platform++) {
        make(&c, (enum platform_type)platform);
        spoil(&c, NO_CHALLENGE);
        spoil(&c, NO_VERIFIER);
        check(&c, platform == PLATFORM_SPA ? ERROR_PKCE_REQUIRED : ERROR_NONE, false, "without");
    }
}

static void test_plain(void **state)
{
    struct case_ c;

    (void)state;
    make(&c, PLATFORM_WEB);
    c.code.challenge_is_plain = true;
    check(&c, ERROR_CODE_VERIFIER_WRONG, false, "hashed, but plain was said");
    snprintf(c.code.code_challenge, sizeof c.code.code_challenge, "%s", VERIFIER);
    check(&c, ERROR_NONE, false, "plain");
}

/* The address may be left out where there is only one. */
static void test_the_only_address(void **state)
{
    struct case_ c;

    (void)state;
    make(&c, PLATFORM_WEB);
    spoil(&c, NO_URI);
    c.app.redirect_uri_count = 1;
    check(&c, ERROR_NONE, false, "left out");
    c.facts.redirect_uri = SLICE("https://app.example/Callback");
    check(&c, ERROR_REDIRECT_URI_DIFFERS, false, "another case");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_without_pkce),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_the_only_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
