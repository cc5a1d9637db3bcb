/* SPDX-License-Identifier: Apache-2.0 */
/* Any scope list: what is granted is clean text, and granting it again grants the same. */
#include "flow/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct slice permissions[] = { { "User.Read", 9 },
                                                { "api://pets/Pets.Read", 20 },
                                                { "api://pets/Pets.Feed", 20 } };
    const struct application app = { .permissions = { permissions, 3 } };
    const struct scope_rules rules = { .app = &app };
    static struct scope_grant grant, again;

    if (scope_read(&rules, slice_bytes(data, size), SCOPE_ONE, &grant) != SCOPE_OK)
        return 0;
    ASSERT(scope_read(&rules, slice_of(grant.granted), SCOPE_GRANTED, &again) == SCOPE_OK);
    ASSERT(slice_eq(slice_of(grant.resource), slice_of(again.resource)));
    ASSERT(grant.openid == again.openid && grant.offline_access == again.offline_access);
    return 0;
}
