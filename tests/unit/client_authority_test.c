/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of tenants, and what a client refuses to be made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_internal.h"

#include <string.h>

static const char client_id[] = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";

static const struct {
    const char *given;
    const char *url; /* NULL: refused */
    enum doorcode_error_kind error;
} rows[] = {
    { "https://petstore.ciamlogin.com/petstore.onmicrosoft.com",
      "https://petstore.ciamlogin.com/petstore.onmicrosoft.com", 0 },
    { "https://petstore.ciamlogin.com/petstore.onmicrosoft.com/",
      "https://petstore.ciamlogin.com/petstore.onmicrosoft.com", 0 },
    { "HTTPS://PetStore.CiamLogin.com/Petstore.onmicrosoft.com//",
      "https://petstore.ciamlogin.com/Petstore.onmicrosoft.com", 0 },
    { "https://petstore.ciamlogin.com", "https://petstore.ciamlogin.com/petstore.onmicrosoft.com", 0 },
    { "https://petstore.ciamlogin.com/", "https://petstore.ciamlogin.com/petstore.onmicrosoft.com", 0 },
    { "https://login.petstore.example:8443/petstore", "https://login.petstore.example:8443/petstore", 0 },
    { "https://login.petstore.example:443/petstore", "https://login.petstore.example/petstore", 0 },
    { "https://api.petstore.example/auth/proxy", "https://api.petstore.example/auth/proxy", 0 },
    { "http://127.0.0.1:8080/petstore", "http://127.0.0.1:8080/petstore", 0 },
    { "http://127.9.8.7/petstore", "http://127.9.8.7/petstore", 0 },
    { "http://localhost:8080/petstore", "http://localhost:8080/petstore", 0 },
    { "http://petstore.localhost:8080/petstore", "http://petstore.localhost:8080/petstore", 0 },
    { "http://[::1]:8080/petstore", "http://[::1]:8080/petstore", 0 },
    { "http://petstore.example/petstore", NULL, DOORCODE_ERROR_INSECURE },
    { "http://127.0.0.1.petstore.example/petstore", NULL, DOORCODE_ERROR_INSECURE },
    { "http://notlocalhost/petstore", NULL, DOORCODE_ERROR_INSECURE },
    { "http://10.0.0.1/petstore", NULL, DOORCODE_ERROR_INSECURE },
    { "http://localhost@petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "https://sam:secret@petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example/petstore?x=1", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example/petstore#x", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example/petstore#", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example/pet store", NULL, DOORCODE_ERROR_USAGE },
    { "https://p\xc3\xa9tstore.example/petstore", NULL, DOORCODE_ERROR_USAGE }, /* its name in DNS is xn--ptstore-bya */
    { "https://petstore.example/p\xf9", NULL, DOORCODE_ERROR_USAGE },
    { "https:/petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "https:///petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example/%2e%2e", NULL, DOORCODE_ERROR_USAGE },
    { "https://petstore.example", NULL, DOORCODE_ERROR_USAGE },
    { "https://ciamlogin.com", NULL, DOORCODE_ERROR_USAGE },
    { "https://a.b.ciamlogin.com", NULL, DOORCODE_ERROR_USAGE },
    { "ftp://petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "file:///etc/passwd", NULL, DOORCODE_ERROR_USAGE },
    { "petstore.example/petstore", NULL, DOORCODE_ERROR_USAGE },
    { "https://", NULL, DOORCODE_ERROR_USAGE },
    { "", NULL, DOORCODE_ERROR_USAGE },
    { NULL, NULL, DOORCODE_ERROR_USAGE },
};

static void addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct authority authority;
        const struct doorcode_error *error = authority_parse(rows[i].given, false, &authority);
        if (rows[i].url == NULL && (error == NULL || error->kind != rows[i].error))
            fail_msg("row %zu: %s gave %s", i, rows[i].given, error == NULL ? authority.url : error->message);
        if (rows[i].url != NULL && (error != NULL || strcmp(authority.url, rows[i].url) != 0))
            fail_msg("row %zu: %s gave %s", i, rows[i].given, error == NULL ? authority.url : error->message);
    }
}

static void http_elsewhere_only_when_allowed(void **state)
{
    (void)state;
    struct authority authority;
    assert_null(authority_parse("http://10.0.0.1/petstore", true, &authority));
    assert_true(authority.is_http);
    assert_false(authority.is_loopback);
}

static void an_overlong_address_is_refused(void **state)
{
    (void)state;
    char text[4096];
    struct authority authority;
    memset(text, 'a', sizeof text - 1);
    memcpy(text, "https://petstore.example/", 25);
    text[sizeof text - 1] = '\0';
    assert_non_null(authority_parse(text, false, &authority));
    text[CLIENT_URL - 64] = '\0';
    assert_null(authority_parse(text, false, &authority));
}

static struct doorcode_options good_options(void)
{
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = "https://petstore.ciamlogin.com/petstore.onmicrosoft.com";
    options.client_id = client_id;
    return options;
}

static void expect_refused(const struct doorcode_options *options)
{
    struct doorcode_client *client = (struct doorcode_client *)&client_id;
    const struct doorcode_error *error = doorcode_client_new(options, &client);
    assert_non_null(error);
    assert_int_equal(error->kind, DOORCODE_ERROR_USAGE);
    assert_null(client);
}

static void options_are_checked(void **state)
{
    (void)state;
    static char long_scopes[3000];
    memset(long_scopes, 's', sizeof long_scopes - 1);
    struct doorcode_options options = good_options();
    options.client_id = "petstore";
    expect_refused(&options);
    options.client_id = NULL;
    expect_refused(&options);
    options = good_options();
    options.correlation_id = "mine";
    expect_refused(&options);
    options = good_options();
    options.timeout_ms = -1;
    expect_refused(&options);
    options = good_options();
    options.scopes = long_scopes;
    expect_refused(&options);
}

static void scopes_are_added_once(void **state)
{
    (void)state;
    char scopes[128];
    assert_true(client_make_scopes(NULL, scopes, sizeof scopes));
    assert_string_equal(scopes, "openid profile offline_access");
    assert_true(client_make_scopes(" api://pets/read  openid email ", scopes, sizeof scopes));
    assert_string_equal(scopes, "openid profile offline_access api://pets/read email");
    assert_false(client_make_scopes("api://pets/read", scopes, 40));
}

static void a_client_is_made(void **state)
{
    (void)state;
    struct doorcode_options options = good_options();
    struct doorcode_client *client;
    options.client_id = "1F8B7C66-3A1D-4F5E-9C42-7D2E0B9A8C31";
    assert_null(doorcode_client_new(&options, &client));
    assert_string_equal(doorcode_client_authority(client), options.authority);
    assert_string_equal(client->client_id.c, client_id);
    doorcode_client_free(client);
    doorcode_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(http_elsewhere_only_when_allowed),
        cmocka_unit_test(an_overlong_address_is_refused),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(scopes_are_added_once),
        cmocka_unit_test(a_client_is_made),
    };
    return cmocka_run_group_tests_name("client: authority and options", tests, NULL, NULL);
}
