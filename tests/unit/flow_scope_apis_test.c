/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes of the tenant's APIs (spec OIDC, 4.6): their names, what they have, what the application is permitted, itself; and
 * what the wire says of each refusal. */
#include "flow/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TENANT "0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e"
#define CLIENT "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31"
#define PETS "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c32"
#define CATS "3f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c33"
#define OTHERS "aaaaaaaa-52a7-4b0e-8a3b-6f1d2c3b4a5e"
#define DOGS "4f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c34" /* of another tenant */

static const struct slice permissions[] = { SLICE("openid"),           SLICE("User.Read"),
                                            SLICE("api://pets/Read"),  SLICE(PETS "/Write"),
                                            SLICE("api://pets/Gone"),  SLICE("api://" CATS "/Feed"),
                                            SLICE("api://ghost/Read"), SLICE("api://dogs/Walk") };
static const struct slice pets_scopes[] = { SLICE("Read"), SLICE("Write"), SLICE("Sell") };
static const struct slice cats_scopes[] = { SLICE("Feed") };
static const struct slice own_scopes[] = { SLICE("Use"), SLICE("Own") };

static struct directory *directory;
static const struct application *client;

static struct guid guid_of(const char *text)
{
    struct guid g;

    assert_true(guid_parse(slice_of(text), &g));
    return g;
}

static int set_up(void **state)
{
    struct directory_builder *b = directory_builder_new(1);
    const struct tenant tenants[] = { { .id = guid_of(TENANT), .name = SLICE("a"), .domain = SLICE("a.example") },
                                      { .id = guid_of(OTHERS), .name = SLICE("b"), .domain = SLICE("b.example") } };
    const struct application apps[] = {
        { .tenant_id = guid_of(TENANT),
          .client_id = guid_of(CLIENT),
          .identifier_uri = SLICE("api://myself"),
          .scopes = { own_scopes, 2 },
          .permissions = { permissions, sizeof permissions / sizeof permissions[0] } },
        { .tenant_id = guid_of(TENANT),
          .client_id = guid_of(PETS),
          .identifier_uri = SLICE("api://pets"),
          .scopes = { pets_scopes, 3 } },
        { .tenant_id = guid_of(TENANT), .client_id = guid_of(CATS), .scopes = { cats_scopes, 1 } },
        { .tenant_id = guid_of(OTHERS), .client_id = guid_of(DOGS), .identifier_uri = SLICE("api://dogs") },
    };

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(directory_builder_tenant(b, &tenants[i]).code, ERR_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(directory_builder_application(b, &apps[i]).code, ERR_OK);
    assert_int_equal(directory_builder_done(b, &directory).code, ERR_OK);
    client = directory_application(directory, guid_of(TENANT), guid_of(CLIENT));
    assert_non_null(client);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    directory_release(directory);
    return 0;
}

static const struct row {
    const char *requested;
    enum scope_reading how;
    enum scope_result result;
    const char *granted, *resource, *scp;
} rows[] = {
    /* an API under each of its names, a permission written under another */
    { "api://pets/Read", SCOPE_ONE, SCOPE_OK, "api://pets/Read", "api://pets", "Read" },
    { PETS "/Read", SCOPE_ONE, SCOPE_OK, PETS "/Read", PETS, "Read" },
    { "api://" PETS "/Write", SCOPE_ONE, SCOPE_OK, "api://" PETS "/Write", "api://" PETS, "Write" },
    { "api://pets/Write", SCOPE_ONE, SCOPE_OK, "api://pets/Write", "api://pets", "Write" },
    { CATS "/Feed", SCOPE_ONE, SCOPE_OK, CATS "/Feed", CATS, "Feed" },
    /* several names are one resource */
    { "api://pets/Read " PETS "/Write", SCOPE_ONE, SCOPE_OK, "api://pets/Read " PETS "/Write", "api://pets",
      "Read Write" },
    /* everything of it, in the words that were asked with */
    { "api://pets/.default", SCOPE_GRANTED, SCOPE_OK, "api://pets/Read api://pets/Write api://pets/.default",
      "api://pets", "Read Write" },
    { PETS "/.default", SCOPE_ONE, SCOPE_OK, PETS "/Read " PETS "/Write " PETS "/.default", PETS, "Read Write" },
    { "api://pets/Gone", SCOPE_GRANTED, SCOPE_UNKNOWN, "", "", "" },
    { "api://nobody/Read", SCOPE_GRANTED, SCOPE_UNKNOWN, "", "", "" },
    /* what the API has not; what the application may not; what nobody is */
    { "api://pets/Fly", SCOPE_ONE, SCOPE_VALUE_UNKNOWN, "", "", "" },
    { "api://pets/Gone", SCOPE_ONE, SCOPE_VALUE_UNKNOWN, "", "", "" },
    { "api://pets/read", SCOPE_ONE, SCOPE_VALUE_UNKNOWN, "", "", "" },
    { "api://pets/Sell", SCOPE_ONE, SCOPE_UNKNOWN, "", "", "" },
    { "api://cats/Feed", SCOPE_ONE, SCOPE_RESOURCE_UNKNOWN, "", "", "" },
    { "api://nobody/.default", SCOPE_ONE, SCOPE_RESOURCE_UNKNOWN, "", "", "" },
    { DOGS "/Walk", SCOPE_ONE, SCOPE_RESOURCE_UNKNOWN, "", "", "" },
    { "Mail.Read", SCOPE_ONE, SCOPE_UNKNOWN, "", "", "" },
    /* a permission of a resource outside the directory is the operator's word */
    { "api://ghost/Read", SCOPE_ONE, SCOPE_OK, "api://ghost/Read", "api://ghost", "Read" },
    { "api://ghost/Write", SCOPE_ONE, SCOPE_UNKNOWN, "", "", "" },
    /* itself, by its client id only */
    { CLIENT "/.default", SCOPE_ONE, SCOPE_OK, CLIENT "/Use " CLIENT "/Own " CLIENT "/.default", CLIENT, "Use Own" },
    { CLIENT "/Use", SCOPE_ONE, SCOPE_OK, CLIENT "/Use", CLIENT, "Use" },
    { CLIENT "/Fly", SCOPE_ONE, SCOPE_VALUE_UNKNOWN, "", "", "" },
    { "api://myself/Use", SCOPE_ONE, SCOPE_OWN_NAME, "", "", "" },
    { "api://" CLIENT "/.default", SCOPE_ONE, SCOPE_OWN_NAME, "", "", "" },
    /* several resources */
    { "api://pets/Read User.Read", SCOPE_ONE, SCOPE_SEVERAL_RESOURCES, "", "", "" },
    { "openid api://pets/Read User.Read api://" CATS "/Feed", SCOPE_FIRST, SCOPE_OK, "openid api://pets/Read",
      "api://pets", "Read" },
    { "User.Read openid api://pets/.default", SCOPE_FIRST, SCOPE_OK, "User.Read openid", "", "User.Read" },
    { "User.Read api://pets/Read " PETS "/Write User.Read", SCOPE_FIRST, SCOPE_OK, "User.Read", "", "User.Read" },
    /* … are all held against what is permitted */
    { "api://pets/Read Mail.Read", SCOPE_FIRST, SCOPE_UNKNOWN, "", "", "" },
    { "User.Read api://pets/Fly", SCOPE_FIRST, SCOPE_VALUE_UNKNOWN, "", "", "" },
    { "User.Read api://nobody/Read", SCOPE_FIRST, SCOPE_RESOURCE_UNKNOWN, "", "", "" },
    { "User.Read api://myself/Use", SCOPE_FIRST, SCOPE_OWN_NAME, "", "", "" },
    { "api://pets/Read api://pets/.default", SCOPE_FIRST, SCOPE_MALFORMED, "", "", "" },
};

static void check(const struct row *row)
{
    const struct scope_rules rules = { .app = client, .directory = directory };
    struct scope_grant got;

    memset(&got, 0xff, sizeof got);
    enum scope_result result = scope_read(&rules, slice_of(row->requested), row->how, &got);
    if (result != row->result)
        fail_msg("\"%s\": %d", row->requested, (int)result);
    if (result != SCOPE_OK)
        return;
    assert_string_equal(got.granted, row->granted);
    assert_string_equal(got.resource, row->resource);
    assert_string_equal(got.scp, row->scp);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(&rows[i]);
}

/* What was granted reads again as itself. */
static void test_granted_again(void **state)
{
    const struct scope_rules rules = { .app = client, .directory = directory };
    struct scope_grant first, again;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].result != SCOPE_OK)
            continue;
        assert_int_equal(scope_read(&rules, slice_of(rows[i].requested), rows[i].how, &first), SCOPE_OK);
        assert_int_equal(scope_read(&rules, slice_of(first.granted), SCOPE_GRANTED, &again), SCOPE_OK);
        assert_memory_equal(&again, &first, sizeof first);
    }
}

