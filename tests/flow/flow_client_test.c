/* SPDX-License-Identifier: Apache-2.0 */
/* Client authentication decided (spec OIDC, 2.4, 4.2, 4.3): every platform × method × origin; secrets by their times;
 * assertions by their claims. */
#include "flow/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1784715330 };

#define TENANT "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"
#define OTHER "aaaaaaaa-52a7-4b0e-8a3b-6f1d2c3b4a5e"
#define APP "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define ISSUER "https://issuer.example/of/its/own"

static struct guid guid_of(const char *text)
{
    struct guid g;

    assert_true(guid_parse(slice_of(text), &g));
    return g;
}

/* ---- platforms ---- */

static const struct slice origins[] = { { "https://native.example", 22 } };
static const struct application app = { .allowed_origins = { origins, 1 } };

enum { NO_ORIGIN, ANY_ORIGIN, OWN_ORIGIN, ORIGINS };

#define SAME3(e) \
    {            \
        e, e, e  \
    }
static const enum error_id cells[PLATFORM_COUNT][CLIENT_METHODS][ORIGINS] = {
    [PLATFORM_WEB] = { [CLIENT_NONE] = SAME3(ERROR_CREDENTIALS_MISSING),
                       [CLIENT_SECRET] = { ERROR_NONE, ERROR_CROSS_ORIGIN_REFUSED, ERROR_CROSS_ORIGIN_REFUSED },
                       [CLIENT_ASSERTION] = { ERROR_NONE, ERROR_CROSS_ORIGIN_REFUSED, ERROR_CROSS_ORIGIN_REFUSED } },
    [PLATFORM_SPA] = { [CLIENT_NONE] = { ERROR_CROSS_ORIGIN_REQUIRED, ERROR_NONE, ERROR_NONE },
                       [CLIENT_SECRET] = SAME3(ERROR_CREDENTIALS_UNEXPECTED),
                       [CLIENT_ASSERTION] = SAME3(ERROR_CREDENTIALS_UNEXPECTED) },
    [PLATFORM_PUBLIC_CLIENT] = { [CLIENT_NONE] = { ERROR_NONE, ERROR_CROSS_ORIGIN_REFUSED, ERROR_NONE },
                                 [CLIENT_SECRET] = SAME3(ERROR_CREDENTIALS_UNEXPECTED),
                                 [CLIENT_ASSERTION] = SAME3(ERROR_CREDENTIALS_UNEXPECTED) },
};

static void check_cell(unsigned p, unsigned m, unsigned o)
{
    static const char *const headers[ORIGINS] = { "", "https://page.example", "https://NATIVE.example" };
    const struct platform_facts facts = { &app, (enum platform_type)p, (enum client_method)m, slice_of(headers[o]) };

    if (client_check_platform(&facts) != cells[p][m][o])
        fail_msg("platform %u method %u origin %u", p, m, o);
}

static void test_every_cell(void **state)
{
    enum { CELLS = PLATFORM_COUNT * CLIENT_METHODS * ORIGINS };

    (void)state;
    for (unsigned i = 0; i < CELLS; i++)
        check_cell(i / ORIGINS / CLIENT_METHODS, i / ORIGINS % CLIENT_METHODS, i % ORIGINS);
}

static void test_without_a_redirect_uri(void **state)
{
    const struct application public_app = { .public_client = true }, other = { .public_client = false };

    (void)state;
    assert_int_equal(client_platform(&public_app), PLATFORM_PUBLIC_CLIENT);
    assert_int_equal(client_platform(&other), PLATFORM_WEB);
}

/* ---- secrets ---- */

static void test_secrets(void **state)
{
    static const struct {
        uint8_t first; /* of the hash that is given */
        enum error_id wanted;
    } rows[] = { { 1, ERROR_NONE },
                 { 2, ERROR_CLIENT_SECRET_EXPIRED },
                 { 3, ERROR_CLIENT_SECRET_WRONG }, /* not yet good */
                 { 4, ERROR_NONE },                /* bounded, within */
                 { 5, ERROR_NONE },                /* there twice, once expired */
                 { 6, ERROR_CLIENT_SECRET_EXPIRED },
                 { 9, ERROR_CLIENT_SECRET_WRONG } };
    const struct client_secret secrets[] = {
        { .hash = { 1 } },
        { .hash = { 2 }, .ends_at = NOW - 5 },
        { .hash = { 3 }, .starts_at = NOW + 1 },
        { .hash = { 4 }, .starts_at = NOW, .ends_at = NOW + 1 },
        { .hash = { 5 }, .ends_at = NOW - 5 },
        { .hash = { 5 } },
        { .hash = { 6 }, .ends_at = NOW },
    };
    const struct application with = { .secrets = secrets, .secret_count = sizeof secrets / sizeof secrets[0] };
    const struct application without = { .name = SLICE("none") };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t hash[CLIENT_SECRET_HASH] = { rows[i].first };
        if (client_check_secret(&with, hash, NOW) != rows[i].wanted)
            fail_msg("secret %u", rows[i].first);
        assert_int_equal(client_check_secret(&without, hash, NOW), ERROR_CLIENT_SECRET_WRONG);
        hash[CLIENT_SECRET_HASH - 1] = 1;
        assert_int_equal(client_check_secret(&with, hash, NOW), ERROR_CLIENT_SECRET_WRONG);
    }
}

/* ---- assertions ---- */

static struct directory *directory;
static struct application client;

