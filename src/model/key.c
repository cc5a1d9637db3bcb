/* SPDX-License-Identifier: Apache-2.0 */
#include "model/key.h"

static const char *const alg_names[] = { [ALG_RS256] = "RS256", [ALG_ES256] = "ES256", [ALG_EDDSA] = "EdDSA" };
static const char *const state_names[] = { [KEY_NEXT] = "next", [KEY_CURRENT] = "current", [KEY_RETIRED] = "retired" };

const char *signing_alg_name(enum signing_alg alg)
{
    return alg_names[alg];
}

bool signing_alg_parse(struct slice name, enum signing_alg *alg)
{
    for (enum signing_alg i = 0; i < ALG_COUNT; i++)
        if (slice_eq(name, slice_of(alg_names[i]))) {
            *alg = i;
            return true;
        }
    return false;
}

const char *key_state_name(enum key_state state)
{
    return state_names[state];
}
