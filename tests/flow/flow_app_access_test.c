/* SPDX-License-Identifier: Apache-2.0 */
/* What an application gets in its own name: which scopes say one API whole, and which roles of it are the application's. */
#include "flow/app_access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define API_ID "11111111-1111-1111-1111-111111111111"

static const struct guid tenant = { { 1 } };
static const struct guid other_tenant = { { 2 } };
static const struct guid client = { { 3 } };

static const struct app_role roles[] = {
    { .id = { { 1 } }, .value = SLICE("Pets.Read.All"), .members = ROLE_FOR_APPLICATIONS },
    { .id = { { 2 } }, .value = SLICE("Pets.Write.All"), .members = ROLE_FOR_APPLICATIONS | ROLE_FOR_USERS },
    { .id = { { 3 } }, .value = SLICE("Keeper"), .members = ROLE_FOR_USERS },
    { .id = { { 4 } }, .value = SLICE("Pets.Feed.All"), .members = ROLE_FOR_APPLICATIONS },
};

/* Under several names, one twice, one for users only, one that is not there, one of another API. */
static const struct slice granted[] = {
    SLICE("api://pets/Pets.Read.All"), SLICE(API_ID "/Pets.Write.All"), SLICE("api://" API_ID "/Pets.Read.All"),
    SLICE("api://pets/Keeper"),        SLICE("api://pets/Unknown"),     SLICE("https://shop.example//Orders.Read.All"),
    SLICE("Orders.Read.All"),
};

static const struct app_role shop_roles[] = {
    { .id = { { 5 } }, .value = SLICE("Orders.Read.All"), .members = ROLE_FOR_APPLICATIONS },
};

static void add(struct directory_builder *b, struct application app)
{
    assert_int_equal(directory_builder_application(b, &app).code, ERR_OK);
}

static struct directory *make(void)
{
    struct directory_builder *b = directory_builder_new(1);
    struct directory *d = NULL;
    struct guid api;

    assert_non_null(b);
    assert_true(guid_parse(SLICE(API_ID), &api));
    const struct tenant tenants[] = {
        { .id = tenant, .name = SLICE("pets"), .domain = SLICE("pets.example") },
        { .id = other_tenant, .name = SLICE("farm"), .domain = SLICE("farm.example") },
    };
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(directory_builder_tenant(b, &tenants[i]).code, ERR_OK);
    add(b, (struct application){ .tenant_id = tenant,
                                 .client_id = client,
                                 .name = SLICE("Job"),
                                 .application_permissions = { granted, sizeof granted / sizeof granted[0] } });
    add(b, (struct application){ .tenant_id = tenant,
                                 .client_id = api,
                                 .name = SLICE("Pets"),
                                 .identifier_uri = SLICE("api://pets"),
                                 .roles = roles,
                                 .role_count = sizeof roles / sizeof roles[0] });
    add(b, (struct application){ .tenant_id = tenant,
                                 .client_id = { { 5 } },
                                 .name = SLICE("Shop"),
                                 .identifier_uri = SLICE("https://shop.example/"),
                                 .roles = shop_roles,
                                 .role_count = 1 });
    add(b, (struct application){ .tenant_id = other_tenant,
                                 .client_id = { { 6 } },
                                 .name = SLICE("Farm"),
                                 .identifier_uri = SLICE("api://farm") });
    assert_int_equal(directory_builder_done(b, &d).code, ERR_OK);
    return d;
}

static void test_scopes(void **state)
{
    static const struct {
        const char *scope;
        enum error_id refusal;
        const char *api;   /* its name; NULL: Graph */
        const char *roles; /* in their order */
    } cases[] = {
        { "api://pets/.default", ERROR_NONE, "Pets", "Pets.Read.All Pets.Write.All" },
        { "  api://pets/.default ", ERROR_NONE, "Pets", "Pets.Read.All Pets.Write.All" },
        { API_ID "/.default", ERROR_NONE, "Pets", "Pets.Read.All Pets.Write.All" },
        { "api://" API_ID "/.default", ERROR_NONE, "Pets", "Pets.Read.All Pets.Write.All" },
        { "https://shop.example//.default", ERROR_NONE, "Shop", "Orders.Read.All" },
        { "https://graph.microsoft.com/.default", ERROR_NONE, NULL, "" },
        { "00000003-0000-0000-C000-000000000000/.default", ERROR_NONE, NULL, "" },
        { ".default", ERROR_NONE, NULL, "" },
        /* of itself: it offers nothing */
        { "03000000-0000-0000-0000-000000000000/.default", ERROR_NONE, "Job", "" },
        { "api://pets/Pets.Read.All", ERROR_SCOPE_NOT_DEFAULT, NULL, "" },
        { "openid", ERROR_SCOPE_NOT_DEFAULT, NULL, "" },
        { "api://pets/.Default", ERROR_SCOPE_NOT_DEFAULT, NULL, "" },
        { "api://pets/.default/x", ERROR_SCOPE_NOT_DEFAULT, NULL, "" },
        { "api://pets/", ERROR_SCOPE_NOT_DEFAULT, NULL, "" },
        { "api://pets/.default openid", ERROR_SCOPE_INVALID, NULL, "" },
        { "api://pets/.default https://shop.example//.default", ERROR_SCOPE_INVALID, NULL, "" },
        { "api://farm/.default", ERROR_RESOURCE_UNKNOWN, NULL, "" },
        { "https://shop.example/.default", ERROR_RESOURCE_UNKNOWN, NULL, "" },
        { "/.default", ERROR_NONE, NULL, "" },
        { "api:///.default", ERROR_RESOURCE_UNKNOWN, NULL, "" },
    };
    struct directory *d = make();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct app_access access;
        char list[256] = "";
        enum error_id refusal =
            app_access_decide(d, directory_application(d, tenant, client), slice_of(cases[i].scope), &access);
        if (refusal != cases[i].refusal)
            fail_msg("%s: %d", cases[i].scope, refusal);
        if (refusal != ERROR_NONE)
            continue;
        for (size_t k = 0; k < access.role_count; k++)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.*s", k == 0 ? "" : " ",
                     SLICE_ARGS(access.roles[k]));
        assert_string_equal(list, cases[i].roles);
        assert_int_equal(access.api == NULL, cases[i].api == NULL);
        assert_true(access.api == NULL || slice_eq(access.api->name, slice_of(cases[i].api)));
        assert_int_equal(access.resource.n == 0, access.api == NULL);
    }
    directory_release(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_scopes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