static int set_up(void **state)
{
    struct directory_builder *b = directory_builder_new(1);
    const struct tenant tenants[] = {
        { .id = guid_of(TENANT), .name = SLICE("petstore"), .domain = SLICE("petstore.onmicrosoft.com") },
        { .id = guid_of(OTHER), .name = SLICE("kennel"), .domain = SLICE("kennel.onmicrosoft.com") },
    };

    (void)state;
    client = (struct application){ .tenant_id = guid_of(TENANT), .client_id = guid_of(APP) };
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(directory_builder_tenant(b, &tenants[i]).code, ERR_OK);
    assert_int_equal(directory_builder_done(b, &directory).code, ERR_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    directory_release(directory);
    return 0;
}

static enum error_id check(const struct assertion *a)
{
    const struct assertion_facts facts = { .directory = directory,
                                           .application = &client,
                                           .origin = SLICE("https://login.example:8443"),
                                           .issuer = SLICE(ISSUER),
                                           .now = NOW };

    return client_check_assertion(&facts, a);
}

static struct assertion good(void)
{
    return (struct assertion){ .issuer = SLICE(APP),
                               .subject = SLICE(APP),
                               .id = SLICE("one"),
                               .audiences = { SLICE(ISSUER) },
                               .audience_count = 1,
                               .issued_at = NOW,
                               .not_before = NOW,
                               .expires_at = NOW + 600 };
}

static void test_audiences(void **state)
{
    static const struct {
        const char *audience;
        enum error_id wanted;
    } rows[] = {
        { ISSUER, ERROR_NONE },
        { "https://login.example:8443/" TENANT "/oauth2/v2.0/token", ERROR_NONE },
        { "https://login.example:8443/petstore/oauth2/v2.0/token", ERROR_NONE },
        { "https://login.example:8443/PetStore.onmicrosoft.com/oauth2/v2.0/token", ERROR_NONE },
        { "https://login.example:8443/petstore/v2.0", ERROR_NONE },
        { "https://login.example:8443/kennel/oauth2/v2.0/token", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443/nobody/oauth2/v2.0/token", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example/petstore/oauth2/v2.0/token", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:84431/petstore/v2.0", ERROR_ASSERTION_AUDIENCE },
        { "http://login.example:8443/petstore/v2.0", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443/petstore/oauth2/v2.0/tokens", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443/petstore/oauth2/v2.0/token/", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443/petstore", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443", ERROR_ASSERTION_AUDIENCE },
        { "https://login.example:8443/", ERROR_ASSERTION_AUDIENCE },
        { "", ERROR_ASSERTION_AUDIENCE },
        { APP, ERROR_ASSERTION_AUDIENCE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assertion a = good();
        a.audiences[0] = slice_of(rows[i].audience);
        if (check(&a) != rows[i].wanted)
            fail_msg("%s", rows[i].audience);
    }
    struct assertion a = good();
    a.audiences[1] = a.audiences[0];
    a.audiences[0] = SLICE("https://somebody.example");
    a.audience_count = 2;
    assert_int_equal(check(&a), ERROR_NONE);
    a.audience_count = 0;
    assert_int_equal(check(&a), ERROR_ASSERTION_AUDIENCE);
}

static void test_who(void **state)
{
    static const struct {
        struct slice issuer, subject, id;
        enum error_id wanted;
    } rows[] = {
        { SLICE(APP), SLICE(APP), SLICE("j"), ERROR_NONE },
        { SLICE("1F8B7C66-3A1D-4F5E-9C42-7D2E0B9A8C31"), SLICE(APP), SLICE("j"), ERROR_NONE },
        { SLICE(APP), SLICE(OTHER), SLICE("j"), ERROR_ASSERTION_ISSUER },
        { SLICE(OTHER), SLICE(OTHER), SLICE("j"), ERROR_ASSERTION_INVALID },
        { SLICE("app"), SLICE("app"), SLICE("j"), ERROR_ASSERTION_INVALID },
        { SLICE(""), SLICE(""), SLICE("j"), ERROR_ASSERTION_MALFORMED },
        { SLICE(APP), SLICE(""), SLICE("j"), ERROR_ASSERTION_MALFORMED },
        { SLICE(""), SLICE(APP), SLICE("j"), ERROR_ASSERTION_MALFORMED },
        { SLICE(APP), SLICE(APP), SLICE(""), ERROR_ASSERTION_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assertion a = good();
        a.issuer = rows[i].issuer;
        a.subject = rows[i].subject;
        a.id = rows[i].id;
        if (check(&a) != rows[i].wanted)
            fail_msg("row %zu", i);
    }
}

static void test_times(void **state)
{
    static const struct {
        instant issued_at, not_before, expires_at;
        enum error_id wanted;
    } rows[] = {
        { NOW, NOW, NOW + 600, ERROR_NONE },
        { 0, 0, NOW + 600, ERROR_NONE },
        { NOW + 300, NOW + 300, NOW + 600, ERROR_NONE },
        { NOW + 301, NOW, NOW + 600, ERROR_ASSERTION_EXPIRED },
        { NOW, NOW + 301, NOW + 600, ERROR_ASSERTION_EXPIRED },
        { NOW - 900, NOW - 900, NOW - 299, ERROR_NONE },
        { NOW - 900, NOW - 900, NOW - 300, ERROR_ASSERTION_EXPIRED },
        { NOW, NOW, NOW + 86700, ERROR_NONE },
        { NOW, NOW, NOW + 86701, ERROR_ASSERTION_EXPIRED },
        { NOW, NOW, INT32_MAX, ERROR_ASSERTION_EXPIRED },
        { NOW, NOW, 0, ERROR_ASSERTION_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assertion a = good();
        a.issued_at = rows[i].issued_at;
        a.not_before = rows[i].not_before;
        a.expires_at = rows[i].expires_at;
        if (check(&a) != rows[i].wanted)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell), cmocka_unit_test(test_without_a_redirect_uri),
        cmocka_unit_test(test_secrets),    cmocka_unit_test(test_audiences),
        cmocka_unit_test(test_who),        cmocka_unit_test(test_times),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