static void test_what_the_wire_says(void **state)
{
    static const struct {
        enum scope_result result;
        uint32_t codes[SCOPE_PLACES];
    } said[] = { { SCOPE_TOO_LONG, { 70011, 28002, 70011 } },
                 { SCOPE_MALFORMED, { 70011, 28002, 70011 } },
                 { SCOPE_UNKNOWN, { 65001, 65001, 65001 } },
                 { SCOPE_SEVERAL_RESOURCES, { 70011, 28000, 28000 } },
                 { SCOPE_RESOURCE_UNKNOWN, { 500011, 500011, 500011 } },
                 { SCOPE_VALUE_UNKNOWN, { 650053, 650053, 650053 } },
                 { SCOPE_OWN_NAME, { 90009, 90009, 90009 } } };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0] * SCOPE_PLACES; i++) {
        enum scope_place place = (enum scope_place)(i % SCOPE_PLACES);
        enum error_id id = scope_refusal(said[i / SCOPE_PLACES].result, place);
        assert_int_equal(error_row(id)->code, said[i / SCOPE_PLACES].codes[place]);
        assert_int_equal(scope_refusal(SCOPE_OK, place), ERROR_NONE);
    }
    assert_string_equal(error_row(scope_refusal(SCOPE_UNKNOWN, SCOPE_AT_AUTHORIZE))->error, "consent_required");
    assert_string_equal(error_row(scope_refusal(SCOPE_UNKNOWN, SCOPE_AT_TOKEN))->error, "invalid_grant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_granted_again),
        cmocka_unit_test(test_what_the_wire_says),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
