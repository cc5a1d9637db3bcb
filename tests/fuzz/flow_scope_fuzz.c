/* SPDX-License-Identifier: Apache-2.0 */
/* Any scope list, with and without a directory of APIs: what is granted is for one resource, and granting it again grants the
 * same, however several resources were read. */
#include "flow/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define PETS "2f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c32"

static const struct slice permissions[] = { SLICE("User.Read"), SLICE("api://pets/Pets.Read"),
                                            SLICE(PETS "/Pets.Feed") };
static const struct slice scopes[] = { SLICE("Pets.Read"), SLICE("Pets.Feed") };
static const struct application app = { .client_id = { { 2 } },
                                        .tenant_id = { { 1 } },
                                        .identifier_uri = SLICE("api://own"),
                                        .scopes = { scopes, 1 },
                                        .permissions = { permissions, 3 } };
static struct directory *directory;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct directory_builder *b = directory_builder_new(1);
    const struct tenant tenant = { .id = { { 1 } }, .name = SLICE("a"), .domain = SLICE("a.example") };
    struct application pets = { .tenant_id = { { 1 } },
                                .identifier_uri = SLICE("api://pets"),
                                .scopes = { scopes, 2 } };

    (void)argc;
    (void)argv;
    ASSERT(guid_parse(SLICE(PETS), &pets.client_id));
    ASSERT(err_is_ok(directory_builder_tenant(b, &tenant)));
    ASSERT(err_is_ok(directory_builder_application(b, &app)));
    ASSERT(err_is_ok(directory_builder_application(b, &pets)));
    ASSERT(err_is_ok(directory_builder_done(b, &directory)));
    return 0;
}

static void check(const struct scope_rules *rules, struct slice text, enum scope_reading how)
{
    static struct scope_grant grant, again;

    enum scope_result result = scope_read(rules, text, how, &grant);
    ASSERT(result != SCOPE_SEVERAL_RESOURCES || how == SCOPE_ONE);
    if (result != SCOPE_OK)
        return;
    ASSERT(scope_read(rules, slice_of(grant.granted), SCOPE_GRANTED, &again) == SCOPE_OK);
    ASSERT(slice_eq(slice_of(grant.resource), slice_of(again.resource)));
    ASSERT(slice_eq(slice_of(grant.scp), slice_of(again.scp)));
    ASSERT(grant.openid == again.openid && grant.offline_access == again.offline_access);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct scope_rules alone = { .app = &app }, among_apis = { .app = &app, .directory = directory };
    struct slice text = slice_bytes(data, size);

    check(&alone, text, SCOPE_ONE);
    check(&among_apis, text, SCOPE_ONE);
    check(&among_apis, text, SCOPE_FIRST);
    return 0;
}
