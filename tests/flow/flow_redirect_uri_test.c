/* SPDX-License-Identifier: Apache-2.0 */
/* Where an answer may go: everything that is nearly, but not quite, what is registered (spec OIDC, 2.4; RFC 8252, 7.3). */
#include "flow/redirect_uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct redirect_uri registered[] = {
    { PLATFORM_WEB, SLICE("https://web.example/callback") },
    { PLATFORM_WEB, SLICE("https://web.example/with?fixed=1") },
    { PLATFORM_WEB, SLICE("https://root.example") },
    { PLATFORM_SPA, SLICE("https://spa.example:8443/app") },
    { PLATFORM_SPA, SLICE("http://localhost:3000") },
    { PLATFORM_PUBLIC_CLIENT, SLICE("http://localhost/native") },
    { PLATFORM_PUBLIC_CLIENT, SLICE("http://127.0.0.1") },
    { PLATFORM_PUBLIC_CLIENT, SLICE("msal1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31://auth") },
    { PLATFORM_PUBLIC_CLIENT, SLICE("https://oauth.pstmn.io/v1/browser-callback") },
};
static const struct application app = { .redirect_uris = registered,
                                        .redirect_uri_count = sizeof registered / sizeof registered[0] };

/* `at`: which registered one it stands for; -1: none. */
/* Which registered one it stands for. */
static const struct {
    const char *given;
    int at;
} good[] = {
    { "https://web.example/callback", 0 },
    { "HTTPS://WEB.Example/callback", 0 },
    { "https://web.example/with?fixed=1", 1 },
    { "https://root.example", 2 },
    { "https://root.example/", 2 },
    { "https://ROOT.example/", 2 },
    { "https://spa.example:8443/app", 3 },
    { "http://localhost:3000", 4 },
    { "http://localhost:3000/", 4 },
    { "http://localhost:51234/", 4 },
    { "http://localhost", 4 },
    { "http://LOCALHOST:80", 4 },
    { "http://localhost:40001/native", 5 },
    { "http://127.0.0.1:40001", 6 },
    { "msal1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31://auth", 7 },
    { "https://oauth.pstmn.io/v1/browser-callback", 8 },
};

static const char *const tricks[] = {
#define TRICK(uri) uri,
#include "support/redirect_tricks.def"
#undef TRICK
    "",
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct redirect_uri *found = redirect_uri_find(&app, slice_of(good[i].given));
        int at = found == NULL ? -1 : (int)(found - registered);
        if (at != good[i].at)
            fail_msg("'%s' stands for %d, not for %d", good[i].given, at, good[i].at);
    }
}

static void test_tricks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++)
        if (redirect_uri_find(&app, slice_of(tricks[i])) != NULL)
            fail_msg("'%s' is taken for a registered one", tricks[i]);
}

static void test_too_long(void **state)
{
    char uri[LIMIT_REDIRECT_URI + 2];
    struct redirect_uri one = { PLATFORM_WEB, { uri, sizeof uri - 1 } };
    struct application long_one = { .redirect_uris = &one, .redirect_uri_count = 1 };

    (void)state;
    memset(uri, 'a', sizeof uri);
    memcpy(uri, "https://a/", 10);
    assert_null(redirect_uri_find(&long_one, one.uri));
    one.uri.n = LIMIT_REDIRECT_URI;
    assert_non_null(redirect_uri_find(&long_one, one.uri));
}

/* As browsers write it, so that a client's own comparison holds. */
static void test_put(void **state)
{
    static const char *const pairs[][2] = {
        { "https://root.example", "https://root.example/" },
        { "http://localhost:3000", "http://localhost:3000/" },
        { "https://web.example/callback", "https://web.example/callback" },
        { "https://root.example?x=1", "https://root.example/?x=1" },
        { "msalx://auth", "msalx://auth" },
        { "urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob" },
    };
    char space[64];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        buf_init(&out, space, sizeof space);
        redirect_uri_put(&out, slice_of(pairs[i][0]));
        buf_putc(&out, '\0');
        assert_string_equal(space, pairs[i][1]);
    }
}

static void test_origins(void **state)
{
    static const struct {
        const char *origin;
        bool spa;
    } origins[] = {
        { "https://spa.example:8443", true },
        { "https://SPA.example:8443", true },
        { "http://localhost:3000", true },
        { "http://localhost:5173", true },
        { "https://spa.example", false },
        { "https://spa.example:8443/", false },
        { "https://web.example", false },
        { "http://spa.example:8443", false },
        { "https://spa.example:8443.evil", false },
        { "null", false },
        { "", false },
        { "http://127.0.0.1:3000", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++)
        if (redirect_uri_is_spa_origin(&app, slice_of(origins[i].origin)) != origins[i].spa)
            fail_msg("origin '%s'", origins[i].origin);
    assert_true(slice_eq(redirect_uri_origin(SLICE("https://a.example:1/b?c")), SLICE("https://a.example:1")));
    assert_int_equal(redirect_uri_origin(SLICE("msalx://auth")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good), cmocka_unit_test(test_tricks),  cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_put),  cmocka_unit_test(test_origins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
